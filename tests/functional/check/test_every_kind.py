"""Every kind of reference, planted once in one tree: after a migration each is found, and before it none."""

from __future__ import annotations

import json
import pickle
import sys
import types
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

PLANTED = Path(__file__).with_name("every_kind.txt")
"""Files, each under its path; a line that names something gone ends with ¶ and the kind of reference it is."""

KEPT = "def changed(a):\n    return a\n\n\nclass Kept:\n    size = 1\n\n    def stay(self):\n        return self.size\n"
BEFORE = {
    "shop/__init__.py": "",
    "shop/old.py": "class Old:\n    size = 1\n\n\ndef go():\n    return Old.size + 41\n",
    "shop/kept.py": f"{KEPT}    gone_size = 2\n\n    def gone_method(self):\n        return self.gone_size\n\n\n"
    "class Gone:\n    name = 'gone'\n\n\ndef gone():\n    return 'gone'\n",
    "app/__init__.py": "",
    "legacy/__init__.py": "",
    "legacy/mod.py": "",
    "tests/test_old.py": "def test_old():\n    assert True\n",
    "scripts/old.py": "print('old')\n",
    "docs/old.md": "old\n",
    "conf/store/old.yaml": "size: 1\n",
}
AFTER = {
    "shop/__init__.py": "",
    "shop/kept.py": KEPT.replace("changed(a)", "changed(a, b)"),
    "app/__init__.py": "",
    "scripts/new.py": "",
}


def planted() -> tuple[dict[str, str], dict[tuple[str, int | None], str]]:
    """The files, and the kind of reference at each path and line."""
    files: dict[str, str] = {}
    kinds: dict[tuple[str, int | None], str] = {}
    for section in PLANTED.read_text(encoding="utf-8").split("=== ")[1:]:
        path, *lines = section.splitlines()
        for number, line in enumerate(lines, 1):
            _, marked, kind = line.partition("¶ ")
            if marked:
                kinds[path, number] = kind
        files[path] = "".join(f"{line.partition(' ¶')[0]}\n" for line in lines)
    return files, kinds


def checkpoints() -> Iterator[tuple[str, bytes]]:
    """Files that hold an object of a class that is going to be removed."""
    package, module = types.ModuleType("shop"), types.ModuleType("shop.old")
    old = module.__dict__["Old"] = type("Old", (), {"__module__": "shop.old"})
    with patch.dict(sys.modules, {"shop": package, "shop.old": module}):
        content = pickle.dumps({"model": old()})
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as torch_file:
        torch_file.writestr("archive/data.pkl", content)
    yield from ((f"runs/a{suffix}", content) for suffix in (".pkl", ".ckpt", ".joblib"))
    yield from ((f"runs/a{suffix}", archive.getvalue()) for suffix in (".pt", ".pth"))


def found(repository, audit) -> set[tuple[str, int | None]]:
    """Where findings stand in the work tree."""
    result = json.loads(audit("check", repository.root, "--since", "HEAD~1", "--format", "json").stdout)
    assert result["coverage"]["skipped"] == []
    return {(finding["path"], finding["line"]) for finding in result["findings"]}


def test_each_kind_is_found_and_nothing_else(repository, audit) -> None:
    files, kinds = planted()
    binaries = dict(checkpoints())
    kinds |= {(path, None): f"class path in a {path[6:]} file" for path in binaries}
    assert len(kinds) == len(set(kinds.values())) == 88, "each kind is planted once"

    repository.write({**BEFORE, **files, **binaries})
    repository.commit("Open the shop")
    repository.commit("Change nothing")
    assert found(repository, audit) == set()

    for path in BEFORE.keys() - AFTER.keys():
        (repository.root / path).unlink()
    repository.write(AFTER)
    repository.commit("Migrate")
    places = found(repository, audit)
    assert sorted(kind for place, kind in kinds.items() if place not in places) == []
    assert sorted(map(str, places - kinds.keys())) == []
