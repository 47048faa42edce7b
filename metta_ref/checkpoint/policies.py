"""Policies ready to act, by URI, the latest few kept in memory."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metta_ref.checkpoint.contents import Plain
from metta_ref.checkpoint.errors import CheckpointStateError
from metta_ref.checkpoint.names import key_and_version
from metta_ref.checkpoint.uri import MOCK, opened, parse_uri
from metta_ref.config import Observation

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent


@dataclass(frozen=True, slots=True)
class Policy:
    """An agent in evaluation mode on the CPU, the key under which evaluations know it, and its sidecar."""

    key: tuple[str, int]
    agent: "Agent"
    sidecar: Mapping[str, Plain]


class PolicyCache:
    """The `size` policies that were used last, by the bytes of their weights; size 0 keeps none.

    A URI is resolved anew each time, so that a run that trained on gives its newest policy; only building the
    network and reading the weights are saved. Agents are shared: nobody may change them.
    """

    def __init__(self, size: int = 8) -> None:
        if size < 0:
            raise ValueError(f"size {size}: must be 0 or more")
        self._size = size
        self._policies: OrderedDict[object, Policy] = OrderedDict()

    def load(self, uri: str, observation: Observation, num_actions: int) -> Policy:
        """The policy that a URI names, fit for an environment with that observation and number of actions.

        Where both speak in tokens, the environment's ids are read by name.

        Raises CheckpointError: as `uri.opened` does, and CheckpointStateError when the policy was made for
        another observation or number of actions.
        """
        address = parse_uri(uri)
        if address.scheme == MOCK:
            from metta_ref.agents import uniform_agent

            return Policy((address.base, 0), uniform_agent(observation, num_actions), {})
        with opened(address) as stored:
            spec = stored.policy_spec()
            if not observation.fits(spec.observation) or spec.num_actions != num_actions:
                raise CheckpointStateError(
                    f"{uri}: sees {spec.observation} and has {spec.num_actions} actions, but the "
                    f"environment shows {observation} and has {num_actions}; name another policy"
                )
            key = key_and_version(str(stored.directory), stored.manifest.epoch)
            identity = (address.base, key, stored.manifest.files["policy.safetensors"], observation.features)
            policy = self._policies.pop(identity, None)
            if policy is None:
                policy = Policy(key, stored.agent(), stored.sidecar())
                policy.agent.adapt(observation)
        self._policies[identity] = policy
        while len(self._policies) > self._size:
            self._policies.popitem(last=False)
        return policy
