"""Settings: the `key=value` grammar, its messages, and the file that a run keeps."""

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref import tools
from metta_ref.config import (
    Config,
    ConfigError,
    config_digest,
    frozen_changes,
    help_text,
    load_run_config,
    option,
    parse_overrides,
    run_dir,
    save_run_config,
)


def problems_of(*arguments: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse_overrides(arguments, Config)
    return caught.value.problems


def test_overrides_reach_nested_fields_and_leave_the_rest_alone() -> None:
    config = parse_overrides(["run=demo", "trainer.num_envs=32", "env.name=tmaze", "trainer.gamma=0.5"], Config)
    default = Config()
    assert config == replace(
        default,
        run="demo",
        env=replace(default.env, name="tmaze"),
        trainer=replace(default.trainer, num_envs=32, gamma=0.5),
    )


def test_every_mistake_is_reported_at_once() -> None:
    assert problems_of(
        "py_agent=agalita",
        "trainer.total_timesteps=0",
        "trainer.num_worker=2",
        "trainer.num_workers=3",
        "trainer.gamma=nan",
        "trainer.horizon=4.5",
        "seed=1",
        "seed=2",
        "--fast",
        "run=../demo",
    ) == (
        "seed: given twice; give it once",
        "--fast: write settings as key=value (--help lists all keys)",
        "py_agent=agalita: must be one of agalite, fast, lstm, memoryless",
        "trainer.total_timesteps=0: must be at least 1",
        "trainer.num_worker: no such key; did you mean trainer.num_workers? (--help lists all keys)",
        "trainer.gamma=nan: must be a finite number",
        "trainer.horizon=4.5: must be a whole number",
        "run=../demo: use letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128",
        "trainer.num_workers=3: must divide trainer.num_envs=16: use one of 0, 1, 2, 4, 8, 16",
    )


def test_a_rule_between_fields_stays_silent_while_one_of_them_is_mistaken() -> None:
    assert problems_of("trainer.num_envs=none", "trainer.num_workers=3") == (
        "trainer.num_envs=none: must be a whole number",
    )


def outcome(arguments: list[str]) -> Config | tuple[str, ...]:
    try:
        return parse_overrides(arguments, Config)
    except ConfigError as error:
        return error.problems


KEYS = [line.split()[0] for line in help_text(Config).splitlines()]
SETTINGS = st.builds("{}={}".format, st.sampled_from(KEYS), st.text(max_size=20) | st.integers().map(str))


@settings(deadline=None)
@given(st.lists(SETTINGS | st.text(max_size=30), max_size=4))
def test_any_command_line_gives_a_configuration_or_says_what_is_wrong(arguments: list[str]) -> None:
    result = outcome(arguments)
    if isinstance(result, Config):
        assert all(argument.partition("=")[0] in KEYS for argument in arguments)
    else:
        assert all(result)
        assert len(result) >= 1


@settings(deadline=None)
@given(envs=st.integers(1, 65536), rate=st.floats(0, 1e6), name=st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,20}\Z"))
def test_values_come_back_as_written(envs: int, rate: float, name: str) -> None:
    arguments = [
        f"trainer.num_envs={envs}",
        "trainer.minibatches=1",
        f"trainer.learning_rate={rate!r}",
        f"run={name}",
    ]
    config = parse_overrides(arguments, Config)
    assert (config.trainer.num_envs, config.trainer.learning_rate, config.run) == (envs, rate, name)


@dataclass(frozen=True)
class Kinds:
    """A field of every kind that the grammar knows."""

    flag: bool = option(False, "on or off")
    limit: int | None = option(3, "none for no limit", unit="things")
    names: tuple[str, ...] = option(("a", "b"), "some names")


def test_flags_lists_and_none_have_a_notation() -> None:
    assert parse_overrides(["flag=true", "limit=none", "names=x,y"], Kinds) == Kinds(True, None, ("x", "y"))
    with pytest.raises(ConfigError) as caught:
        parse_overrides(["flag=yes", "limit=few"], Kinds)
    assert caught.value.problems == ("flag=yes: must be true or false", "limit=few: must be a whole number")


def test_help_lists_every_key_with_default_unit_and_meaning() -> None:
    assert help_text(Kinds).splitlines() == [
        "flag   false          on or off",
        "limit  3      things  none for no limit",
        "names  a,b            some names",
    ]


def test_a_run_keeps_its_configuration(data_dir: Path) -> None:
    config = parse_overrides(["run=demo", "trainer.horizon=5", "kickstart.teacher=other"], Config)
    run_dir("demo").mkdir(parents=True)
    assert save_run_config(config) == data_dir / "demo" / "config.yaml"
    assert load_run_config("demo") == config
    assert [entry.name for entry in (data_dir / "demo").iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "missing; restore it, or remove {directory} and train again"),
        (
            b"trainer: {",
            "not readable as YAML (while parsing a flow node); restore it, or remove {directory} and train again",
        ),
        (b"", "holds no settings; restore it, or remove {directory} and train again"),
        (b"e: 3\n", "e: no such key; did you mean seed? (--help lists all keys)"),
        (b"seed: many\n", "seed=many: must be a whole number"),
    ],
)  # fmt: skip
def test_a_damaged_configuration_is_named(data_dir: Path, content: bytes | None, message: str) -> None:
    directory = data_dir / "demo"
    directory.mkdir(parents=True)
    if content is not None:
        (directory / "config.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_run_config("demo")
    assert caught.value.problems == (f"{directory / 'config.yaml'}: {message.format(directory=directory)}",)


def test_an_unknown_run_lists_the_known_ones(data_dir: Path) -> None:
    with pytest.raises(ConfigError, match=r"run=demo: no such run in .*; there are no runs"):
        load_run_config("demo")
    for name in ("b", "a"):
        (data_dir / name).mkdir(parents=True)
        (data_dir / name / "config.yaml").write_text(yaml.safe_dump({"run": name}))
    with pytest.raises(ConfigError, match=r"run=demo: no such run in .*; runs there: a, b"):
        load_run_config("demo")


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "a b", "x" * 129])
def test_a_run_cannot_leave_the_directory_of_runs(name: str) -> None:
    with pytest.raises(ConfigError, match="name a run with letters"):
        run_dir(name)


def test_runs_are_written_to_folders_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket's URI is a valid path, of a folder `s3:` here."""
    monkeypatch.setenv("DATA_DIR", "s3://bucket/runs")
    with pytest.raises(ConfigError, match=r"^DATA_DIR=s3://bucket/runs: must be a folder; train in one"):
        run_dir("demo")


def test_only_settings_that_change_the_result_change_the_digest() -> None:
    plain = parse_overrides(["run=a"], Config)
    carried_out_otherwise = parse_overrides(
        ["run=b", "trainer.num_workers=2", "trainer.total_timesteps=5", "trainer.checkpoint_interval=1"], Config
    )
    other = parse_overrides(["run=a", "trainer.gamma=0.5"], Config)
    assert config_digest(plain) == config_digest(carried_out_otherwise) != config_digest(other)
    assert frozen_changes(plain, carried_out_otherwise) == []
    assert frozen_changes(plain, other) == [
        "trainer.gamma=0.5: cannot change when a run goes on (it is 0.97); start another run instead"
    ]


TOOLS = sorted(path.stem for path in Path(tools.__file__).parent.glob("[a-z]*.py"))
HEAVY = ("duckdb", "fsspec", "gymnasium", "matplotlib", "numpy", "safetensors", "torch", "wandb")


def test_there_are_tools() -> None:
    assert {"analyze", "inspect", "play", "replay", "resume", "sim", "train"} <= set(TOOLS)


@pytest.mark.parametrize("module", [None, *TOOLS])
def test_importing_the_package_and_asking_for_help_load_nothing_heavy(module: str | None) -> None:
    asking = f"runpy.run_module('metta_ref.tools.{module}', run_name='__main__')" if module else "import metta_ref"
    program = (
        "import runpy, sys; sys.argv = ['tool', '--help']\n"
        f"try: {asking}\n"
        f"finally: print(sorted({set(HEAVY)} & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert ("keys, defaults, units:" in done.stdout) == bool(module)
