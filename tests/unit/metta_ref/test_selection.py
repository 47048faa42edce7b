"""Choosing checkpoints: by number and by finite metric, through conditions, and what retention keeps."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metta_ref.checkpoint import Selection, parse_condition, retained, select
from metta_ref.checkpoint.errors import CheckpointNotFoundError
from metta_ref.config import ConfigError

NAN, INF = float("nan"), float("inf")
RUN: dict[int, dict[str, Any]] = {
    0: {"score": 0.2, "agent_step": 0, "py_agent": "lstm", "final": False},
    1: {"score": 0.9, "agent_step": 100, "py_agent": "lstm"},
    2: {"score": NAN, "agent_step": 200, "py_agent": "agalite"},
    3: {"score": 0.9, "agent_step": 300, "py_agent": "agalite"},
    10: {"score": None, "agent_step": 1000, "py_agent": "agalite", "final": True},
}


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), (10,)),
        (Selection("all"), (10, 3, 2, 1, 0)),
        (Selection("best"), (3,)),
        (Selection("best", metric="agent_step"), (10,)),
        (Selection("top", count=2), (3, 1)),
        (Selection("top", count=9), (3, 1, 0)),
        (Selection("threshold", threshold=0.5), (3, 1)),
        (Selection("threshold", threshold=0.9), (3, 1)),
    ],
)
def test_strategies(selection: Selection, chosen: tuple[int, ...]) -> None:
    assert select(RUN, selection) == chosen


@pytest.mark.parametrize(
    ("conditions", "chosen"),
    [
        (["py_agent=lstm"], (1, 0)),
        (["py_agent != lstm", "agent_step<1000"], (3, 2)),
        (["agent_step>=100", "agent_step<=200"], (2, 1)),
        (["score>0.2"], (3, 1)),
        (["agent_step=100.0"], (1,)),
        (["final=true"], (10,)),
        (["final=false"], (0,)),
        (["score!=high"], (3, 2, 1, 0)),
    ],
)
def test_conditions(conditions: list[str], chosen: tuple[int, ...]) -> None:
    assert select(RUN, Selection("all", where=tuple(map(parse_condition, conditions)))) == chosen


@pytest.mark.parametrize(
    ("sidecars", "selection", "message"),
    [
        ({}, Selection(), "no checkpoint there; train a run first"),
        (RUN, Selection(where=(parse_condition("py_agent=fast"),)), "none of 5 checkpoints meets py_agent=fast"),
        (RUN, Selection(where=(parse_condition("py_agent>lstm"),)), "none of 5 checkpoints meets py_agent>lstm"),
        (RUN, Selection("threshold", threshold=2.0), "no checkpoint has score>=2; lower the threshold"),
        (RUN, Selection("best", metric="reward"), "no checkpoint has a finite value of reward"),
        ({1: {"score": INF}, 2: {"score": True}}, Selection("top"), "no checkpoint has a finite value of score"),
    ],
)
def test_nothing_chosen_says_why(sidecars: Any, selection: Selection, message: str) -> None:
    with pytest.raises(CheckpointNotFoundError, match=message):
        select(sidecars, selection)


@pytest.mark.parametrize("text", ["", "score", "=1", "score>", "a b=1", "score~1", "score>>1", "score==1", "score=<1"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="write a condition as key, one of"):
        parse_condition(text)


@pytest.mark.parametrize(
    ("rules", "kept"),
    [
        ({"newest": 0}, set()),
        ({"newest": 2}, {3, 10}),
        ({"newest": 1, "best": 2}, {1, 3, 10}),
        ({"newest": 0, "every": 5}, {0, 10}),
        ({"newest": 0, "best": 1, "metric": "agent_step"}, {10}),
        ({"newest": 99}, {0, 1, 2, 3, 10}),
    ],
)
def test_retention(rules: Any, kept: set[int]) -> None:
    assert retained(RUN, **rules) == kept


scores = st.one_of(st.none(), st.text(max_size=2), st.booleans(), st.integers(), st.floats())


@given(st.dictionaries(st.integers(0, 99), st.fixed_dictionaries({"score": scores}), min_size=1))
def test_the_best_is_at_least_as_good_as_all_and_top_lists_begin_with_it(sidecars: Any) -> None:
    ranked = select(sidecars, Selection("all"))
    assert ranked[0] == max(sidecars)
    try:
        top = select(sidecars, Selection("top", count=99))
    except CheckpointNotFoundError:
        return
    values = [sidecars[epoch]["score"] for epoch in top]
    assert values == sorted(values, reverse=True)
    assert select(sidecars, Selection("best")) == top[:1]
