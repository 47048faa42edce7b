"""Weights & Biases beside a run's own files: metrics, settings, and checkpoints as artifacts.

Nothing depends on it. Without a login or a network the run is recorded offline, in its directory, for
`wandb sync`; when that fails too, training goes on without. Each is told once.
"""

import importlib.util
import logging
import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from metta_ref.config import Config, ConfigError

_log = logging.getLogger(__name__)
_SECONDS_TO_BEGIN, _SECONDS_TO_END = 20, 60
"""How long a service that does not answer may hold up the beginning and the end of a run."""


class Telemetry:
    """A run of Weights & Biases, or none; the first failure is told and is the last thing that is tried."""

    def __init__(self, run: Any = None) -> None:
        self._run = run
        self.attempt(lambda run: run.define_metric("agent_step"))
        self.attempt(lambda run: run.define_metric("*", step_metric="agent_step"))

    def update(self, record: Mapping[str, Any]) -> None:
        """Show the numbers of a line of the run's log."""
        values = {name: value for name, value in record.items() if isinstance(value, int | float)}
        self.attempt(lambda run: run.log(values, step=record["agent_step"]))

    def checkpoint(self, path: Path, epoch: int, sidecar: Mapping[str, Any]) -> None:
        """Keep the checkpoint that stands at `path` as an artifact of the run's name, with the epoch as an alias."""
        shown = ("agent_step", "score", "evaluation_score")
        told = {key: value for key, value in sidecar.items() if key in shown} | {"epoch": epoch}

        def keep(run: Any) -> None:
            import wandb

            artifact = wandb.Artifact(path.parent.parent.name, "model", metadata=told)
            artifact.add_dir(str(path))
            run.log_artifact(artifact, aliases=["latest", f"epoch-{epoch}"])

        self.attempt(keep)

    def attempt(self, action: Callable[[Any], object]) -> None:
        """Do something with the run, unless there is none or it has failed; also called by the thread that saves."""
        if self._run is None:
            return
        try:
            action(self._run)
        except Exception as error:  # noqa: BLE001 - whatever a service does, training goes on
            self._run = None
            _log.warning("note: wandb failed (%s); training goes on without", _reason(error))


def identified(config: Config) -> Config:
    """The configuration with an identity for W&B, by which a resumed run goes on there.

    Raises ConfigError when W&B is asked for and its package is not there.
    """
    if config.wandb.mode == "off" or config.wandb.id:
        return config
    if importlib.util.find_spec("wandb") is None:
        raise ConfigError([f"wandb.mode={config.wandb.mode}: needs a package: pip install 'migration-audit[wandb]'"])
    return replace(config, wandb=replace(config.wandb, id=uuid.uuid4().hex[:12]))


@contextmanager
def telemetry(config: Config, directory: Path) -> Iterator[Telemetry]:
    """Where a run is shown, for the time of the block; the package is loaded only where it is asked for."""
    shown, failed = Telemetry(None if config.wandb.mode == "off" else _begun(config, directory)), True
    try:
        yield shown
        failed = False
    finally:
        shown.attempt(lambda run: run.finish(exit_code=int(failed)))


def _begun(config: Config, directory: Path) -> Any:
    try:
        import wandb
    except ImportError as error:
        _log.warning("note: wandb cannot be loaded (%s); training goes on without", error)
        return None
    # Copies of artifacts, which wait there to be sent: with what else is recorded, not in the user's home.
    os.environ.setdefault("WANDB_DATA_DIR", str(directory.absolute() / "wandb"))
    settings = wandb.Settings(
        silent=True,
        console="off",
        disable_git=True,
        disable_code=True,
        init_timeout=_SECONDS_TO_BEGIN,
        finish_timeout=_SECONDS_TO_END,
    )
    chosen = {name: value for name, value in asdict(config.wandb).items() if name != "mode" and value}
    for mode in ("online", "offline") if config.wandb.mode == "online" else ("offline",):
        try:
            wandb.setup(settings)
            if mode == "online" and not wandb.login(prompt=False):
                raise wandb.Error("no login; run wandb login")  # noqa: TRY301 - one place tells of every failure
            place: dict[str, Any] = {"mode": mode, "dir": str(directory), "name": config.run, "resume": "allow"}
            return wandb.init(**place, **chosen, config=asdict(config), settings=settings)
        except Exception as error:  # noqa: BLE001 - whatever a service does, training goes on
            instead = f"recording offline, for wandb sync, in {directory}" if mode == "online" else "going on without"
            _log.warning("note: wandb failed (%s); %s", _reason(error), instead)
            wandb.teardown()
    return None


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
