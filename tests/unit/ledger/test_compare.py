"""What is otherwise between two runs, and what of it is worse."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from audit.ledger.compare import compare
from audit.model.difference import Difference, FindingChange, NumberChange
from tests.unit.ledger.runs import contract, finding, ran, record, root, statement

VERDICTS = ("verified", "partly", "refuted", "unverified", "error")


def changed(before, now) -> Difference:
    return compare(record(phase=1, **before), record(phase=2, tree="b" * 40, **now))


def only(difference: Difference) -> dict[str, object]:
    """The fields that say something, without those that every comparison has."""
    plain = msgspec.structs.asdict(difference)
    always = {"before", "now", "same_tree", "compared", "findings_known"}
    return {name: value for name, value in plain.items() if value and name not in always}


def test_a_claim_that_no_longer_holds_is_worse_and_says_what_else_changed() -> None:
    found = changed({"statements": (statement("a"),)}, {"statements": (statement("a", "refuted", reason="gone"),)})
    (change,) = found.regressed
    assert (change.before, change.now, change.reason, change.causes) == (
        "verified",
        "refuted",
        "gone",
        ("the tree changed",),
    )
    assert (found.before, found.now, found.same_tree, found.compared) == ("phase 1", "phase 2", False, 1)
    assert found.regressions == ("a was verified and is refuted",)


def test_every_cause_of_another_verdict_is_named() -> None:
    before = record(
        phase=1,
        tool_version="1",
        since="c" * 40,
        environment={"interpreter": "system"},
        statements=(statement("a", evidence=(ran("make", "old"),)),),
    )
    now = record(
        phase=2,
        tool_version="2",
        environment={"interpreter": ".venv"},
        statements=(
            statement("a", "refuted", text="A holds well.", predicate={"absent": {}}, evidence=(ran("make"),)),
        ),
    )
    assert compare(before, now).regressed[0].causes == (
        "the claim is worded otherwise",
        "the claim asks for something else",
        "other commands were run",
        "the environment changed (interpreter)",
        "the base of the comparison changed",
        "the audit itself changed",
    )
    unrun = record(phase=2, statements=(statement("a", "unverified"),))
    assert "it was run before and not now" in compare(before, unrun).regressed[0].causes
    flaky = record(phase=1, statements=(statement("a", "refuted"),))
    same = record(phase=2, statements=(statement("a"),))
    assert compare(flaky, same).improved[0].causes == (
        "nothing that is recorded changed: the outcome cannot be repeated",
    )


def test_a_sentence_of_a_document_is_known_by_its_words_and_not_by_its_line() -> None:
    before = (
        statement("L4", document="phase_6.md", text="**Zero import errors**"),
        statement("L9", document="phase_6.md", text="Deleted `old.py`", predicate={"absent": {"names": ["old.py"]}}),
    )
    now = (
        statement("L4", document="phase_8.md", text="`old.py` is gone", predicate={"absent": {"names": ["old.py"]}}),
        statement("L7", "refuted", document="phase_8.md", text="Zero import errors."),
    )
    found = changed({"statements": before}, {"statements": now})
    assert [(each.id_before, each.id, each.now) for each in found.regressed] == [("L4", "L7", "refuted")]
    assert (found.compared, found.claimed, found.dropped) == (2, (), ())


def test_what_is_claimed_newly_is_only_worse_when_it_is_refuted_and_what_is_dropped_is_told() -> None:
    before = (statement("kept"), statement("old", "refuted", text="Old.", predicate={"absent": {}}))
    now = (
        statement("kept"),
        statement("true", text="True.", predicate={"exists": {"names": ["x"]}}),
        statement("false", "refuted", text="False.", predicate={"exists": {"names": ["y"]}}),
        statement("vague", "unverified", text="It is better.", predicate={}),
    )
    found = changed({"statements": before}, {"statements": now})
    assert [each.id for each in found.claimed] == ["true", "false"]
    assert [(each.id, each.before) for each in found.dropped] == [("old", "refuted")]
    assert found.regressions == ("false is newly claimed and refuted",)


def test_findings_are_known_by_their_fingerprint_and_a_moved_file_by_its_name() -> None:
    before = (
        finding("shop.store"),
        finding("shop.bag", line=9),
        finding("shop.till", path="shop/b.py"),
        finding("shop.fixed"),
    )
    now = (
        finding("shop.store"),
        finding("shop.bag", line=12),
        finding("shop.till", path="shop/deep/b.py"),
        finding("shop.new", code="REF008"),
    )
    found = changed({"findings": before}, {"findings": now})
    assert found.findings_moved == (
        FindingChange(
            fingerprint="REF001:shop/a.py:shop.bag",
            code="REF001",
            severity="error",
            target="shop.bag",
            site="shop/a.py:12",
            moved_from="shop/a.py:9",
        ),
        FindingChange(
            fingerprint="REF001:shop/deep/b.py:shop.till",
            code="REF001",
            severity="error",
            target="shop.till",
            site="shop/deep/b.py:3",
            moved_from="shop/b.py:3",
        ),
    )
    assert [each.target for each in found.findings_fixed] == ["shop.fixed"]
    assert [each.target for each in found.findings_new] == ["shop.new"]
    assert found.regressions == ()  # a warning misleads, and fails nothing
    assert changed({}, {"findings": (finding("shop.new"),)}).regressions == ("1 new finding that fails at run time",)


def test_findings_are_not_compared_where_one_run_does_not_list_them() -> None:
    found = changed({"findings": None, "unimportable": None}, {"findings": (finding("a"),), "unimportable": ("m",)})
    assert (found.findings_known, only(found)) == (False, {})


def test_roots_contracts_and_modules_are_compared_by_name() -> None:
    before = {
        "roots": (root("shop.store"), root("shop.bag")),
        "contracts": (contract("A"), contract("B", "broken"), contract("C"), contract("D")),
        "unimportable": ("shop.a", "shop.b"),
    }
    now = {
        "roots": (root("shop.bag"), root("shop.till")),
        "contracts": (contract("A", "invalid"), contract("B"), contract("C"), contract("E")),
        "unimportable": ("shop.b", "shop.c"),
    }
    assert only(changed(before, now)) == {
        "roots_gone": ("shop.store",),
        "roots_new": ("shop.till",),
        "contracts_mended": ("B",),
        "contracts_broken": ("A",),
        "contracts_added": ("E",),
        "contracts_dropped": ("D",),
        "modules_revived": ("shop.a",),
        "modules_died": ("shop.c",),
        "regressions": ("the import contract A is no longer kept", "1 more module cannot be imported"),
    }


def test_fewer_tests_are_worse_even_when_the_claim_still_holds() -> None:
    before = (statement("tested", evidence=(ran("pytest", collected=8, passed=8, skipped=0),)),)
    now = (statement("tested", evidence=(ran("pytest", collected=6, passed=5, skipped=1),)),)
    found = changed({"statements": before}, {"statements": now, "coverage": {"modules": 9}})
    assert found.numbers == (
        NumberChange(name="modules", before=4, now=9),
        NumberChange(name="tested: collected", before=8, now=6, worse=True),
        NumberChange(name="tested: passed", before=8, now=5, worse=True),
        NumberChange(name="tested: skipped", before=0, now=1, worse=True),
    )
    assert found.regressions == (
        "tested: collected: 8 before, 6 now",
        "tested: passed: 8 before, 5 now",
        "tested: skipped: 0 before, 1 now",
    )


def test_between_refuted_and_not_told_a_claim_is_neither_mended_nor_newly_broken() -> None:
    found = changed({"statements": (statement("a", "refuted"),)}, {"statements": (statement("a", "unverified"),)})
    assert ([each.id for each in found.unsettled], found.regressions) == (["a"], ())
    back = changed({"statements": (statement("a", "unverified"),)}, {"statements": (statement("a", "refuted"),)})
    assert back.regressions == ("a was unverified and is refuted",)


def test_a_failure_that_is_waived_is_told_and_no_regression_until_the_waiver_ends() -> None:
    waived = statement("a", "refuted", waived="accepted until 2026-01-01")
    found = changed({"statements": (statement("a"),)}, {"statements": (waived,)})
    assert [each.id for each in found.waived] == ["a"]
    assert found.regressed[0].causes == ("the tree changed", "its failure is waived now")
    assert found.regressions == ()
    ended = changed({"statements": (waived,)}, {"statements": (statement("a", "refuted"),)})
    assert ended.regressions == ("a is refuted, and no longer waived",)


NAMES = st.sampled_from("abcdef")
STATEMENTS = st.lists(
    st.builds(
        statement,
        NAMES,
        st.sampled_from(VERDICTS),
        document=st.sampled_from(["shop.yaml", "six.md", "eight.md"]),
        text=st.sampled_from(["One.", "Two.", "Three."]),
        waived=st.sampled_from(["", "until 2026"]),
        predicate=st.sampled_from([{"exists": {"names": ["x"]}}, {"absent": {"names": ["y"]}}, {}]),
    ),
    max_size=6,
).map(tuple)
RUNS = st.builds(
    record,
    phase=st.integers(1, 2),
    tree=st.sampled_from(["a" * 40, "b" * 40]),
    verdict=st.sampled_from(VERDICTS),
    statements=STATEMENTS,
    findings=st.none() | st.lists(st.builds(finding, NAMES, line=st.integers(1, 3)), max_size=5).map(tuple),
    roots=st.lists(NAMES.map(root), max_size=3, unique=True).map(tuple),
    contracts=st.lists(
        st.builds(contract, NAMES, st.sampled_from(["kept", "broken"])), max_size=3, unique_by=lambda each: each.name
    ).map(tuple),
    unimportable=st.none() | st.lists(NAMES, max_size=3, unique=True).map(tuple),
    coverage=st.fixed_dictionaries({"modules": st.integers(0, 3)}),
)


@given(RUNS)
def test_a_run_is_in_nothing_otherwise_than_itself(run) -> None:
    assert compare(run, run).is_empty


def identities(changes) -> list[tuple]:
    return sorted((str(each.before), str(each.now), each.text) for each in changes)


def reversed_identities(changes) -> list[tuple]:
    return sorted((str(each.now), str(each.before), each.text) for each in changes)


@given(RUNS, RUNS)
def test_exchanging_two_runs_exchanges_better_and_worse(first, second) -> None:
    there, back = compare(first, second), compare(second, first)
    assert len(there.improved) == len(back.regressed)
    assert len(there.regressed) == len(back.improved)
    assert sorted((e.before, e.now) for e in there.unsettled) == sorted((e.now, e.before) for e in back.unsettled)
    # A change carries the words of the later run, so that of a pair only the verdicts turn around.
    assert sorted((e.before, e.now) for e in there.waived) == sorted((e.now, e.before) for e in back.unwaived)
    assert identities(there.claimed) == reversed_identities(back.dropped)
    assert sorted(e.fingerprint for e in there.findings_fixed) == sorted(e.fingerprint for e in back.findings_new)
    assert sorted((e.site, e.moved_from) for e in there.findings_moved) == sorted(
        (e.moved_from, e.site) for e in back.findings_moved
    )
    assert (set(there.roots_gone), set(there.roots_new)) == (set(back.roots_new), set(back.roots_gone))
    assert set(there.contracts_broken) == set(back.contracts_mended)
    assert (there.modules_died, there.modules_revived) == (back.modules_revived, back.modules_died)
    assert {(n.name, n.before, n.now) for n in there.numbers} == {(n.name, n.now, n.before) for n in back.numbers}


@given(RUNS, RUNS)
def test_every_claim_is_told_once(first, second) -> None:
    found = compare(first, second)
    judged = [each for each in second.statements if each.predicate]
    assert found.compared + len(found.claimed) == len(judged)
    assert len(found.improved) + len(found.regressed) + len(found.unsettled) <= found.compared
