"""Where runs live on disk, and the configuration that each keeps."""

import os
from dataclasses import asdict
from pathlib import Path

import yaml

from metta_ref.config.overrides import ConfigError, from_mapping
from metta_ref.config.schema import RUN_NAME, Config


def data_dir() -> Path:
    """The directory of all runs: `$DATA_DIR`, or `train_dir` in the working directory."""
    return Path(os.environ.get("DATA_DIR") or "train_dir")


def run_dir(run: str) -> Path:
    """The directory of one run.

    Raises ConfigError when the name is empty or could leave the directory of runs.
    """
    if not RUN_NAME.fullmatch(run):
        raise ConfigError([f"run={run}: name a run with letters, digits, '.', '_' and '-', at most 128"])
    return data_dir() / run


def save_run_config(config: Config) -> Path:
    """Write `config.yaml` into the run's directory, whole or not at all."""
    path = run_dir(config.run) / "config.yaml"
    partial = path.with_name(f".config.yaml.tmp-{os.getpid()}")
    partial.write_text(yaml.safe_dump(asdict(config), sort_keys=False), encoding="utf-8")
    partial.replace(path)
    return path


def load_run_config(run: str) -> Config:
    """The configuration that the run was started with.

    Raises ConfigError when there is no such run, or its `config.yaml` is missing or damaged.
    """
    directory = run_dir(run)
    path = directory / "config.yaml"
    if not directory.is_dir():
        existing = sorted(found.parent.name for found in data_dir().glob("*/config.yaml"))
        known = f"runs there: {', '.join(existing)}" if existing else "there are no runs"
        raise ConfigError([f"run={run}: no such run in {data_dir()}; {known}"])
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; restore it, or remove {directory} and train again"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError([f"{path}: not readable as YAML ({reason}); restore it"]) from error
    if not isinstance(loaded, dict):
        raise ConfigError([f"{path}: holds no settings; restore it, or remove {directory} and train again"])
    try:
        return from_mapping(loaded, Config)
    except ConfigError as error:
        raise ConfigError(f"{path}: {problem}" for problem in error.problems) from error
