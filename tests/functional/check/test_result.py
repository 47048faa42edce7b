"""What `audit check` says of a migration that left a reference behind: words, JSON and exit codes."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from audit import __version__


def test_people_read_the_finding_the_root_cause_and_the_coverage(shop, audit) -> None:
    done = audit("check", shop.root, "--since", "HEAD~1")
    base, removal = shop.git("rev-parse", "HEAD~1"), shop.git("rev-parse", "HEAD")
    assert done.stdout == (
        "shop/bridge.py:1:1: REF001 error: shop.store does not exist "
        f"(removed in {removal[:10]} on 2025-08-27: Remove the store)\n"
        "\n"
        "Root causes: 1 missing name kills 2 modules\n"
        "  1. shop.store kills 2 modules; mending it alone revives 2\n"
        "     named at shop/bridge.py:1\n"
        "     shop.trainer -> shop.bridge  (shop/trainer.py:1)\n"
        "     shop.bridge -> shop.store  (shop/bridge.py:1)\n"
        "\n"
        f"1 finding in 1 file: 1 error, 0 warnings, 1 new since {base[:10]} (5 of 5 modules analysed)\n"
    )
    assert (done.stderr, done.returncode) == ("", 1)


def test_machines_read_the_same_by_contract(shop, audit) -> None:
    done = audit("check", shop.root, "--since", "HEAD~1", "--format", "json")
    base, removal = shop.git("rev-parse", "HEAD~1"), shop.git("rev-parse", "HEAD")
    document = json.loads(done.stdout)
    fingerprint = document["findings"][0].pop("fingerprint")
    assert len(fingerprint) == 16
    retired_in = {"commit": removal, "date": "2025-08-27T18:00:00+00:00", "subject": "Remove the store"}
    assert document == {
        "schema_version": 1,
        "tool_version": __version__,
        "root": ".",
        "commit": removal,
        "dirty": False,
        "since": base,
        "coverage": {"python_files": 5, "modules": 5, "modules_found": 5, "other_files": 1, "skipped": []},
        "findings": [
            {
                "code": "REF001",
                "severity": "error",
                "path": "shop/bridge.py",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 29,
                "kind": "import",
                "target": "shop.store",
                "referrer": "shop.bridge",
                "new": True,
                "message": f"shop.store does not exist (removed in {removal[:10]} on 2025-08-27: Remove the store)",
                "retired_in": retired_in,
                "replacement": None,
                "fixable": False,
                "breaks_import": True,
                "baselined": False,
            }
        ],
        "roots": [
            {
                "target": "shop.store",
                "sites": ["shop/bridge.py:1"],
                "kills_modules": 2,
                "kills_tests": 0,
                "kills_entry_points": [],
                "chain": ["shop.trainer", "shop.bridge", "shop.store"],
                "chain_sites": ["shop/trainer.py:1", "shop/bridge.py:1"],
                "revives": 2,
                "killed": ["shop.bridge", "shop.trainer"],
                "retired_in": retired_in,
                "replacement": None,
            }
        ],
        "mends": [{"targets": ["shop.store"], "sites": ["shop/bridge.py:1"], "revives": 2}],
        "contracts": [],
        "summary": {"errors": 1, "warnings": 0, "new": 1, "baselined": 0, "suppressed": 0},
    }


def test_without_a_base_the_import_is_missing_and_nothing_is_new(shop, audit) -> None:
    document = json.loads(audit("check", shop.root, "--format", "json").stdout)
    assert [(each["code"], each["new"], each["retired_in"]) for each in document["findings"]] == [
        ("IMP001", None, None)
    ]
    assert (document["since"], document["summary"]["new"]) == (None, None)


def test_what_stood_at_the_base_is_not_new(shop, audit) -> None:
    shop.write({"README.md": "# The shop\n"})
    shop.commit("Polish")
    document = json.loads(audit("check", shop.root, "--since", "HEAD~1", "--format", "json").stdout)
    assert [(each["target"], each["new"]) for each in document["findings"]] == [("shop.store", False)]


def test_a_moved_line_is_the_same_finding(shop, audit) -> None:
    before = json.loads(audit("check", shop.root, "--format", "json").stdout)["findings"]
    moved = "'Bridges.'\n\n\n" + (shop.root / "shop/bridge.py").read_text()
    shop.write({"shop/bridge.py": moved})
    after = json.loads(audit("check", shop.root, "--format", "json").stdout)["findings"]
    assert [each["line"] for each in before + after] == [1, 4]
    assert len({each["fingerprint"] for each in before + after}) == 1


def test_a_mended_repository_passes(shop, audit) -> None:
    shop.write({"shop/bridge.py": "def open_bridge():\n    return None\n"})
    done = audit("check", shop.root, "--since", "HEAD~1")
    assert (done.stdout, done.returncode) == ("no findings (5 of 5 modules analysed)\n", 0)


def test_another_commit_is_read_without_a_checkout_even_from_a_bare_repository(shop, audit, tmp_path) -> None:
    bare = tmp_path / "bare.git"
    shop.git("clone", "--quiet", "--bare", str(shop.root), str(bare))
    now, before = (audit("check", bare, "--at", revision, "--format", "json") for revision in ("HEAD", "HEAD~1"))
    assert (now.returncode, before.returncode) == (1, 0)
    assert json.loads(before.stdout)["commit"] == shop.git("rev-parse", "HEAD~1")


def test_a_folder_of_a_repository_is_audited_alone(repository, audit) -> None:
    repository.write(
        {"services/a/app/__init__.py": "", "services/a/app/run.py": "import app.gone\n", "b.py": "import z\n"}
    )
    repository.commit("Start")
    document = json.loads(audit("check", repository.root / "services/a", "--format", "json").stdout)
    assert [each["path"] for each in document["findings"]] == ["app/run.py"]


def test_a_plain_folder_needs_no_git(tmp_path, audit) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app/__init__.py").write_text("from app.gone import thing\n")
    done = audit("check", tmp_path)
    assert done.stdout.startswith("app/__init__.py:1:1: IMP001 error: app.gone does not exist\n")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 0),
        (("--strict",), 1),
        (("--strict", "--exit-zero"), 0),
        (("--strict", "--ignore", "REF011"), 0),
        (("--strict", "--select", "IMP,REF001"), 0),
        (("--strict", "--select", "REF"), 1),
    ],
)
def test_a_warning_fails_only_a_strict_check(repository, audit, arguments, code) -> None:
    repository.write(
        {"app/__init__.py": "", "app/run.py": "try:\n    import app.fast\nexcept ImportError:\n    pass\n"}
    )
    assert audit("check", repository.root, *arguments).returncode == code


def test_sarif_carries_the_chain_as_a_code_flow(shop, audit) -> None:
    log = json.loads(audit("check", shop.root, "--since", "HEAD~1", "--format", "sarif").stdout)
    result = log["runs"][0]["results"][0]
    assert (log["version"], result["ruleId"], result["baselineState"]) == ("2.1.0", "REF001", "new")
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["message"]["text"] for step in steps] == [
        "shop.trainer imports shop.bridge",
        "shop.bridge imports shop.store",
    ]


def test_junit_counts_findings_as_failures(shop, audit) -> None:
    suite = ElementTree.fromstring(audit("check", shop.root, "--format", "junit").stdout).find("testsuite")
    assert {name: suite.get(name) for name in ("tests", "failures", "skipped")} == {
        "tests": "2",
        "failures": "1",
        "skipped": "0",
    }


def test_annotations_point_at_the_line(shop, audit) -> None:
    lines = audit("check", shop.root, "--format", "github").stdout.splitlines()
    assert lines == [
        "::error file=shop/bridge.py,line=1,endLine=1,col=1,title=IMP001::shop.store does not exist",
        "1 finding in 1 file: 1 error, 0 warnings (5 of 5 modules analysed)",
    ]


def test_markdown_is_a_summary_for_a_job(shop, audit) -> None:
    text = audit("check", shop.root, "--format", "markdown").stdout
    assert text == (
        "## audit check\n\n1 finding in 1 file: 1 error, 0 warnings (5 of 5 modules analysed)\n\n"
        "### Root causes\n\n"
        "1. `shop.store` kills 2 modules and 0 tests; mending it alone revives 2: "
        "`shop.trainer` → `shop.bridge` → `shop.store`\n\n"
        "### Findings\n\n| where | code | severity | new | what |\n|---|---|---|---|---|\n"
        "| `shop/bridge.py:1` | IMP001 | error |  | shop.store does not exist |\n"
    )


def test_concise_output_is_one_line_a_finding(shop, audit) -> None:
    assert audit("check", shop.root, "--format", "concise").stdout == (
        "shop/bridge.py:1:1: IMP001 shop.store\n1 finding in 1 file: 1 error, 0 warnings (5 of 5 modules analysed)\n"
    )


def test_the_result_can_go_to_a_file(shop, audit, tmp_path) -> None:
    file = tmp_path / "result.json"
    done = audit("check", shop.root, "--format", "json", "--output", file)
    assert (done.stdout, done.returncode) == ("", 1)
    assert json.loads(file.read_text())["summary"]["errors"] == 1


def test_nothing_of_the_repository_is_executed_or_changed(shop, audit, tmp_path) -> None:
    marker = tmp_path / "executed"
    trap = f"import pathlib\npathlib.Path({str(marker)!r}).touch()\n"
    shop.write(dict.fromkeys(("setup.py", "conftest.py", "shop/__init__.py", "sitecustomize.py"), trap))
    shop.write({"rules/importlinter.toml": _CONTRACT})
    shop.commit("Set traps")
    before = {path: path.stat().st_mtime_ns for path in shop.root.rglob("*")}
    audit("check", shop.root, "--since", "HEAD~1", cwd=shop.root)
    assert {path: path.stat().st_mtime_ns for path in shop.root.rglob("*")} == before
    assert not marker.exists()


_CONTRACT = """\
[tool.importlinter]
root_packages = ["shop"]

[[tool.importlinter.contracts]]
name = "Evaluation stands alone"
type = "forbidden"
source_modules = ["shop.evaluation"]
forbidden_modules = ["shop.bridge"]
"""


def test_contracts_are_shown_with_their_outcome(shop, audit) -> None:
    shop.write(
        {
            "rules/importlinter.toml": _CONTRACT,
            "shop/evaluation.py": "import shop.bridge\n\n\ndef score(values):\n    return 0\n",
        }
    )
    document = json.loads(audit("check", shop.root, "--format", "json").stdout)
    assert [(each["name"], each["outcome"]) for each in document["contracts"]] == [
        ("Evaluation stands alone", "broken")
    ]
    assert [each["code"] for each in document["findings"]] == ["IMP001", "CON001"]


@pytest.mark.parametrize("name", ["a.py", "a.json", "a.toml", "a.cfg", "a.ini", "a.yaml", "a.md"])
def test_what_configuration_excludes_is_not_read_whatever_it_is(shop, audit, name) -> None:
    files = {"skip/a.py": "import shop.store\n", "skip/a.json": '{"_target_": "shop.store.Store"}\n'}
    shop.write({f"skip/{name}": files.get(f"skip/{name}", "see `shop.store`\n[a]\n_target_ = 'shop.store.Store'\n")})
    shop.write({"pyproject.toml": '[tool.audit]\nexclude = ["skip"]\n'})
    shop.commit("Keep a copy")
    done = audit("check", shop.root, "--since", "HEAD~2", "--format", "json")
    document = json.loads(done.stdout)
    assert [finding["path"] for finding in document["findings"]] == ["shop/bridge.py"]
    assert {"path": f"skip/{name}", "reason": "excluded by configuration"} in document["coverage"]["skipped"]
