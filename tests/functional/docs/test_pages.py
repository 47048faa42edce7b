"""What the documents repeat of the program is what the program says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audit.config.load import load_configuration
from audit.config.settings import KEYS
from audit.model.codes import CODES

REPOSITORY = Path(__file__).parents[3]
DOCS = REPOSITORY / "docs"
GENERATED = ("cli.md", "codes.md")


def generate(script: Path, *options: str, columns: str = "80") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, script, *options],
        env={**os.environ, "COLUMNS": columns},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("columns", ["80", "200"])
def test_the_generated_pages_are_current_whatever_the_terminal(columns: str) -> None:
    done = generate(DOCS / "generate.py", "--check", columns=columns)
    assert (done.returncode, done.stdout) == (0, "")


def test_a_page_that_differs_is_shown_and_fails_until_it_is_written_again(tmp_path: Path) -> None:
    script = Path(shutil.copy(DOCS / "generate.py", tmp_path))
    missing = generate(script, "--check")
    assert (missing.returncode, missing.stderr) == (1, "docs/ is not current: run make docs\n")
    assert "+# Finding codes\n" in missing.stdout
    assert generate(script).returncode == 0
    assert {name: (tmp_path / name).read_text() for name in GENERATED} == {
        name: (DOCS / name).read_text() for name in GENERATED
    }
    page = tmp_path / "codes.md"
    page.write_text(page.read_text().replace("| error |", "| warning |", 1))
    stale = generate(script, "--check")
    assert (stale.returncode, stale.stdout.count("\n-|"), stale.stdout.count("\n+|")) == (1, 1, 1)


def test_every_code_has_a_row() -> None:
    rows = re.findall(r"^\| ([A-Z]{3}\d{3}) \|", (DOCS / "codes.md").read_text(), re.MULTILINE)
    assert rows == sorted(rows, key=list(CODES).index)
    assert set(rows) == set(CODES)


def test_the_example_settings_are_valid_and_leave_no_key_out() -> None:
    page = (DOCS / "configuration.md").read_text()
    examples = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    contents = {"pyproject.toml": examples[0].encode(), "rules/importlinter.toml": examples[1].encode()}
    retired = re.search(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert retired is not None
    configuration = load_configuration({**contents, "rules/retired.yaml": retired[1].encode()}.get)
    assert configuration.settings.strict
    assert configuration.contracts is not None
    assert [name.name for name in configuration.retired] == ["shop.store.Store", "shop.legacy"]
    assert set(re.findall(r"^([a-z-]+) = ", examples[0], re.MULTILINE)) == set(KEYS)


PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *(f"docs/{page.name}" for page in sorted(DOCS.glob("*.md")))]


def test_every_page_is_reached_from_the_readme() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)\)", (REPOSITORY / "README.md").read_text()))
    assert [page for page in PAGES[1:] if page not in linked] == []
    assert "docs/adr/" in linked


@pytest.mark.parametrize("page", PAGES)
def test_links_within_the_repository_lead_somewhere(page: str) -> None:
    fence = re.compile(r"^(`{3,})[^`\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)
    text = fence.sub("", (REPOSITORY / page).read_text())
    targets = [target for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text) if "://" not in target]
    assert [target for target in targets if not ((REPOSITORY / page).parent / target).exists()] == []
