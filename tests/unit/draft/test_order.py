"""The order of parts: every import that counts leads downwards, and circles share a level."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audit.draft.order import circles, levels, reach
from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph

NAMES = [f"shop.{letter}" for letter in "abcdef"]


def graph(*imports: tuple[str, str], context: str = "eager") -> ModuleGraph:
    """A graph of these imports; every module named, and ``shop`` itself, is there."""
    modules = {"shop": "shop/__init__.py"} | {name: f"{name}.py" for pair in imports for name in pair}
    return ModuleGraph(
        modules={**modules, **{name: name for name in NAMES}},
        edges=tuple(ImportEdge(one, other, Site("x.py", 1), context=context) for one, other in imports),
    )


def test_an_import_leads_to_the_part_that_holds_the_module() -> None:
    found = reach(["shop.a", "shop.b"], graph(("shop.a.deep.er", "shop.b.low")), ["shop"])
    assert found == {"shop.a": {"shop.b"}, "shop.b": set()}


def test_a_way_through_what_is_no_part_counts_and_one_through_a_part_is_its_own() -> None:
    through = graph(("shop.a", "shop"), ("shop", "shop.b"), ("shop.b", "shop.c"))
    assert reach(["shop.a", "shop.b", "shop.c"], through, ["shop"]) == {
        "shop.a": {"shop.b"},
        "shop.b": {"shop.c"},
        "shop.c": set(),
    }


def test_imports_for_type_checkers_and_of_others_do_not_count() -> None:
    assert reach(NAMES[:2], graph(("shop.a", "shop.b"), context="typing"), ["shop"])["shop.a"] == set()
    elsewhere = graph(("shop.a", "other.x"), ("other.x", "shop.b"))
    assert reach(NAMES[:2], elsewhere, ["shop"])["shop.a"] == set()
    assert reach(NAMES[:2], elsewhere, ["shop", "other"])["shop.a"] == {"shop.b"}


GRAPHS = st.dictionaries(st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES))).map(
    lambda found: {name: found.get(name, set()) - {name} for name in NAMES}
)


@given(GRAPHS)
def test_every_import_leads_to_a_lower_level_or_stays_in_its_circle(reached) -> None:
    order = levels(reached)
    level_of = {part: index for index, level in enumerate(order) for part in level}
    circle_of = {part: index for index, group in enumerate(circles(reached)) for part in group}
    assert sorted(level_of) == sorted(circle_of) == sorted(NAMES)
    for part, others in reached.items():
        for other in others:
            assert level_of[part] < level_of[other] or circle_of[part] == circle_of[other]
