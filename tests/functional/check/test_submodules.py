"""Folders that another repository fills: nothing in them is known, so nothing in them is gone."""

from __future__ import annotations

from pathlib import Path

import pytest

SPLIT = {
    "app/__init__.py": "",
    "app/run.py": (
        "import app.plugins.csv\nfrom app.plugins import json_reader\nfrom . import plugins\n"
        "from .plugins.deep.down import x\n"
    ),
    "app/tool.py": "import tools.deep\n",
    "app/plugins/__init__.py": "",
    "app/plugins/csv.py": "",
    "app/plugins/json_reader.py": "",
    "libs/tools/tools/__init__.py": "",
    "libs/tools/tools/deep.py": "",
    "libs/tools/setup.py": "from setuptools import setup\nsetup(name='tools', packages=['tools'])\n",
    "old/gone.py": "",
    "Makefile": "all:\n\tpython app/plugins/csv.py\n\tpython old/gone.py\n\truff check libs\n",
    "docs/guide.md": "See `app/plugins/csv.py`, `app.plugins.csv` and `old/gone.py`.\n",
}


@pytest.mark.parametrize("how", ["on disk", "at a commit"])
def test_what_became_a_submodule_is_not_gone(repository, audit, tmp_path: Path, how: str) -> None:
    repository.write(SPLIT)
    base = repository.commit("Start")
    repository.git("clone", "--quiet", ".", str(tmp_path / "other"))
    repository.git("rm", "-r", "--quiet", "app/plugins", "libs/tools", "old")
    for folder in ("app/plugins", "libs/tools"):
        repository.git(
            "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "other"), folder
        )
    repository.commit("Split")
    at = ["--at", "HEAD"] if how == "at a commit" else []
    done = audit("check", repository.root, "--since", base, "--format", "concise", *at)
    assert done.stdout.splitlines() == [
        "Makefile:3:9: REF007 old/gone.py",
        "docs/guide.md:1:50: REF008 old/gone.py",
        f"2 findings in 2 files: 1 error, 1 warning, 2 new since {base[:10]} (3 of 3 modules analysed)",
    ]
