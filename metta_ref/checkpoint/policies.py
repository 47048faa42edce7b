"""Policies by address, opened where they lie or made ready to act: a run's name, a path, or a URI of any file system
that fsspec knows.

    demo                                     the newest checkpoint of the run of that name
    runs/demo                                the same by path; also .../checkpoints and .../epoch-00000050
    file:///data/runs/demo#best              the best by score; also #latest, #epoch-50, #best:reward
    s3://bucket/runs/demo#latest             where the package for that scheme is installed
    wandb://entity/project/demo:latest       an artifact of Weights & Biases; also :v3 and :epoch-50
    mock://anything                          a policy that acts at random, for trying things out

Nothing about a checkpoint depends on where it lies: no more of it is read than it takes, and that is verified.
"""

import contextlib
import re
import tempfile
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from metta_ref.checkpoint.contents import PolicySpec
from metta_ref.checkpoint.elsewhere import downloaded, listed
from metta_ref.checkpoint.errors import CheckpointError, CheckpointStateError
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import FOLDER, key_and_version, parse_epoch
from metta_ref.checkpoint.selection import Selection
from metta_ref.checkpoint.stored import Stored
from metta_ref.config import AgentConfig, Observation, run_dir

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

_MOCK, _WANDB = "mock", "wandb"
_LATEST = Selection()
_ARTIFACT = re.compile(r"wandb://[^/:#]+/[^/:#]+/[^/:#]+(:[^/:#]+)?")
_CHOICE = re.compile(r"(latest|best)(?::(\w+))?|epoch-(\d+)")


@dataclass(frozen=True, slots=True)
class PolicyUri:
    """An address taken apart: `base` is a path for `file`, a name for `mock`, and else a whole URI."""

    scheme: str
    base: str
    wanted: Selection = _LATEST


def parse_uri(text: str) -> PolicyUri:
    """An address as above. Raises CheckpointError when it is none, and ConfigError for what cannot name a run."""
    base, _, fragment = text.partition("#")
    scheme = urlsplit(base).scheme if "://" in base else ""
    if scheme == _MOCK:
        return PolicyUri(_MOCK, base.removeprefix(f"{_MOCK}://") or _MOCK)
    if scheme == _WANDB:
        if not _ARTIFACT.fullmatch(text):
            raise CheckpointError(f"{text}: write wandb://entity/project/name:version, with latest, v3 or epoch-50")
        return PolicyUri(_WANDB, text)
    if scheme in ("", "file"):
        path = unquote(urlsplit(base).path) if scheme else base
        base = path if "/" in path else str(run_dir(path))
        scheme = "file"
    in_path = parse_epoch(PurePosixPath(base).name)
    if in_path is not None:
        if fragment:
            raise CheckpointError(f"{text}: names epoch {in_path} twice; leave out #{fragment}")
        return PolicyUri(scheme, base.rstrip("/").rpartition("/")[0] or ".", Selection(epoch=in_path))
    chosen = _CHOICE.fullmatch(fragment or "latest")
    if chosen is None:
        raise CheckpointError(f"{text}: after # stands latest, best, best:METRIC or epoch-NUMBER")
    strategy, metric, number = chosen.groups()
    wanted = Selection(strategy, metric or "score") if strategy else Selection(epoch=int(number))
    return PolicyUri(scheme, base, wanted)


@contextlib.contextmanager
def opened(uri: PolicyUri) -> Iterator[Stored]:
    """The checkpoint that a URI names, for the time of the block. Raises CheckpointError when it cannot be had."""
    if uri.scheme == _MOCK:
        raise CheckpointError(f"{_MOCK}://{uri.base}: a mock has no checkpoint; name a trained policy")
    if uri.scheme == _WANDB:
        with tempfile.TemporaryDirectory(prefix="metta_ref-policy-") as folder:
            yield downloaded(uri.base, Path(folder))
        return
    if uri.scheme == "file":
        path = Path(uri.base)
        listing = CheckpointManager(path.parent if path.name == FOLDER else path).listing()
    else:
        listing = listed(uri.base.rstrip("/").removesuffix(f"/{FOLDER}"))
    key_and_version(listing.place, 0)
    yield listing.stored(listing.select(uri.wanted)[0])


@dataclass(frozen=True, slots=True)
class Policy:
    """An agent in evaluation mode on the CPU, the key under which evaluations know it, and its architecture."""

    key: tuple[str, int]
    agent: "Agent"
    spec: PolicySpec


class PolicyCache:
    """The `size` policies that were used last, by the bytes of their weights; their agents are shared.

    A URI is resolved anew each time, so that a run that trained on gives its newest policy.
    """

    def __init__(self, size: int = 8) -> None:
        if size < 0:
            raise ValueError(f"size {size}: must be 0 or more")
        self._size = size
        self._policies: OrderedDict[object, Policy] = OrderedDict()

    def load(self, uri: str, observation: Observation, num_actions: int) -> Policy:
        """The policy that a URI names, fit for an environment with that observation and number of actions.

        Raises as `opened` does, and CheckpointStateError when it was made for another.
        """
        address = parse_uri(uri)
        if address.scheme == _MOCK:
            return Policy((address.base, 0), *_uniform(observation, num_actions))
        with opened(address) as stored:
            spec = stored.policy_spec()
            if not observation.fits(spec.observation) or spec.num_actions != num_actions:
                own, other = f"sees {spec.observation} and has {spec.num_actions} actions", "name another policy"
                raise CheckpointStateError(
                    f"{uri}: {own}, but the environment shows {observation} and has {num_actions}; {other}"
                )
            key = key_and_version(str(stored.directory), stored.manifest.epoch)
            identity = (address.base, key, stored.manifest.files["policy.safetensors"], observation.features)
            policy = self._policies.pop(identity, None)
            if policy is None:
                policy = Policy(key, stored.agent(), spec)
                policy.agent.adapt(observation)
        self._policies[identity] = policy
        while len(self._policies) > self._size:
            self._policies.popitem(last=False)
        return policy


def _uniform(observation: Observation, num_actions: int) -> tuple["Agent", PolicySpec]:
    """To whom all actions are equally likely: to try out an evaluation, and as the floor to compare with."""
    import torch

    spec = PolicySpec("memoryless", observation, num_actions, AgentConfig(hidden_size=1))
    agent = spec.new()
    agent.load_state_dict({name: torch.zeros_like(weights) for name, weights in agent.state_dict().items()})
    return agent, spec
