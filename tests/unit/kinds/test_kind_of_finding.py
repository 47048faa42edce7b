"""Code that a document shows is an example, not an import of the tree."""

from __future__ import annotations

import subprocess
from pathlib import Path

from audit.pipeline import open_codebase


def test_an_import_in_a_fence_is_an_example_and_one_in_code_an_import(tmp_path: Path) -> None:
    files = {
        "pkg/__init__.py": "",
        "use.py": "from pkg.gone import name\n",
        "README.md": "# Use\n\n```python\nfrom pkg.gone import name\n```\n",
        "pkg/gone.py": "name = 1\n",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    identity = ["-c", "user.name=Dev", "-c", "user.email=dev@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "Start"]):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True)
    (tmp_path / "pkg/gone.py").unlink()
    findings = open_codebase(tmp_path, since="HEAD", use_cache=False).check.findings
    assert [(each.code, each.kind, each.site.path) for each in findings] == [
        ("REF008", "example", "README.md"),
        ("REF001", "import", "use.py"),
    ]
