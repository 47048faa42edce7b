"""A comment accepts a finding on its line, with a reason; one that accepts nothing is told."""

from __future__ import annotations

import json


def codes(done) -> list[tuple[str, int]]:
    """Code and line of each finding."""
    return [(each["code"], each["line"]) for each in json.loads(done.stdout)["findings"]]


def test_a_reason_accepts_a_finding_on_its_line_or_the_line_below(repository, audit) -> None:
    repository.write(
        {
            "app/__init__.py": "",
            "app/a.py": "import app.made  # audit: ignore[IMP001] the installer makes it\n",
            "app/b.py": "# audit: ignore[IMP001, REF001]: the installer makes it\nimport app.made\n",
        }
    )
    done = audit("check", repository.root)
    assert done.stdout == "no findings: 2 more suppressed in place (3 of 3 modules analysed)\n"
    assert done.returncode == 0


def test_what_accepts_nothing_is_a_finding(repository, audit) -> None:
    repository.write(
        {
            "app/__init__.py": "",
            "app/a.py": "import app.made  # audit: ignore[REF001] another code\n",
            "app/b.py": "import app.made  # audit: ignore[IMP001]\n",
            "app/c.py": "import app.made  # audit: ignore because\n",
            "app/d.py": "import app  # audit: ignore[IMP001] mended long ago\n",
            "app/e.py": "text = '# audit: ignore[IMP001] only a string'\n",
        }
    )
    done = audit("check", repository.root, "--format", "json")
    both = [("SUP001", 1), ("IMP001", 1)]
    assert codes(done) == [*both, *both, *both, ("SUP001", 1)]
    messages = [each["message"] for each in json.loads(done.stdout)["findings"] if each["code"] == "SUP001"]
    assert messages == [
        "this suppression has no effect: there is no REF001 on its line; take it off",
        "this suppression has no effect: it gives no reason; write audit: ignore[IMP001] reason",
        "this suppression has no effect: it names no code; write audit: ignore[CODE] reason",
        "this suppression has no effect: there is no IMP001 on its line; take it off",
    ]
