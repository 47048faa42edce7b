"""Networks in bfloat16: what adds up over time stays float32, and runs stay exact."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from metta_ref.agents import make_agent
from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import AGENTS, AgentConfig, Config, ConfigError, Observation
from metta_ref.rl.network import Network

SEEN, CPU = Observation((3, 3, 3)), torch.device("cpu")
BFLOAT16 = "trainer.precision=bfloat16"
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")


def made(name: str) -> Any:
    torch.manual_seed(0)
    return make_agent(name, SEEN, 4, AgentConfig(hidden_size=8, head_size=4, channels=4))


@pytest.mark.parametrize("name", AGENTS)
def test_what_a_network_in_bfloat16_gives_is_float32_and_near(name: str) -> None:
    agent = made(name)
    obs, starts = torch.rand(6, 3, *SEEN.shape), torch.rand(6, 3) < 0.3
    given = [Network(agent, CPU, precision, compiled=False) for precision in ("float32", "bfloat16")]
    whole, lower = (network.sequence(obs, agent.initial_state(3), starts) for network in given)
    assert {part.dtype for part in (lower[0], lower[1], *lower[2])} == {torch.float32}
    assert not torch.equal(lower[1], whole[1])
    torch.testing.assert_close(lower, whole, atol=0.02, rtol=0.02)


@pytest.mark.parametrize("name", AGENTS)
def test_steps_give_what_the_sequence_gives_in_bfloat16(name: str) -> None:
    agent = made(name)
    network = Network(agent, CPU, "bfloat16", compiled=False)
    obs, starts = torch.rand(6, 3, *SEEN.shape), torch.rand(6, 3) < 0.3
    logits, values, last = network.sequence(obs, agent.initial_state(3), starts)
    state = agent.initial_state(3)
    for step in range(6):
        stepped = network.step(obs[step], state, starts[step])
        torch.testing.assert_close(stepped[:2], (logits[step], values[step]), atol=1e-6, rtol=1e-6)
        state = stepped[2]
    torch.testing.assert_close(state, last, atol=1e-6, rtol=1e-6)


def slowly_remembering(name: str) -> Any:
    """An agent whose memory gains a thousandth of what it is shown with each step, and loses no more."""
    agent = made(name)
    with torch.no_grad():
        if name == "lstm":
            bias = agent.core.cell.bias_ih.view(4, -1)
            bias[0], bias[1] = -7.0, 12.0  # input gate nearly shut, forget gate open
        else:
            agent.core.blocks[0].attention.project.bias.view(5, -1)[4] = -7.0  # of the gate gamma
    return agent


@pytest.mark.parametrize("name", ["agalite", "lstm"])
def test_small_gains_add_up_in_bfloat16(name: str) -> None:
    """In a memory of bfloat16 they would be rounded away when it holds 256 of them."""
    agent, steps = slowly_remembering(name), 2000
    obs, starts = torch.ones(steps, 1, *SEEN.shape), torch.zeros(steps, 1, dtype=torch.bool)
    with torch.no_grad():
        whole, lower = (
            Network(agent, CPU, precision, compiled=False).sequence(obs, agent.initial_state(1), starts)[2]
            for precision in ("float32", "bfloat16")
        )
    gained = 2 if name == "agalite" else 1  # the normaliser; the cell
    assert whole[gained].abs().max() > 0.1
    torch.testing.assert_close(lower[gained], whole[gained], atol=0.01, rtol=0.02)


def test_a_run_in_bfloat16_is_another_and_resumes_exactly(
    small_config: Callable[..., Config], new_trainer: Any, tmp_path: Path
) -> None:
    config = small_config("py_agent=agalite", BFLOAT16)
    whole, resumed, other = (CheckpointManager(tmp_path / name) for name in ("whole", "resumed", "other"))
    with new_trainer(config) as trainer:
        for _ in range(2):
            trainer.update()
            whole.save(trainer.checkpoint())
    with new_trainer(config) as trainer:
        trainer.restore(whole.load(1))
        trainer.update()
        resumed.save(trainer.checkpoint())
    with new_trainer(small_config("py_agent=agalite")) as trainer:
        trainer.update()
        other.save(trainer.checkpoint())
    assert resumed.stored(2).manifest.state_digest == whole.stored(2).manifest.state_digest
    assert other.stored(1).manifest.state_digest != whole.stored(1).manifest.state_digest


def test_both_passes_are_compiled_where_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """That a translation computes the same is torch's own business, and takes it a minute."""
    asked: list[str] = []

    def compiled(function: Any) -> Any:
        asked.append(function.__name__)
        return function

    monkeypatch.setattr(torch, "compile", compiled)
    monkeypatch.setenv("CXX", sys.executable)  # there is a program of that name
    Network(made("lstm"), CPU, "float32", compiled=False)
    assert asked == []
    Network(made("lstm"), CPU, "float32", compiled=True)
    assert asked == ["step", "sequence"]


def test_what_cannot_be_compiled_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    with pytest.raises(ConfigError, match=r"^trainer.compile=true: there is no C\+\+ compiler here; install g\+\+"):
        Network(made("lstm"), CPU, "float32", compiled=True)


def test_a_compiler_that_fails_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    """As torch tells of it, when a pass first meets a shape; whether it asks the compiler depends on its caches."""
    from torch._dynamo.exc import BackendCompilerFailed
    from torch._inductor.exc import CppCompileError, InductorError

    assert issubclass(InductorError, BackendCompilerFailed)

    def fails(*_: object) -> None:
        raise InductorError(CppCompileError(["c++"], "no headers"), None)

    monkeypatch.setattr(torch, "compile", lambda _: fails)
    monkeypatch.setenv("CXX", sys.executable)  # there is a program of that name
    network = Network(made("memoryless"), CPU, "float32", compiled=True)
    told = r"^trainer.compile=true: does not compile \(.*C\+\+ compile error\); mend the C\+\+ compiler, or set CXX"
    for run in (network.step, network.sequence):
        with pytest.raises(ConfigError, match=told):
            run(torch.ones(1, *SEEN.shape), (), torch.zeros(1) > 0)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_gpu_that_is_not_there_is_refused(small_config: Callable[..., Config], new_trainer: Any) -> None:
    with (
        pytest.raises(ConfigError, match=r"^device=cuda: there is no CUDA device here; use device=cpu$"),
        new_trainer(small_config("device=cuda")),
    ):
        pass


@needs_cuda
@pytest.mark.parametrize("name", AGENTS)
def test_a_gpu_computes_what_the_cpu_does(small_config: Callable[..., Config], new_trainer: Any, name: str) -> None:
    weights = {}
    for device in ("cpu", "cuda"):
        with new_trainer(small_config(f"py_agent={name}", f"device={device}")) as trainer:
            trainer.update()
            weights[device] = trainer.snapshot()
    for name in (key for key in weights["cpu"] if key.startswith("policy/")):
        assert weights["cuda"][name] == pytest.approx(weights["cpu"][name], abs=1e-3)


@needs_cuda
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_run_on_a_gpu_goes_on_from_its_checkpoint(
    small_config: Callable[..., Config], new_trainer: Any, tmp_path: Path, precision: str
) -> None:
    config, manager = (
        small_config("device=cuda", f"trainer.precision={precision}"),
        CheckpointManager(tmp_path / "demo"),
    )
    with new_trainer(config) as trainer:
        trainer.update()
        manager.save(trainer.checkpoint())
        expected = trainer.update().losses
    with new_trainer(config) as trainer:
        trainer.restore(manager.load(1))
        losses = trainer.update().losses
    assert losses.value == pytest.approx(expected.value, rel=1e-3)
