"""What a checkpoint holds, as values, and how what older formats hold is read as the current one.

Format 2 (from 1): a policy's observation is a value with features instead of a bare shape; the encoder's layer comes
after a flattening layer; kickstarting may have several teachers, which are numbered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from metta_ref.config import AgentConfig, Observation

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

Arrays = Mapping[str, NDArray[Any]]
"""State by `<section>/<name>`."""

FORMAT_VERSION = 2


def migrated_policy(plain: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """The content of policy.json, written in an older format, in the current one."""
    if version >= 2:
        return plain
    others = {key: value for key, value in plain.items() if key != "observation_shape"}
    return others | {"observation": {"shape": plain["observation_shape"], "features": [], "grid": [0, 0]}}


def migrated_state(state: Arrays, version: int) -> Arrays:
    """State, all or some of it, written in an older format, in the current one."""
    if version >= 2:
        return state
    # The one teacher that there was is the first of several; its weights carry the names of a policy's.
    current = (name.replace("kickstarter/", "kickstarter/0.").replace("encoder.0.", "encoder.1.") for name in state)
    return dict(zip(current, state.values(), strict=True))


Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]
"""What a sidecar may hold: values that every YAML reader understands."""


@dataclass(frozen=True, slots=True)
class PolicySpec:
    """What it takes to build the network before its weights can be loaded."""

    agent: str
    observation: Observation
    num_actions: int
    config: AgentConfig

    def new(self) -> "Agent":
        """A new agent on the CPU, in evaluation mode; random numbers go on undisturbed. Raises as `make_agent` does."""
        import torch

        from metta_ref.agents import make_agent

        with torch.random.fork_rng(devices=[]):
            return make_agent(self.agent, self.observation, self.num_actions, self.config).eval()

    def build(self, state: Arrays) -> "Agent":
        """A new agent with copies of the weights in a state or a part of it.

        Raises ValueError or RuntimeError when there is no such agent, or the weights do not fit.
        """
        import torch

        agent = self.new()
        own = {name: array for name, array in state.items() if name.startswith("policy/")}
        agent.load_state_dict({name.removeprefix("policy/"): torch.from_numpy(array) for name, array in own.items()})
        return agent


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One checkpoint: state, the policy's architecture, facts for people, and where it comes from.

    A section of `state` becomes a file, and that named `scalars` holds whole numbers. `environment` is the fingerprint
    of the machine and libraries: only where it is equal does the same state go on to the same bytes. `parent` is the
    epoch that the run was resumed from, `format_version` the format that this was read from. To the `sidecar`, of plain
    values only, saving adds `run` and `epoch`. `teachers` are the architectures of those with weights in the state.
    """

    epoch: int
    state: Arrays
    policy: PolicySpec
    sidecar: Mapping[str, Plain] = field(default_factory=dict)
    config_digest: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    parent: int | None = None
    format_version: int = FORMAT_VERSION
    teachers: tuple[PolicySpec, ...] = ()


def require_plain(value: object, where: str) -> None:
    """Raise TypeError unless the value is plain all through, subclasses such as numpy's floats refused."""
    if type(value) is dict:
        for key, item in value.items():
            if type(key) is not str:
                raise TypeError(f"{where}: the key {key!r} is not text")
            require_plain(item, f"{where}.{key}")
    elif type(value) is list:
        for number, item in enumerate(value):
            require_plain(item, f"{where}[{number}]")
    elif value is not None and type(value) not in (str, int, float, bool):
        raise TypeError(f"{where}: a {type(value).__name__} is no plain value; convert it before saving")
