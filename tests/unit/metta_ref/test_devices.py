"""Where the network lives on a GPU, everything that meets it does; a GPU need not be there to see that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Config, ConfigError, run_dir
from metta_ref.rl import trainer as module
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.network import chosen_device
from tests.unit.metta_ref.pretended_gpu import GPU, pretended_gpu

TASK = ("env.max_steps=6", "trainer.update_epochs=1")
CASES = {
    "agalite": ("py_agent=agalite",),
    "fast": ("py_agent=fast", "env.observation=tokens"),
    "lstm": ("py_agent=lstm", "trainer.priority_alpha=0.7", "trainer.target_kl=0.01"),
    "memoryless": ("py_agent=memoryless",),
    "taught": ("py_agent=memoryless", "kickstart.teacher=teacher,mock://", "kickstart.value_coefficient=0.5"),
}


def test_pretending_tells_the_places_apart() -> None:
    with pretended_gpu():
        there, here = torch.ones(2).to(GPU), torch.ones(2)
        assert [(there + 1).device, there.cpu().device, torch.zeros(2, device=GPU).device] == [GPU, here.device, GPU]
        with pytest.raises(RuntimeError, match="aten::add takes tensors of the GPU and of the CPU"):
            there + here
        with pytest.raises(TypeError, match="numpy cannot see"):
            there.numpy()


@pytest.mark.parametrize("name", CASES)
def test_training_on_a_gpu_and_going_on_there_mixes_no_devices(
    small_config: Callable[..., Config], new_trainer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """And comes to the same, for it is computed on the CPU."""
    with new_trainer(small_config("py_agent=lstm")) as trainer:
        CheckpointManager(run_dir("teacher")).save(trainer.checkpoint())
    config, manager = small_config(*TASK, *CASES[name]), CheckpointManager(tmp_path / "demo")
    with new_trainer(config) as trainer:
        for _ in range(2):
            trainer.update()
        expected = trainer.snapshot()
    monkeypatch.setattr(module, "chosen_device", lambda *_: GPU)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "pretended")
    with pretended_gpu():
        with new_trainer(config) as trainer:
            trainer.update()
            manager.save(trainer.checkpoint())
            assert {weights.device for _, weights in trainer.agent.named_parameters()} == {GPU}
        with new_trainer(config) as trainer:
            trainer.restore(manager.load(1))
            trainer.update()
            found = trainer.snapshot()
    assert found.keys() == expected.keys()
    for key, array in expected.items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)


def test_a_rank_has_the_gpu_of_its_number_and_computes_in_the_precision_asked_for(
    small_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "set_device", used.append)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    second, third = Group(), Group()
    second.local_rank, third.local_rank = 1, 2
    config = small_config("device=cuda")
    assert [chosen_device(config, group) for group in (ALONE, second)] == used == [GPU, torch.device("cuda", 1)]
    assert not torch.backends.cudnn.allow_tf32
    with pytest.raises(ConfigError, match=r"^device=cuda: there are 2 here; start at most so many processes"):
        chosen_device(config, third)
