"""Frozen configuration, the `key=value` grammar that overrides it, and the run directories that keep it."""

from metta_ref.config.observation import EMPTY, TOKEN, Feature, Observation
from metta_ref.config.options import (
    ConfigError,
    FailedError,
    RefusedError,
    Rules,
    from_mapping,
    help_text,
    option,
    parse_overrides,
)
from metta_ref.config.runs import (
    METRICS,
    config_digest,
    data_dir,
    frozen_changes,
    load_run_config,
    read_yaml,
    run_dir,
    save_run_config,
    write_whole,
)
from metta_ref.config.schema import (
    AGENTS,
    LEARNING_PROGRESS,
    OFF,
    STRATEGIES,
    AgentConfig,
    Config,
    CurriculumConfig,
    EnvConfig,
    EvaluationConfig,
    KickstartConfig,
    TrainerConfig,
)

__all__ = [
    "AGENTS", "EMPTY", "LEARNING_PROGRESS", "METRICS", "OFF", "STRATEGIES", "TOKEN", "AgentConfig", "Config",
    "ConfigError", "CurriculumConfig", "EnvConfig", "EvaluationConfig", "FailedError", "Feature", "KickstartConfig",
    "Observation", "RefusedError", "Rules", "TrainerConfig", "config_digest", "data_dir", "from_mapping",
    "frozen_changes", "help_text", "load_run_config", "option", "parse_overrides", "read_yaml", "run_dir",
    "save_run_config", "write_whole",
]  # fmt: skip
