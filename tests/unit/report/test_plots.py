"""Where the parts of the plots lie: what is larger is drawn larger, and nothing leaves its frame."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.trend import TrendPoint
from audit.model.verdicts import ChainLink
from audit.report.plots import blast, figures, trend

POINT = TrendPoint(
    phase=1, date="2025-08-26", verified=3, partly=0, refuted=1, unverified=0, error=0, findings=1, roots=0,
    modules=7, importable=7, verdict="refuted", risk="",
)  # fmt: skip


def link(importer: str, imported: str) -> ChainLink:
    return ChainLink(importer=importer, imported=imported, site=f"{importer}.py:1")


def test_the_column_with_most_claims_is_the_highest_and_parts_stand_on_each_other() -> None:
    plot = trend.lay_out([POINT, msgspec.structs.replace(POINT, phase=2, verified=8, refuted=0)])
    first, second = plot.columns
    assert [(part.verdict, part.number, part.height, part.label) for part in first.parts] == [
        ("verified", 3, 56.25, "3"),
        ("refuted", 1, 18.75, "1"),
    ]
    assert [(part.verdict, part.height) for part in second.parts] == [("verified", 150.0)]
    verified, refuted = first.parts
    assert (verified.y + verified.height, refuted.y + refuted.height) == (plot.base, verified.y)
    assert (first.total, second.total) == (4, 8)
    assert first.centre < second.centre < plot.width


def test_a_part_too_low_for_its_number_has_none() -> None:
    plot = trend.lay_out([msgspec.structs.replace(POINT, verified=99, refuted=1)])
    assert [part.label for part in plot.columns[0].parts] == ["99", ""]


NUMBERS = st.floats(-1e6, 1e6)


@given(st.lists(st.tuples(st.integers(0, 10**6), NUMBERS), min_size=2, max_size=20))
def test_a_curve_stays_within_its_frame_and_higher_is_higher(points: list[tuple[int, float]]) -> None:
    drawn = figures.figures_of("small", [{"curve": [list(each) for each in points]}])
    assert drawn is not None
    curve = drawn.curve
    assert curve is not None
    assert all(curve.left <= x <= curve.width and 0 <= y <= curve.base for x, y in curve.points)
    best = max(range(len(points)), key=lambda at: points[at][1])
    assert curve.points[best][1] == min(y for _, y in curve.points)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_an_interval_lies_around_its_mean(first: float, second: float, third: float) -> None:
    low, mean, high = sorted((first, second, third))
    drawn = figures.figures_of("s", [{"intervals": [{"metric": "reward", "mean": mean, "low": low, "high": high}]}])
    assert drawn is not None
    (interval,) = drawn.intervals
    assert 0 <= interval.start <= interval.at <= interval.end <= interval.width


def test_the_longest_curve_and_the_last_count_of_episodes_are_drawn() -> None:
    drawn = figures.figures_of(
        "s", [{"curve": [[0, 0], [1, 1]], "episodes": 4}, {"curve": [[0, 0], [1, 1], [2, 3]], "episodes": 8}]
    )
    assert drawn is not None
    assert drawn.curve is not None
    assert drawn.curve.summary == "return 0 at step 0, 3 at step 2"
    assert drawn.caption == "95 % intervals over 8 episodes"


@pytest.mark.parametrize(
    "facts",
    [
        {"curve": "up"},
        {"curve": [[0, 1]]},
        {"curve": [[0, "1"], [1, float("nan")], [2, True]]},
        {"intervals": [{"metric": "reward", "mean": 1}, "none"]},
        {"intervals": 3},
    ],
)
def test_facts_that_are_no_figures_draw_nothing(facts: dict[str, object]) -> None:
    assert figures.figures_of("s", [facts]) is None


def test_what_dies_stands_to_the_right_of_what_it_imports() -> None:
    plot = blast.lay_out("shop.store", [link("shop.bridge", "shop.store"), link("shop.trainer", "shop.bridge")])
    boxes = {node.label: node for node in plot.nodes}
    assert set(boxes) == {"shop.store", "shop.bridge", "shop.trainer"}
    assert boxes["shop.store"].x < boxes["shop.bridge"].x < boxes["shop.trainer"].x
    assert len(plot.edges) == 2
    assert all(node.x + node.width <= plot.width and node.y + node.height <= plot.height for node in plot.nodes)


def test_a_wide_radius_is_folded_into_few_boxes_that_say_how_many_they_hold() -> None:
    plot = blast.lay_out("shop.store", [link(f"shop.m{number}", "shop.store") for number in range(200)])
    assert len(plot.nodes) <= 40
    assert any("192" in node.label or "192" in node.title for node in plot.nodes)
