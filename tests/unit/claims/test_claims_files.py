"""Claims files: the contract's form is read, and everything wrong is said at once with its place."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.config.claims import load_claims
from audit.config.predicates import PREDICATES
from audit.model.bounds import Comparison
from audit.model.claims import Citation, Statement
from audit.model.comparisons import LinesChanged, Metric, RedGreen, SameOutput, Unchanged
from audit.model.errors import ConfigError
from audit.model.predicates import (
    Absent,
    Bound,
    Cited,
    Command,
    Commit,
    Contract,
    Count,
    Entry,
    Exists,
    Imports,
    Lacks,
    Predicate,
    Pytest,
    Signature,
    Size,
    Smoke,
    Unreferenced,
    Uses,
)
from audit.model.shapes import Chain, Inherits, Package
from audit.model.surface import Constant, Option, Route


def mistakes_of(*files: tuple[str, str]) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_claims(((path, dedent(text).encode()) for path, text in files), may_run=True)
    return list(caught.value.mistakes)


def equal(value: float | str, *, absolute: float = 0.0, relative: float = 0.0) -> Comparison:
    return Comparison(operator="==", value=value, absolute=absolute, relative=relative)


def predicate_of(expectation: str) -> Predicate:
    text = f"claims:\n  - {{id: a, text: t, expect: {{{expectation}}}}}\n"
    (dossier,) = load_claims([("x.yaml", text.encode())], may_run=True)
    return dossier.statements[0].predicates[0]


def test_a_claim_is_read_with_everything_it_says() -> None:
    text = dedent(
        """\
        document: docs/phases/phase-8.md
        claims:
          - id: imports-clean
            text: Zero import errors.
            expect: {imports: {packages: [pkg]}}
          - id: training-starts
            text: Basic training starts and completes
              without import errors.
            cite: docs/phases/phase-8.md:47
            needs: [imports-clean]
            weight: supporting
            expect:
              command: {run: [python, -m, pkg.train, steps=10], exit: 0, within: 120, stdout_has: ["saved"]}
        """
    )
    (dossier,) = load_claims([("rules/claims/a.yaml", text.encode())], may_run=True)

    assert dossier.document == "docs/phases/phase-8.md"
    assert dossier.statements == (
        Statement(
            id="imports-clean",
            text="Zero import errors.",
            path="rules/claims/a.yaml",
            line=3,
            end_line=3,
            predicates=(Imports(packages=("pkg",)),),
            may_run=True,
        ),
        Statement(
            id="training-starts",
            text="Basic training starts and completes without import errors.",
            path="rules/claims/a.yaml",
            line=6,
            end_line=6,
            predicates=(
                Command(
                    run=("python", "-m", "pkg.train", "steps=10"),
                    within=120.0,
                    stdout_has=("saved",),
                ),
            ),
            weight="supporting",
            needs=("imports-clean",),
            cite=Citation("docs/phases/phase-8.md", 47),
            may_run=True,
        ),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("imports: {packages: [a, b]}", Imports(packages=("a", "b"))),
        ("imports: a", Imports(packages=("a",))),
        ("imports: {}", Imports()),
        ("absent: a/b.py", Absent(names=("a/b.py",))),
        ("absent: {path: ./a/, symbol: m.C}", Absent(names=("a", "m.C"))),
        ("exists: [a.py, b.py]", Exists(names=("a.py", "b.py"))),
        ("unreferenced: {names: [m.C]}", Unreferenced(names=("m.C",))),
        ("signature: {callable: m.f, parameters: []}", Signature(callable="m.f", parameters=())),
        ("signature: {callable: f, has: a, lacks: [b]}", Signature(callable="f", has=("a",), lacks=("b",))),
        ("pytest: tests/a.py", Pytest(nodes=("tests/a.py",))),
        ("pytest: {nodes: [t], passed: 6}", Pytest(nodes=("t",), passed=Bound(6, 6))),
        ("pytest: {nodes: [t], skipped: <=1}", Pytest(nodes=("t",), skipped=Bound(None, 1))),
        ("pytest: {nodes: [t], collected: '>= 3'}", Pytest(nodes=("t",), collected=Bound(3))),
        ("command: {run: 'make -s x'}", Command(run=("make", "-s", "x"))),
        ("smoke: demo", Smoke(scenario="demo")),
        ("smoke: {scenario: demo, stage: resume}", Smoke(scenario="demo", stage="resume")),
        ("contract: {name: Layers}", Contract(names=("Layers",))),
        ("contract: ", Contract()),
        ("citation: {path: a.py, first: 6, last: 8}", Cited(path="a.py", first=6, last=8)),
        ("citation: {path: a.py, first: 6, says: import b}", Cited(path="a.py", first=6, says="import b")),
        ("entry: {run: python tools/train.py}", Entry(run=("python", "tools/train.py"))),
        ("lacks: {path: a.py, imports: b.C, names: [d]}", Lacks(path="a.py", imports=("b.C",), names=("d",))),
        ('commit: {id: "4C14e01", removed: a.py, added: [B]}', Commit(id="4c14e01", removed=("a.py",), added=("B",))),
        ("commit: {branch: main}", Commit(branch="main")),
        ("commit: {merged: 12}", Commit(merged=12)),
        ("uses: {path: a.py, imports: b.C, names: [d]}", Uses(path="a.py", imports=("b.C",), names=("d",))),
        ("size: {path: a.py, lines: 50}", Size(path="a.py", lines=Bound(50, 50))),
        ("size: {path: a, added: 90..110, base: v1}", LinesChanged(paths=("a",), added=Bound(90, 110), base="v1")),
        ("size: {removed: '>99'}", LinesChanged(removed=Bound(100))),
        ("count: {expected: 7, modules: pkg}", Count(expected=Bound(7, 7), modules="pkg")),
        ("count: {expected: <3, tests: tests/}", Count(expected=Bound(None, 2), tests="tests")),
        (
            "count: {expected: 0, findings: REF001, new: true, within: a}",
            Count(expected=Bound(0, 0), findings=("REF001",), new=True, within="a"),
        ),
        ("count: {expected: 0, occurrences: '\\bold\\b'}", Count(expected=Bound(0, 0), occurrences=r"\bold\b")),
        ("metric: {file: a.json, json: x.y, is: 3}", Metric(file="a.json", json="x.y", expected=equal(3))),
        ("metric: {file: a.json, json: x, is: done}", Metric(file="a.json", json="x", expected=equal("done"))),
        (
            "metric: {file: a.db, sql: select 1, take: mean, is: 0.5, tolerance: {abs: 0.1, rel: 0.02}}",
            Metric(file="a.db", sql="select 1", take="mean", expected=equal(0.5, absolute=0.1, relative=0.02)),
        ),
        (
            "metric: {run: make eval, log: 'x=(.+)', within: 9, between: [1, 2]}",
            Metric(
                run=("make", "eval"),
                log="x=(.+)",
                within=9.0,
                expected=Comparison(operator="between", value=1, upper=2.0),
            ),
        ),
        ("unchanged: a.py", Unchanged(paths=("a.py",))),
        ("unchanged: {symbol: m.f, base: v1}", Unchanged(symbols=("m.f",), mode="code", base="v1")),
        ("unchanged: {paths: [a, b], mode: signature}", Unchanged(paths=("a", "b"), mode="signature")),
        ("unchanged: {run: make list, within: 5}", SameOutput(run=("make", "list"), within=5.0)),
        ("constant: {name: A_B, value: '3'}", Constant(name="A_B", value="3")),
        ("option: --dry-run", Option(names=("--dry-run",))),
        ("option: {names: [--jobs], default: '4'}", Option(names=("--jobs",), default="4")),
        ("route: {path: /api/users, method: post}", Route(path="/api/users", method="POST")),
        ("inherits: {name: m.A, bases: B}", Inherits(name="m.A", bases=("B",))),
        ("inherits: {name: A, bases: [B, m.C]}", Inherits(name="A", bases=("B", "m.C"))),
        ("chain: [m.a, m.b]", Chain(links=("m.a", "m.b"))),
        ("package: {version: 1.2.0}", Package(version="1.2.0")),
        (
            "package: {path: setup.cfg, python: '>=3.11', depends: httpx, drops: [six], scripts: run}",
            Package(path="setup.cfg", python=">=3.11", depends=("httpx",), drops=("six",), scripts=("run",)),
        ),
        ("red_green: tests/a.py::test_x", RedGreen(tests=("tests/a.py::test_x",))),
        (
            "red_green: {tests: [tests/a.py], because: no module, base: v1}",
            RedGreen(tests=("tests/a.py",), because="no module", base="v1"),
        ),
    ],
)  # fmt: skip
def test_each_predicate_is_read_in_its_short_and_long_forms(written: str, read: Predicate) -> None:
    assert predicate_of(written) == read
    again = json.dumps({read.kind: read.plain()})
    assert predicate_of(again.removeprefix("{").removesuffix("}")) == read


def test_several_predicates_of_one_name_are_a_list() -> None:
    text = "claims: [{id: a, text: t, expect: {signature: [{callable: f, has: x}, {callable: g, lacks: y}]}}]"
    (dossier,) = load_claims([("x.yaml", text.encode())], may_run=True)
    (statement,) = dossier.statements

    assert statement.predicates == (Signature(callable="f", has=("x",)), Signature(callable="g", lacks=("y",)))
    assert statement.kind == "signature"
    assert statement.predicate == {"signature": [{"callable": "f", "has": ["x"]}, {"callable": "g", "lacks": ["y"]}]}


def test_every_predicate_is_covered_by_a_form_above() -> None:
    marks = test_each_predicate_is_read_in_its_short_and_long_forms.pytestmark  # type: ignore[attr-defined]  # pytest adds it
    forms = {case[1].kind for case in marks[0].args[1]}

    assert forms == set(PREDICATES)


def test_all_mistakes_of_all_files_are_reported_at_once() -> None:
    first = """\
        documnt: x
        claims:
          - id: a
            text:
            needs: [b, zz]
            expect: {comand: {run: [python]}}
          - id: b
            text: t
            needs: [a]
            expect: {command: {rum: [x], exit: "0"}}
          - id: b
            text: t
            expect: {absent: {path: ../x}, signature: {callable: f}, count: {}}
          - 3
        """
    found = mistakes_of(("a.yaml", first), ("b.yaml", ""), ("c.yaml", "claims: []"), ("d.yaml", "a: ["))

    assert found == [
        "a.yaml:1: unknown key 'documnt' in a claims file: did you mean 'document'?",
        "a.yaml:3: 'a' needs 'zz', which no claim has",
        "a.yaml:3: needs go round in a circle: a -> b -> a",
        "a.yaml:4: 'text' must be text, not nothing",
        "a.yaml:6: unknown predicate 'comand': did you mean 'command'?",
        "a.yaml:10: 'exit' must be a whole number, not text",
        "a.yaml:10: command needs the key 'run'",
        "a.yaml:10: unknown key 'rum' in command: did you mean 'run'?",
        "a.yaml:11: the id 'b' is taken (by a.yaml:7); choose another",
        "a.yaml:13: '../x' leaves the repository; give a path relative to its root",
        "a.yaml:13: count needs exactly one of 'files', 'modules', 'findings', 'tests', 'occurrences'",
        "a.yaml:13: count needs the key 'expected', such as 7 or '<=0'",
        "a.yaml:13: signature needs 'parameters', 'has' or 'lacks'",
        "a.yaml:14: a claim must be a mapping of keys to values, not a number (3)",
        "b.yaml:1: the file is empty: write 'claims:' and at least one claim",
        "c.yaml:1: 'claims' is empty: nothing would be judged, which is never a pass",
        "d.yaml:1: not valid YAML: expected the node content, but found '<stream end>'",
    ]


def test_an_id_may_be_needed_from_another_file_but_taken_only_once() -> None:
    claim = "claims: [{{id: {0}, text: t, needs: [{1}], expect: {{exists: x}}}}]"
    files = [("a.yaml", claim.format("one", "two")), ("b.yaml", claim.format("two", ""))]

    dossiers = load_claims(((path, text.encode()) for path, text in files), may_run=False)

    assert [statement.needs for dossier in dossiers for statement in dossier.statements] == [("two",), ()]
    assert mistakes_of(files[1], ("c.yaml", files[1][1])) == [
        "c.yaml:1: the id 'two' is taken (by b.yaml:1); choose another"
    ]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.sampled_from(sorted(PREDICATES)), min_size=1, max_size=4), st.data())
def test_a_bad_value_for_any_predicate_is_a_mistake_and_never_a_crash(names: list[str], data: st.DataObject) -> None:
    value = st.sampled_from(["3", "true", "[]", "[1]", "{x: 1}", "''", "{nodes: {}}", "[[a]]", "1.5"])
    claims = "".join(
        f"  - {{id: c{index}, text: t, expect: {{{name}: {data.draw(value)}}}}}\n" for index, name in enumerate(names)
    )
    found = mistakes_of(("x.yaml", "claims:\n" + claims))

    assert {line.split(":")[1] for line in found} == {str(2 + index) for index in range(len(names))}
