"""What is judged a finding: only what is gone, told with its past, its successor, and whether it is new."""

from __future__ import annotations

import pytest

from audit.contents import Contents
from audit.kinds.registry import BUILT_IN, all_kinds
from audit.mentions import MentionCheck
from audit.model.findings import Finding, Retirement, Site
from audit.model.mentions import CellSite
from audit.model.settings import RetiredName
from audit.resolve.retired import Retirements
from tests.unit.kinds.trees import Files, load, migrate, places

REMOVED = Retirement("c0ffee" * 7, "2025-08-27T10:00:00+00:00", "wrappers")


def found(before: Files | None, now: Files) -> list[tuple[str, int | None, str]]:
    """Places and targets."""
    return places(migrate(before, now).findings)


def without(files: Files, *paths: str) -> dict[str, str | bytes]:
    """The files that remain."""
    return {path: text for path, text in files.items() if path not in paths}


SHOP = {"shop/__init__.py": "", "shop/old.py": "class Store: ...\n", "shop/new.py": "class Store:\n    size = 1\n"}


def test_a_finding_tells_who_names_what_and_who_removed_it() -> None:
    files = {**SHOP, "conf/a.yaml": "_target_: shop.old.Store\n"}
    [finding] = migrate(
        files,
        without(files, "shop/old.py"),
        removals={"shop/old.py": REMOVED},
        renames={"shop/old.py": "shop/new.py"},
    ).findings
    assert finding == Finding(
        code="REF005",
        severity="error",
        site=Site("conf/a.yaml", 1, 11, 1, 25),
        kind="value",
        target="shop.old",
        referrer="conf/a.yaml",
        message=(
            "`_target_` names it, but shop.old does not exist "
            "(removed in c0ffeec0ff on 2025-08-27: wrappers); use shop.new"
        ),
        new=True,
        retired_in=REMOVED,
        replacement="shop.new",
    )


def test_a_renamed_file_is_offered_as_replacement_of_its_path() -> None:
    files = {**SHOP, "a.md": "See shop/old.py.\n"}
    [finding] = migrate(files, without(files, "shop/old.py"), renames={"shop/old.py": "shop/new.py"}).findings
    assert (finding.target, finding.replacement, finding.severity) == ("shop/old.py", "shop/new.py", "warning")


def test_a_notebook_finding_knows_its_cell() -> None:
    files = {**SHOP, "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["# x\\n", "import shop.old"]}]}'}
    [finding] = migrate(files, without(files, "shop/old.py")).findings
    assert finding.site == CellSite("a.ipynb", 1, 55, 1, 70, cell=1, cell_line=2)
    assert finding.message == "cell 1 names it, but shop.old does not exist (it is gone since the base)"
    assert (finding.code, finding.kind) == ("REF009", "import")


def test_a_docstring_belongs_to_its_module() -> None:
    files = {**SHOP, "shop/__init__.py": '"""See :class:`shop.old.Store`."""\n'}
    [finding] = migrate(files, without(files, "shop/old.py")).findings
    assert finding.referrer == "shop"


def test_without_a_base_only_certain_slots_are_judged() -> None:
    files = {
        "shop/__init__.py": "",
        "a.yaml": "_target_: shop.nix.Store\nother: shop.nix.Store\n",
        "a.md": "`shop.nix` and shop/nix.py\n",
        "run.sh": "python -m shop.nix\npython shop/nix.py\n",
    }
    result = migrate(None, files)
    assert places(result.findings) == [("a.yaml", 1, "shop.nix"), ("run.sh", 1, "shop.nix")]
    assert {finding.new for finding in result.findings} == {None}


def test_what_was_broken_at_the_base_is_not_new() -> None:
    files = {**SHOP, "a.yaml": "_target_: shop.nix.Store\n"}
    now = {**files, "b.yaml": "_target_: shop.nix.Store\n"}
    assert {finding.site.path: finding.new for finding in migrate(files, now).findings} == {
        "a.yaml": False,
        "b.yaml": True,
    }


def test_a_path_that_came_and_went_since_the_base_is_retired() -> None:
    now = {**SHOP, "a.md": "See `shop/brief.py`.\n"}
    [finding] = migrate(SHOP, now, removals={"shop/brief.py": REMOVED}).findings
    assert (finding.target, finding.retired_in) == ("shop/brief.py", REMOVED)


def test_a_module_that_came_and_went_since_the_base_is_retired() -> None:
    now = {**SHOP, "a.yaml": "x: shop.brief.Store\n"}
    [finding] = migrate(SHOP, now, removals={"shop/brief.py": REMOVED}).findings
    assert (finding.target, finding.retired_in, finding.new) == ("shop.brief", REMOVED, True)


def test_a_declared_name_is_retired_while_it_still_exists() -> None:
    declared = RetiredName(name="shop.old", site=Site("rules/retired.yaml", 1), reason="two stores are enough")
    files = {**SHOP, "a.yaml": "x: shop.old.Store\n", "rules/retired.yaml": "- shop.old\n"}
    [finding] = migrate(None, files, declared=[declared]).findings
    assert finding.message == "`x` names it, but shop.old is retired (two stores are enough)"
    assert finding.site == Site("a.yaml", 1, 4, 1, 18)


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("shop.new.Store.size", "shop.new.Store.size"),
        ("shop.new.Store", None),
        ("shop.new.Store.other", None),
        ("numpy.new.Store.size", None),
        ("new.Store.size", None),
    ],
)
def test_a_member_is_retired_when_no_class_has_it_any_more(text: str, target: str | None) -> None:
    now = {**SHOP, "shop/new.py": "class Store: ...\n", "a.yaml": f"x: {text}\n"}
    assert [finding.target for finding in migrate({**SHOP, "a.yaml": ""}, now).findings] == ([target] if target else [])


def test_a_member_that_a_base_class_took_over_is_not_retired() -> None:
    now = {
        **SHOP,
        "shop/new.py": "class Base:\n    size = 1\nclass Store(Base): ...\n",
        "a.yaml": "x: shop.new.Store.size\n",
    }
    assert found(SHOP, now) == []


@pytest.mark.parametrize(
    ("document", "text", "target"),
    [
        ("docs/a.md", "../lib/shop/old.py", "lib/shop/old.py"),
        ("docs/a.md", "lib/shop/old.py:12", "lib/shop/old.py"),
        ("docs/a.md", "shop/old.py", "lib/shop/old.py"),
        ("docs/a.md", "/srv/checkout/lib/shop/old.py", "lib/shop/old.py"),
        ("docs/a.md", "old.py", None),
        ("lib/shop/a.md", "old.py", "lib/shop/old.py"),
        ("docs/a.md", "twice/same.py", None),
        ("docs/a.md", "once/same.py", None),
        ("docs/a.md", "shop/new.py", None),
        ("docs/a.md", "other/shop/new.py", None),
        ("docs/a.md", "never/was.py", None),
        ("docs/a.md", "https://example.org/lib/shop/old.py", None),
        ("docs/a.md", "www.example.org/lib/shop/old.py", None),
        ("docs/a.md", "myapp/views.py", None),
        ("examples/app/a.md", "myapp/views.py", "examples/app/myapp/views.py"),
    ],
)
def test_a_path_is_what_existed_and_nothing_like_it(document: str, text: str, target: str | None) -> None:
    gone = ["lib/shop/old.py", "a/twice/same.py", "b/twice/same.py", "a/once/same.py", "examples/app/myapp/views.py"]
    stays = {"lib/shop/new.py": "", "b/once/same.py": "", document: f"Read `{text}` first.\n"}
    before = {**stays, **dict.fromkeys(gone, "")}
    assert [found.target for found in migrate(before, stays).findings] == ([target] if target else [])


def test_prose_means_any_setup_file_but_a_link_and_a_list_mean_this_one() -> None:
    files = {
        "a.md": "Write a `setup.py`.\n\nOurs is [here](setup.py).\n",
        "CODEOWNERS": "setup.py @me\n",
        "run.sh": "python setup.py sdist\n",
        "setup.py": "",
    }
    assert found(files, without(files, "setup.py")) == [
        ("CODEOWNERS", 1, "setup.py"),
        ("a.md", 3, "setup.py"),
        ("run.sh", 1, "setup.py"),
    ]


def test_a_package_that_moved_below_another_root_is_not_gone() -> None:
    settings = '[tool.coverage.run]\nsource = ["shop"]\n'
    before = {"shop/__init__.py": "", "pyproject.toml": settings}
    assert found(before, {"src/shop/__init__.py": "", "pyproject.toml": settings}) == []


def test_an_example_application_is_not_what_other_documents_mean() -> None:
    text = "from myapp.views import index\n"
    before = {
        "examples/app/setup.py": "",
        "examples/app/myapp/__init__.py": "",
        "examples/app/myapp/views.py": "index = 1\n",
        "docs/a.md": f"```python\n{text}```\n",
        "examples/app/a.md": f"```python\n{text}```\n",
    }
    now = without(before, "examples/app/myapp/views.py")
    assert found(before, now) == [("examples/app/a.md", 2, "myapp.views")]


@pytest.mark.parametrize(
    "path",
    [
        "CHANGELOG.md",
        "docs/release_notes.rst",
        "docs/adr/0001-x.md",
        "docs/migration-to-2.md",
        "HISTORY.rst",
        "docs/release/1.10.4-notes.rst",
        "doc/neps/nep-0032-a-plan.rst",
        "docs/pep-0008.md",
        "sep/sep-021.rst",
    ],
)
def test_a_record_of_the_past_is_no_finding(path: str) -> None:
    files = {**SHOP, path: "shop.old is used.\n"}
    assert found(files, without(files, "shop/old.py")) == []


@pytest.mark.parametrize(
    "text",
    [
        "`shop.old` has been removed.",
        "- Delete `shop/old.py`",
        "We no longer use shop.old.",
        "| `shop/old.py` | deleted |",
        "## Removed\n\nUse `shop.old`.",
        "**Files to delete** (3):\n- `shop/old.py`\n- `shop.old`",
        "~~shop.old~~",
        "Formerly `shop.old`; now\n`shop.new`.",
    ],
)
def test_a_statement_of_deletion_is_no_finding(text: str) -> None:
    files = {**SHOP, "a.md": f"{text}\n"}
    assert found(files, without(files, "shop/old.py")) == []


@pytest.mark.parametrize(
    "text", ["`shop.old` is used.\nOthers were removed, too. See it.", "## Removed\n\n# Use\n\n`shop.old`"]
)
def test_a_deletion_elsewhere_excuses_nothing(text: str) -> None:
    text = text.replace("used.\nOthers", "used. Others")
    files = {**SHOP, "a.md": f"{text}\n"}
    assert [target for _, _, target in found(files, without(files, "shop/old.py"))] == ["shop.old"]


@pytest.mark.parametrize(
    "text",
    [
        "Use `shop.gone`.",
        "# The `shop.legacy` module\n\nUse shop.gone here.",
        "Run shop/removed.py, as deprecated.py does.",
    ],
)
def test_a_name_that_speaks_of_deletion_says_nothing(text: str) -> None:
    files = {**SHOP, "shop/gone.py": "", "shop/legacy.py": "", "shop/removed.py": "", "a.md": f"{text}\n"}
    gone = {"shop.gone", "shop.legacy", "shop/removed.py"}
    now = without(files, "shop/gone.py", "shop/legacy.py", "shop/removed.py")
    assert {target for _, _, target in found(files, now)} == {each for each in gone if each in text}


def test_reading_every_file_finds_no_more_than_reading_those_with_a_retired_word() -> None:
    before: dict[str, str | bytes] = {}
    gone: list[str] = []
    for kind in BUILT_IN:
        for number, example in enumerate(kind.BREAKS):
            for path, text in example.before.items():
                before[f"{kind.name.replace('-', '_')}{number}/{path}"] = text
            gone += [f"{kind.name.replace('-', '_')}{number}/{path}" for path in example.gone]
    now = without(before, *gone)

    eager = tuple(type(kind.__name__, (kind,), {"always": True, "marks": ()})() for kind in BUILT_IN)
    filtered, everything = migrate(before, now), migrate(before, now, kinds=eager)
    assert filtered.findings == everything.findings
    assert len(filtered.findings) > 20
    assert filtered.read < everything.read


def test_a_file_that_cannot_be_read_is_named_with_its_reason() -> None:
    files = {**SHOP, "a.yaml": "_target_: [shop.old\n"}
    result = migrate(files, without(files, "shop/old.py"))
    assert [(each.path, each.reason, each.incomplete) for each in result.skipped] == [
        ("a.yaml", "not YAML: line 2: did not find expected ',' or ']'", False)
    ]


def test_files_that_vanish_are_named() -> None:
    tree = load({**SHOP, "a.yaml": "_target_: shop.nix\n"})
    assert tree.tree.read("a.yaml") is not None
    del tree.tree.files["a.yaml"]  # type: ignore[attr-defined]  # the tree in memory holds its files
    result = MentionCheck(tree, None, Contents(None, all_kinds())).result(Retirements(tree.program, None), None)
    assert [(each.path, each.reason) for each in result.skipped] == [
        ("a.yaml", "cannot be read: vanished or not permitted")
    ]
