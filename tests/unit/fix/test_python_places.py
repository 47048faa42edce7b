"""Python files whose findings a check does not make yet, or that do not fit their file any more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.fix.planning import plan_fixes
from audit.model.findings import Finding

Mend = Callable[..., tuple[str, list[str]]]


@pytest.mark.parametrize(
    ("text", "at", "target", "replacement", "after"),
    [
        ("__all__ = ['Old']\n", "'Old'", "shop.app.Old", "shop.app.New", "__all__ = ['New']\n"),
        (
            '"""See shop.store for more."""\n',
            "shop.store",
            "shop.store",
            "shop.depot",
            '"""See shop.depot for more."""\n',
        ),
        ("x = 'shop/store.py'\n", "'shop/store.py'", "shop.store", "shop.depot", "x = 'shop/depot.py'\n"),
        ("x = b'shop.store'\n", "b'shop.store'", "shop.store", "shop.depot", "x = b'shop.depot'\n"),
    ],
)
def test_strings_and_docstrings(text: str, at: str, target: str, replacement: str, after: str, mended: Mend) -> None:
    assert mended("a.py", text, (at, target, replacement), code="REF012", kind="string") == (after, [])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = f'shop.store'\n", "an f-string is put together when it runs"),
        ("x = rf'shop.store'\n", "an f-string is put together when it runs"),
        ("x = 'shop' '.store' if shop.store else (\n", "it does not parse: line 1"),
        ("# coding: nonsense\nx = 'shop.store'\n", "it does not decode: unknown encoding: nonsense"),
        ("# coding: ascii\nx = 'shop.store'\n", "its encoding ascii cannot hold 'é'"),
    ],
)
def test_a_string_that_cannot_be_edited_is_left(text: str, reason: str, mended: Mend) -> None:
    start = text.index("=") + 2
    literal = text[start:].split("\n")[0]
    assert mended("a.py", text, (literal, "shop.store", "shop.é"), kind="string") == (text, [reason])


@pytest.mark.parametrize(
    ("text", "at", "kind", "reason"),
    [
        ("x = 1\nimport os\n", "x = 1", "import", "no import stands there"),
        ("import os\n", "import os", "import", "the import has changed since it was checked"),
        ("from .os import path\n", "from .os import path", "import", "the import has changed since it was checked"),
        ("import os\nos.path\n", "s.path", "attribute", "no such access stands there"),
        ("import os\nos.path\n", "os.path", "attribute", "the text there does not spell the old name"),
    ],
)
def test_a_finding_that_does_not_fit_the_file_is_left(text: str, at: str, kind: str, reason: str, mended: Mend) -> None:
    options = {"code": "REF001", "kind": kind}
    assert mended("a.py", text, (at, "shop.store", "shop.depot"), **options) == (text, [reason])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import old.a\ndepot = 1\nold.a.x\n", "the name depot already means something else in this file"),
        ("import old.a\nprint(depot, old.a.x)\n", "the name depot already means something else in this file"),
        (
            "try:\n    import old.a\nexcept E:\n    import old.a\nold.a\n",
            "old.a may come from another import of this file as well",
        ),
        (
            "import old.a\nx = (old  # it\n     .a)\n",
            "a dotted access is broken over lines and the new name has another length",
        ),
    ],
)
def test_a_plain_import_that_cannot_be_followed_is_left(text: str, reason: str, mended: Mend) -> None:
    options = {"code": "REF001", "kind": "import"}
    assert mended("a.py", text, ("import old.a", "old.a", "depot.goods.a"), **options) == (text, [reason])


def test_a_package_that_a_plain_import_brought_besides_is_imported_still(mended: Mend) -> None:
    text = "import old.a\nprint(old.b, old.a.x)\n"
    options = {"code": "REF001", "kind": "import"}
    assert mended("a.py", text, ("import old.a", "old.a", "depot.goods.a"), **options) == (
        "import depot.goods.a\nimport old\nprint(old.b, depot.goods.a.x)\n",
        [],
    )


def test_an_encoding_error_in_one_file_spares_the_others(finding: Callable[..., Finding]) -> None:
    text = "import shop.store\nshop.store\n"
    findings = [
        finding(path, text, "import shop.store", "shop.store", "shop.depot", code="REF001", kind="import")
        for path in ("a.py", "b.py")
    ]
    plan = plan_fixes(findings, {"a.py": b"\xff\xfe\x00", "b.py": text.encode()}.get)
    assert [change.path for change in plan.changes] == ["b.py"]
    assert [left.finding.site.path for left in plan.left] == ["a.py"]
