"""A third party adds a kind with a class and an entry point; the folder under audit never does."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.kinds import registry
from audit.kinds.page import EXAMPLE
from audit.kinds.registry import BUILT_IN, all_kinds
from audit.model.errors import UsageError
from audit.testing import check_examples
from tests.unit.kinds.trees import migrate, places

SOURCE = """
from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention

class Lists(TextKind):
    name = "lists"
    codes = ("REF005",)
    title = "one name a line"
    HOLDS = BREAKS = ()

    def wants(self, path):
        return path.endswith(".names")

    def mentions(self, source):
        for number, line in enumerate(source.text.splitlines(), 1):
            yield Mention("REF005", "value", line, "name", "the list", "error", (number, 1, number, len(line) + 1))

class Takes(Lists):
    name = "yaml"

NOT_A_KIND = 3
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of installed distributions on the path; what it held is forgotten afterwards."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(folder))
    registry.installed_plugins.cache_clear()
    yield folder
    registry.installed_plugins.cache_clear()
    sys.modules.pop("names_plugin", None)


def install(folder: Path, target: str, source: str = SOURCE) -> None:
    """Put a distribution with one entry point into a folder."""
    folder.mkdir(exist_ok=True)
    (folder / "names_plugin.py").write_text(source)
    metadata = folder / "names_plugin-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: names-plugin\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[audit.kinds]\nlists = {target}\n")


def test_an_installed_kind_finds_references(installed: Path) -> None:
    install(installed, "names_plugin:Lists")
    assert [kind.name for kind in all_kinds()] == [*(kind.name for kind in BUILT_IN), "lists"]

    files = {"shop/__init__.py": "", "a.names": "shop\nshop.old\n"}
    assert places(migrate({**files, "shop/old.py": ""}, files).findings) == [("a.names", 2, "shop.old")]


def test_the_kind_that_the_page_shows_proves_itself(installed: Path) -> None:
    install(installed, "names_plugin:Terraform", EXAMPLE)
    check_examples(all_kinds()[-1])


BROKEN = (
    SOURCE
    + """
class Raises(Lists):
    def mentions(self, source):
        raise KeyError("handler")

class Strange(Lists):
    def mentions(self, source):
        return ["shop.old"]

class Harsh(Lists):
    severity = "fatal"
    def mentions(self, source):
        span = (1, 1, 1, 9)
        return [Mention("REF005", "value", "shop.old", "name", "it", self.severity, span)]

class Miscoded(Lists):
    def mentions(self, source):
        return [Mention("REF007", "value", "shop.old", "name", "it", "error", (1, 1, 1, 9))]

class Leaves(Lists):
    def mentions(self, source):
        raise SystemExit(5)

class Choosy(Lists):
    def wants(self, path):
        return path.index("?")

class Abstract(TextKind):
    name, codes, title, HOLDS, BREAKS = "a", ("REF005",), "a", (), ()

class Bare(TextKind):
    name = "bare"

class Unknown(Lists):
    codes = ("XYZ001",)

class Exits(Lists):
    def mentions(self, source):
        import os
        os._exit(0)

class Odd(Lists):
    def mentions(self, source):
        raise GeneratorExit

class Endless(Lists):
    def mentions(self, source):
        while True:
            try:
                while True:
                    pass
            except Exception:
                pass

class Nameless(Lists):
    name = None

class Spoken(Lists):
    codes, slots, marks, always = "REF005", 5, ("x",), "yes"

class Excerpts(Lists):
    def excerpt(self, content):
        return None

class Empty(Lists):
    def mentions(self, source):
        return [Mention("REF005", "value", "", "name", "it", "error", (1, 1, 1, 9))]

class Backwards(Lists):
    def mentions(self, source):
        return [Mention("REF005", "value", "shop.old", "name", "it", "error", (2, 1, 1, 9))]
"""
)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("Raises", r"failed at a\.names: KeyError: 'handler'; mend or uninstall it"),
        ("Strange", r"failed at a\.names: .*Error: .*; mend or uninstall it"),
        ("Harsh", r"failed at a\.names: TypeError: read\(\) gave Mention.*Invalid enum value 'fatal'"),
        ("Miscoded", r"failed at a\.names: ValueError: read\(\) gave the code REF007, which is not among its codes"),
        ("Leaves", r"failed at a\.names: SystemExit: 5"),
        ("Choosy", r"failed at .*: ValueError: substring not found; mend or uninstall it"),
        ("Abstract", r"failed: TypeError: .*abstract"),
        ("Bare", r"lacks codes, title, HOLDS, BREAKS; see docs/kinds\.md"),
        ("Unknown", r"no finding has the code XYZ001"),
        ("Exits", r"failed at a\.names: it called os\._exit\(0\); mend or uninstall it"),
        ("Odd", r"failed at a\.names: GeneratorExit"),
        ("Endless", r"failed at a\.names: it did not end within 0\.2 seconds; mend or uninstall it"),
        ("Nameless", r"name is one word; see docs/kinds\.md"),
        (
            "Spoken",
            r"codes is a tuple of texts; slots is a frozenset of texts; marks is a tuple of bytes; always is True or",
        ),
        ("Excerpts", r"failed: TypeError: excerpt\(\) gave None, which is no bytes"),
        ("Empty", r"failed at a\.names: ValueError: read\(\) gave Mention.*, which names nothing"),
        ("Backwards", r"failed at a\.names: ValueError: read\(\) gave the span \(2, 1, 1, 9\)"),
    ],
)
def test_a_plugin_that_fails_is_told_by_name(
    installed: Path, target: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("audit.kinds.contained.PATIENCE", 0.2 if target == "Endless" else 60.0)
    install(installed, f"names_plugin:{target}", BROKEN)
    files = {"shop/__init__.py": "", "a.names": "shop.old\n"}
    with pytest.raises(UsageError, match=rf"^plug-in 'lists' \(names_plugin:{target}\):? {reason}"):
        migrate({**files, "shop/old.py": ""}, files, kinds=all_kinds())


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("names_plugin:Missing", "cannot be loaded: AttributeError: .*Missing.*; mend or uninstall it"),
        ("no_such_module:Kind", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_module'; mend or"),
        ("names_plugin:NOT_A_KIND", "is no subclass of audit.kinds.kind.Kind"),
        ("names_plugin:Takes", "a kind named 'yaml' exists already"),
    ],
)
def test_a_plugin_that_is_no_kind_is_told_by_name(installed: Path, target: str, reason: str) -> None:
    install(installed, target)
    with pytest.raises(UsageError, match=f"plug-in 'lists' .*{reason}"):
        all_kinds()


def test_the_current_folder_adds_nothing(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "repository", "names_plugin:Lists")
    monkeypatch.chdir(tmp_path / "repository")
    monkeypatch.syspath_prepend("")
    registry.installed_plugins.cache_clear()
    assert [kind.name for kind in all_kinds()] == [kind.name for kind in BUILT_IN]


def test_a_plugin_is_not_taken_from_the_current_folder(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(installed, "names_plugin:Lists")
    shadow = tmp_path / "repository"
    shadow.mkdir()
    (shadow / "names_plugin.py").write_text("raise SystemExit('code of the repository was run')\n")
    monkeypatch.chdir(shadow)
    monkeypatch.syspath_prepend("")
    registry.installed_plugins.cache_clear()
    assert all_kinds()[-1].name == "lists"
