"""From what a checkpoint holds of a policy to an agent that acts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from metta_ref.checkpoint.contents import PolicySpec
from metta_ref.checkpoint.errors import CheckpointStateError

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent


def built_agent(spec: PolicySpec, weights: Mapping[str, NDArray[Any]]) -> "Agent":
    """A new agent on the CPU, in evaluation mode, with copies of the weights.

    Raises CheckpointStateError when they do not fit the network.
    """
    import torch

    from metta_ref.agents import make_agent

    try:
        with torch.random.fork_rng(devices=[]):  # building must not disturb the caller's random numbers
            agent = make_agent(spec.agent, spec.observation, spec.num_actions, spec.config)
        agent.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
    except (ValueError, RuntimeError) as error:
        raise CheckpointStateError(
            f"not a policy of this version ({error}); use the version of metta_ref that wrote it"
        ) from error
    return agent.eval()
