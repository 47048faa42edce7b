"""Where runs live on disk, the configuration that each keeps, and what of it may change when it goes on."""

import os
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from metta_ref.config.options import ConfigError, from_mapping, settings_of, values_of
from metta_ref.config.schema import RUN_NAME, Config

METRICS = "metrics.jsonl"


def data_dir() -> Path:
    """The directory of all runs: `$DATA_DIR`, or `train_dir` in the working directory. Raises ConfigError for a URI."""
    chosen = os.environ.get("DATA_DIR") or "train_dir"
    if "://" in chosen:
        raise ConfigError([f"DATA_DIR={chosen}: must be a folder; train in one and copy it, as tools read URIs"])
    return Path(chosen)


def run_dir(run: str) -> Path:
    """The directory of one run. Raises ConfigError when the name is empty or could leave the directory of runs."""
    if not RUN_NAME.fullmatch(run):
        raise ConfigError([f"run={run}: name a run with letters, digits, '.', '_' and '-', at most 128"])
    return data_dir() / run


def write_whole(path: Path, content: str | bytes) -> Path:
    """Write a file in one step, in place of one that stands there, and return its path. Raises OSError."""
    partial = path.with_name(f".{path.name}.tmp-{os.getpid()}")
    try:
        partial.write_bytes(content.encode() if isinstance(content, str) else content)
        return partial.replace(path)
    except OSError as error:
        error.filename = str(path)  # the name that whoever asked for it knows
        raise
    finally:
        with suppress(OSError):  # on a read-only file system even what is not there cannot be removed
            partial.unlink()


def save_run_config(config: Config) -> Path:
    """Write `config.yaml` into the run's directory, whole or not at all."""
    import yaml  # here and below: takes longer to load than all of this package, and most of it needs none

    return write_whole(run_dir(config.run) / "config.yaml", yaml.safe_dump(asdict(config), sort_keys=False))


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
    again = f"restore it, or remove {directory} and train again"
    loaded = read_yaml(path, again)
    if not isinstance(loaded, dict):
        raise ConfigError([f"{path}: holds no settings; {again}"])
    try:
        return from_mapping(loaded, Config)
    except ConfigError as error:
        raise ConfigError(f"{path}: {problem}" for problem in error.problems) from error


def read_yaml(path: Path, advice: str) -> Any:
    """What a YAML file holds. Raises ConfigError, with advice, when it is missing or cannot be read as YAML."""
    import yaml

    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError([f"{path}: missing; {advice}"]) from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path}: not readable as YAML ({str(error).splitlines()[0]}); {advice}"]) from error


def config_digest(config: Config) -> str:
    """SHA-256 of the settings that decide what is computed; neutral ones at their defaults are left out."""
    import hashlib
    import json

    known, frozen = settings_of(Config), _frozen(config).items()
    decisive = {key: value for key, value in frozen if not known[key].neutral or value != known[key].default}
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()


def frozen_changes(before: Config, after: Config) -> list[str]:
    """Messages for settings that differ although a run that goes on may not change them."""
    old, new = _frozen(before), _frozen(after)
    return [
        f"{key}={new[key]}: cannot change when a run goes on (it is {old[key]}); start another run instead"
        for key in old
        if old[key] != new[key]
    ]


def _frozen(config: Config) -> dict[str, object]:
    known = settings_of(Config)
    return {key: value for key, value in values_of(config).items() if not known[key].resumable}
