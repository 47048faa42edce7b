"""Frozen configuration, the `key=value` grammar that overrides it, and the run directories that keep it."""

from metta_ref.config.curriculum import LEARNING_PROGRESS, OFF, CurriculumConfig
from metta_ref.config.observation import (
    EMPTY,
    TOKEN,
    Feature,
    Observation,
    observation_from_plain,
    observation_to_plain,
)
from metta_ref.config.options import Option, option
from metta_ref.config.overrides import ConfigError, from_mapping, help_text, parse_overrides
from metta_ref.config.runs import data_dir, load_run_config, run_dir, save_run_config
from metta_ref.config.schema import (
    AGENTS,
    ENVS,
    STRATEGIES,
    AgentConfig,
    Config,
    EnvConfig,
    EvaluationConfig,
    KickstartConfig,
    TrainerConfig,
    config_digest,
    frozen_changes,
)

__all__ = [
    "AGENTS",
    "EMPTY",
    "ENVS",
    "LEARNING_PROGRESS",
    "OFF",
    "STRATEGIES",
    "TOKEN",
    "AgentConfig",
    "Config",
    "ConfigError",
    "CurriculumConfig",
    "EnvConfig",
    "EvaluationConfig",
    "Feature",
    "KickstartConfig",
    "Observation",
    "Option",
    "TrainerConfig",
    "config_digest",
    "data_dir",
    "from_mapping",
    "frozen_changes",
    "help_text",
    "load_run_config",
    "observation_from_plain",
    "observation_to_plain",
    "option",
    "parse_overrides",
    "run_dir",
    "save_run_config",
]
