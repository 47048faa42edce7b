"""What the tests of a tree are worth, told from their text: findings that a check has only where they are asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from audit.model.codes import OF_TESTS
from audit.model.findings import CheckResult, Finding
from audit.trees import LoadedTree
from audit.verdict.suppression import apply_suppressions

if TYPE_CHECKING:
    from audit.worth.judge import TestSuite


def suite_of(loaded: LoadedTree) -> TestSuite:
    """The tests of a tree with what supports them."""
    # Most checks do without: loaded where tests are judged.
    from audit.worth.functions import is_support_file, is_test_file
    from audit.worth.judge import TestSuite

    program = loaded.program
    names = program.index.names

    def module_path(dotted: str) -> str | None:
        found = program.absolute("", dotted)
        if found.status != "found":
            return next(iter(program.index.paths_of.get(dotted) or ()), None)
        return next((file for node in found.nodes for file in node.files), found.nodes[0].stem)

    python = [path for path in sorted(names) if path.endswith(".py")]
    # Read together: each file alone would be a question to git of its own.
    contents = dict(loaded.tree.read_many([path for path in python if is_test_file(path) or is_support_file(path)]))

    def text_of(path: str) -> str | None:
        content = contents[path] if path in contents else loaded.tree.read(path)
        return None if content is None else content.decode("utf-8-sig", errors="replace")

    return TestSuite(python, text_of, module_path, names)


def with_worthless_tests(result: CheckResult, now: LoadedTree, base: LoadedTree | None) -> CheckResult:
    """A result with the tests that assert nothing or test themselves; each new unless the base has it too."""
    findings = _worthless(suite_of(now))
    if base is not None:
        before = {finding.fingerprint for finding in _worthless(suite_of(base))}
        findings = [msgspec.structs.replace(each, new=each.fingerprint not in before) for each in findings]
    comments = {path: found for path in now.blobs if (found := now.program.survey(path).suppressions)}
    ours = {
        path: tuple(each for each in said if any(code.startswith(OF_TESTS) for code in each.codes))
        for path, said in comments.items()
    }
    kept, suppressed = apply_suppressions(findings, ours)
    return msgspec.structs.replace(
        result,
        findings=tuple(sorted((*result.findings, *kept), key=lambda finding: finding.order)),
        suppressed=result.suppressed + suppressed,
    )


def _worthless(suite: TestSuite) -> list[Finding]:
    return [finding for path in suite.files for finding in suite.worthless(path)]
