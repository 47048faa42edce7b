"""An agent as training runs it: on a device, in a precision, compiled if asked."""

import logging
import os
import shutil
import warnings
from collections.abc import Callable

import torch
from torch import Tensor

from metta_ref.agents.interface import Agent, State
from metta_ref.config import Config, ConfigError
from metta_ref.rl.group import Group

_Pass = Callable[[Tensor, State, Tensor], tuple[Tensor, Tensor, State]]


class Network:
    """The two passes of an agent, `step` and `sequence`; what they give is float32, whatever they compute in.

    In bfloat16 acting and learning go through the same autocast, so that the ratios of the first minibatch are 1;
    parameters, their gradients and the memory stay float32. Compiled, a pass is translated when it first meets a
    shape, which takes from seconds to minutes.

    Raises ConfigError when it should be compiled and there is no compiler, and so does a pass that does not compile.
    """

    def __init__(self, agent: Agent, device: torch.device, precision: str, *, compiled: bool) -> None:
        self.device = device
        self.step: _Pass = agent.step
        self.sequence: _Pass = agent.sequence
        if compiled:
            if not any(map(shutil.which, (os.environ.get("CXX", "c++"), "g++", "clang++"))):
                missing = "there is no C++ compiler here; install g++, or set CXX to one"
                raise ConfigError([f"trainer.compile=true: {missing}"])
            # It warns at length where it translates a pass in parts, as it must where lengths depend on the data.
            logging.getLogger("torch._dynamo").setLevel(logging.ERROR)
            self.step, self.sequence = _translated(agent.step), _translated(agent.sequence)
        if precision == "bfloat16":
            self.step, self.sequence = _narrowed(self.step, device), _narrowed(self.sequence, device)


def _translated(run: _Pass) -> _Pass:
    from torch._dynamo.exc import TorchDynamoException  # which takes as long to load as torch itself

    compiled = torch.compile(run)

    def translated(obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        try:
            return compiled(obs, state, starts)
        except TorchDynamoException as error:
            reason, advice = str(error).splitlines()[0], "mend the C++ compiler, or set CXX to one"
            raise ConfigError([f"trainer.compile=true: does not compile ({reason}); {advice}"]) from error

    return translated


def _narrowed(run: _Pass, device: torch.device) -> _Pass:
    def narrowed(obs: Tensor, state: State, starts: Tensor) -> tuple[Tensor, Tensor, State]:
        with torch.autocast(device.type, torch.bfloat16):
            logits, values, state = run(obs, state, starts)
        return logits.float(), values.float(), state

    return narrowed


def chosen_device(config: Config, group: Group) -> torch.device:
    """The CPU, or the GPU that is this rank's own on its machine. Raises ConfigError when there is none."""
    if config.device != "cuda":
        return torch.device(config.device)
    count = torch.cuda.device_count()
    if count == 0:
        raise ConfigError(["device=cuda: there is no CUDA device here; use device=cpu"])
    if group.local_rank >= count:
        raise ConfigError([f"device=cuda: there are {count} here; start at most so many processes on this machine"])
    device = torch.device("cuda", group.local_rank)
    torch.cuda.set_device(device)
    # By default cuDNN computes in TF32, with 10 bits of each factor: an LSTM over whole sequences, but not its cell,
    # so that learning would see other probabilities than acting did.
    torch.backends.cudnn.allow_tf32 = False
    # cuDNN's wish: those of an LSTM here are put together for each call, with the marks of its starts.
    warnings.filterwarnings("ignore", r"RNN module weights are not part of single contiguous chunk", UserWarning)
    return device
