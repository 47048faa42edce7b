"""Scenarios as people write them, and every mistake in them at once."""

import math
import re
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from smoke.__main__ import main
from smoke.rules import RulesError, load_scenarios
from smoke.scenario import EXPECTATIONS, Analysed, Complete, Evaluated, Resumed, Scenario, Stage, Trained

SHIPPED_RULES = Path(__file__).parents[3] / "rules" / "smoke.yaml"


def test_the_shipped_scenarios_cover_the_whole_way_for_every_agent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scenarios = {scenario.name: scenario for scenario in load_scenarios(SHIPPED_RULES)}
    for agent in ("agalite", "lstm", "fast", "memoryless"):
        stages = scenarios[agent].stages
        assert [stage.name for stage in stages] == [
            "train", "checkpoint", "uninterrupted", "resume", "evaluate", "analyse",
        ]  # fmt: skip
        assert {type(expectation) for stage in stages for expectation in stage.expect} == set(EXPECTATIONS.values())
    assert main(["--list"]) == 0
    assert capsys.readouterr().out == (
        "agalite: An AGaLiTe agent with two environment workers, from training to figures.\n"
        "lstm: An LSTM agent without workers, from training to figures.\n"
        "fast: A convolutional encoder before an LSTM, from training to figures.\n"
        "memoryless: The control without a memory, from training to figures.\n"
        "agalite-learns: An AGaLiTe agent learns to remember the cue.\n"
        "lstm-learns: An LSTM agent learns to remember the cue.\n"
        "fast-learns: An LSTM agent behind a convolutional encoder learns to remember the cue.\n"
        "memoryless-guesses: The control finds the goals and can only guess which one pays.\n"
    )


def test_the_shipped_scenarios_hold_every_agent_with_a_memory_against_the_control() -> None:
    bounds = {
        scenario.name: (expected.min_reward, expected.max_reward)
        for scenario in load_scenarios(SHIPPED_RULES)
        for stage in scenario.stages
        for expected in stage.expect
        if isinstance(expected, Evaluated) and expected.min_reward > -math.inf
    }
    assert bounds == {
        "agalite-learns": (0.9, math.inf),
        "lstm-learns": (0.9, math.inf),
        "fast-learns": (0.9, math.inf),
        "memoryless-guesses": (0.4, 0.6),
    }


def test_the_documented_expectations_are_all_there_are(tmp_path: Path) -> None:
    page = (SHIPPED_RULES.parents[1] / "docs" / "configuration.md").read_text()
    documented = re.findall(r"^\| `(\w+: \{.*?\})` \|", page, re.MULTILINE)
    stages = [{"name": name, "timeout": 1, "expect": {"complete": {"run": "demo"}}} for name in ("train", "evaluate")]
    whole = {"name": "all", "timeout": 1, "needs": ["train", "evaluate"]}
    whole["expect"] = {name: value for line in documented for name, value in yaml.safe_load(line).items()}
    path = tmp_path / "smoke.yaml"
    path.write_text(yaml.safe_dump({"scenarios": [{"name": "documented", "stages": [*stages, whole]}]}))
    [scenario] = load_scenarios(path)
    assert [type(expected) for expected in scenario.stages[-1].expect] == sorted(
        EXPECTATIONS.values(), key=lambda kind: kind.__name__.lower()
    )


def test_every_mistake_is_told_at_once_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "smoke.yaml"
    path.write_text(
        """\
scenarios:
  - name: Upper Case
    stages:
      - name: train
        timeout: soon
        comand: [python]
        expect: {trained: {run: demo, min_step: 0}}
      - name: train
        timeout: 0
        needs: [later]
        expect: {evaluated: {run: demo}}
      - timeout: 5
        expect: {}
  - name: empty
    stages: []
    name: empty
scenario: []
"""
    )
    assert main(["--rules", str(path)]) == 2
    assert capsys.readouterr().err == "".join(
        f"smoke: {path}:{problem}\n"
        for problem in (
            "5: timeout: must be a number",
            "6: comand: no such key; did you mean needs?",
            "7: min_step: must be at least 1",
            "11: episodes: is missing",
            "12: name: is missing",
            "16: name: stands here twice",
            "17: scenario: no such key; did you mean scenarios?",
        )
    )


STAGE = {"name": "one", "timeout": 5, "expect": {"complete": {"run": "demo"}}}


@pytest.mark.parametrize(
    ("scenarios", "problem"),
    [
        ([], "1: scenarios: declares none, and a smoke of nothing is never passed"),
        (None, "1: scenarios: must be a list"),
        ([{"name": "a", "stages": []}], "3: stages: must hold at least one stage"),
        ([{"name": "A b", "stages": [STAGE]}], "2: name: must be lower-case letters"),
        ([{"name": "../a", "stages": [STAGE]}], "2: name: must be lower-case letters"),
        ([{"name": "a", "stages": [STAGE | {"timeout": 0}]}], "5: timeout: must be more than 0 seconds"),
        (
            [{"name": "a", "stages": [STAGE | {"timeout": math.inf}]}],
            "5: timeout: must be more than 0 seconds, and end",
        ),
        ([{"name": "a", "stages": [STAGE | {"timeout": 10**400}]}], "5: timeout: must be a number"),
        ([{"name": "a", "stages": [STAGE | {"expect": {}}]}], "6: expect: must hold at least one of trained"),
        (
            [{"name": "a", "stages": [STAGE | {"needs": ["two"]}]}],
            "stages: one needs two, which is no earlier stage (earlier: none)",
        ),
        ([{"name": "a", "stages": [STAGE, STAGE]}], "name: one is taken; give each its own"),
        ([{"name": "a", "stages": [STAGE]}, {"name": "a", "stages": [STAGE]}], "name: a is taken"),
        (
            [{"name": "a", "stages": [STAGE | {"expect": {"analysed": {"run": "x", "evaluation": "e"}}}]}],
            "needs: must name e, which the stage's expectation compares with",
        ),
        (
            [{"name": "a", "stages": [STAGE | {"expect": {"evaluated": {"run": "x", "episodes": 0}}}]}],
            "episodes: must be at least 1",
        ),
        (
            [
                {
                    "name": "a",
                    "stages": [
                        STAGE
                        | {"expect": {"evaluated": {"run": "x", "episodes": 1, "min_reward": 1, "max_reward": 0.5}}}
                    ],
                }
            ],
            "min_reward: must be a number up to max_reward, which is 0.5",
        ),
        (
            [
                {
                    "name": "a",
                    "stages": [STAGE | {"expect": {"evaluated": {"run": "x", "episodes": 1, "min_reward": math.nan}}}],
                }
            ],
            "min_reward: must be a number up to max_reward, which is inf",
        ),
        (["a"], "must be a mapping with keys among name, stages, text"),
    ],
)
def test_scenarios_that_cannot_be_run_are_refused(tmp_path: Path, scenarios: object, problem: str) -> None:
    path = tmp_path / "smoke.yaml"
    path.write_text(yaml.safe_dump({"scenarios": scenarios}, sort_keys=False))
    with pytest.raises(RulesError) as refused:
        load_scenarios(path)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"scenarios: [", "smoke.yaml:1: not YAML: "),
        (b"a: b: c", "smoke.yaml:1: not YAML: mapping values are not allowed here"),
        (b"", "smoke.yaml:1: empty; declare scenarios"),
        (b"- 1", "smoke.yaml:1: must be a mapping with keys among scenarios"),
        (b"\xff\xfe\x00", "smoke.yaml: not readable as UTF-8 text"),
        (b"\x00", "smoke.yaml: not YAML: unacceptable character"),
        (b"[" * 5000, "smoke.yaml: nested too deeply to be scenarios"),
        (None, "smoke.yaml: no such file; name one that declares scenarios"),
    ],
)
def test_a_file_that_is_no_rules_is_refused(tmp_path: Path, content: bytes | None, problem: str) -> None:
    path = tmp_path / "smoke.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RulesError) as refused:
        load_scenarios(path)
    assert problem in str(refused.value)


NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,8}", fullmatch=True).filter(
    lambda name: isinstance(yaml.safe_load(name), str)
)
WORDS = st.text(st.characters(codec="ascii", min_codepoint=33), min_size=1, max_size=12)
EXPECTED = st.one_of(
    st.builds(Trained, run=NAMES, min_step=st.integers(1, 9999)),
    st.builds(Complete, run=NAMES),
    st.builds(
        Evaluated,
        run=NAMES,
        episodes=st.integers(1, 99),
        min_reward=st.floats(max_value=0.5, allow_nan=False),
        max_reward=st.floats(min_value=0.5, allow_nan=False),
    ),
    st.builds(Resumed, run=NAMES, since=st.just("first"), same_as=NAMES),
    st.builds(Analysed, run=NAMES, evaluation=st.just("first")),
)
FIRST = Stage("first", 1.0, (Complete("demo"),))
SECOND = st.builds(
    Stage,
    name=st.just("second"),
    timeout=st.floats(0.1, 1e3),
    expect=st.tuples(EXPECTED),
    run=st.lists(WORDS, max_size=4).map(tuple),
    needs=st.just(("first",)),
)


@settings(max_examples=50, deadline=None)
@given(scenario=st.builds(Scenario, name=NAMES, stages=st.tuples(st.just(FIRST), SECOND), text=st.text(max_size=20)))
def test_what_is_written_is_what_is_read(tmp_path_factory: pytest.TempPathFactory, scenario: Scenario) -> None:
    names = {cls: name for name, cls in EXPECTATIONS.items()}
    stages = [
        {
            "name": stage.name,
            "timeout": stage.timeout,
            "run": list(stage.run),
            "needs": list(stage.needs),
            "expect": {names[type(expectation)]: asdict(expectation) for expectation in stage.expect},
        }
        for stage in scenario.stages
    ]
    path = tmp_path_factory.mktemp("rules") / "smoke.yaml"
    path.write_text(yaml.safe_dump({"scenarios": [{"name": scenario.name, "text": scenario.text, "stages": stages}]}))
    assert load_scenarios(path) == (scenario,)


@settings(max_examples=150, deadline=None)
@given(
    text=st.one_of(st.text(), st.text("scenarios:nam-[]{} \n'\"&*!|"), st.binary().map(lambda b: b.decode("latin-1")))
)
def test_any_text_is_scenarios_or_one_clear_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError, match=r"any\.yaml"):
        load_scenarios(path)


def test_names_that_are_not_there_are_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lsmt", "agalit"]) == 2
    assert capsys.readouterr().err == (
        "smoke: lsmt: no such scenario; did you mean lstm? (--list names all)\n"
        "smoke: agalit: no such scenario; did you mean agalite? (--list names all)\n"
    )


def test_nothing_is_run_or_overwritten_where_something_is_in_the_way(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "precious").touch()
    assert main(["--keep", str(tmp_path)]) == 2
    assert main(["--json", str(tmp_path / "absent" / "smoke.json")]) == 2
    assert capsys.readouterr().err == (
        f"smoke: --keep {tmp_path}: is not empty; name a new or an empty directory\n"
        f"smoke: --json {tmp_path}/absent/smoke.json: {tmp_path}/absent is no directory; create it first\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]
