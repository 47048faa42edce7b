"""Claims that may hold today: the commands exist, nothing dangles, the tests are there and pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from audit.model.drafts import ClaimDraft, Packages, TestCommand

Entries = Sequence[tuple[str, str]]
"""Name and ``module:attribute`` of what packaging declares as a command."""


def draft_claims(
    packages: Packages,
    entries: Entries,
    commands: Sequence[TestCommand],
    *,
    dangling: Mapping[str, int],
    test_counts: Mapping[str, int],
    contracts: int,
) -> tuple[ClaimDraft, ...]:
    """The claims to try. ``dangling`` counts the findings that stand today by code, ``test_counts`` the test
    functions by path given to pytest; ``contracts`` is how many import contracts are written beside."""
    return (
        _no_dangling(dangling),
        *_contracts_kept(contracts),
        *_entry_points(entries),
        *_tests_there(test_counts),
        *_imports(packages),
        *_tests_pass(commands),
    )


def _no_dangling(dangling: Mapping[str, int]) -> ClaimDraft:
    standing = sum(dangling.values())
    codes = ["IMP001", "IMP002", "REF001", "REF002"]
    if not standing:
        return ClaimDraft(
            id="nothing-dangles",
            text="No module imports a first-party name that does not exist.",
            why="Found by reading alone: nothing is run, and no dependency needs to be installed.",
            expect={"count": {"findings": codes, "expected": 0}},
        )
    return ClaimDraft(
        id="no-more-dangles",
        text=f"No more than {standing} {'import' if standing == 1 else 'imports'} of first-party names lead nowhere.",
        why=f"So many stand today: {standing}. audit check lists them; lower the number as they are mended.",
        expect={"count": {"findings": codes, "expected": f"<={standing}"}},
    )


def _contracts_kept(contracts: int) -> Iterator[ClaimDraft]:
    if contracts:
        yield ClaimDraft(
            id="contracts-kept",
            text="Every import contract is kept.",
            why="The contracts stand in importlinter.toml beside this folder.",
            expect={"contract": {}},
        )


def _entry_points(entries: Entries) -> Iterator[ClaimDraft]:
    for name, target in sorted(set(entries)):
        dotted = target.partition("[")[0].strip().replace(":", ".")
        yield ClaimDraft(
            id=f"command-{_slug(name)}",
            text=f"What the command {name} starts exists.",
            why="Packaging declares it; a command whose function is gone fails only for whoever installed it.",
            expect={"exists": [dotted]},
        )


def _tests_there(test_counts: Mapping[str, int]) -> Iterator[ClaimDraft]:
    for path, number in test_counts.items():
        if number:
            yield ClaimDraft(
                id=f"tests-there-{_slug(path)}" if len(test_counts) > 1 else "tests-there",
                text=f"{path} holds at least {number} test functions.",
                why="Deleting tests makes a run green as well. Lower the number when that is meant.",
                expect={"count": {"tests": path, "expected": f">={number}"}},
                weight="supporting",
            )


def _imports(packages: Packages) -> Iterator[ClaimDraft]:
    if packages.products:
        yield ClaimDraft(
            id="everything-imports",
            text=f"Every module of {_listed(packages.products)} can be imported on its own.",
            why="Each module is imported in a process of its own; that needs the dependencies to be installed.",
            expect={"imports": {"packages": list(packages.products)}},
            runs=True,
        )


def _tests_pass(commands: Sequence[TestCommand]) -> Iterator[ClaimDraft]:
    for command in commands:
        if command.nodes:
            yield ClaimDraft(
                id="tests-pass",
                text="The tests pass.",
                why=f"{_said(command)}A failure, an error, or no test collected refutes it.",
                expect={"pytest": {"nodes": list(command.nodes), "passed": ">=1"}},
                runs=True,
            )
        else:
            yield ClaimDraft(
                id=f"{_slug('-'.join(command.run))}-succeeds",
                text=f"{' '.join(command.run)} ends with success.",
                why=_said(command).strip(),
                expect={"command": {"run": list(command.run), "within": 600}},
                weight="supporting",
                runs=True,
            )


def _said(command: TestCommand) -> str:
    return f"As {command.said_by} has it. " if command.said_by else ""


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "it"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more packages"
