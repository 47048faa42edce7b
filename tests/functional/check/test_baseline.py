"""A baseline accepts what stands today, so that only new findings fail; it never grows unseen."""

from __future__ import annotations

import json


def test_accepted_findings_do_not_fail_and_are_counted(shop, audit, tmp_path) -> None:
    file = tmp_path / "accepted.json"
    written = audit("baseline", "write", shop.root, "--file", file)
    assert written.stdout == f"{file}: 1 finding accepted\n"
    assert written.stderr == (
        f"audit: a check looks at it with --baseline {file}, or with `baseline` among the settings\n"
    )
    assert json.loads(file.read_text()) == [{"code": "IMP001", "referrer": "shop.bridge", "target": "shop.store"}]
    done = audit("check", shop.root, "--baseline", file)
    assert done.stdout.endswith("no findings: 1 more accepted by the baseline (5 of 5 modules analysed)\n")
    assert done.returncode == 0


def test_a_baseline_that_checks_look_at_by_themselves_needs_no_word(shop, audit) -> None:
    shop.write(
        {
            "pyproject.toml": '[project]\nname = "shop"\n\n[tool.audit]\nbaseline = "audit-baseline.json"\n',
            "shop/bridge.py": "import shop.store\n\n\ndef open_bridge():\n    import shop.store\n",
        }
    )
    file = shop.root / "audit-baseline.json"
    written = audit("baseline", "write", shop.root, "--file", file)
    assert (written.stdout, written.stderr) == (f"{file}: 2 findings accepted\n", "")
    assert len(json.loads(file.read_text())) == 1
    assert "no findings: 2 more accepted by the baseline" in audit("check", shop.root).stdout


def test_a_new_finding_fails_beside_accepted_ones(shop, audit, tmp_path) -> None:
    file = tmp_path / "accepted.json"
    audit("baseline", "write", shop.root, "--file", file)
    shop.write({"shop/evaluation.py": "import shop.gone\n"})
    done = audit("check", shop.root, "--baseline", file)
    assert done.stdout.splitlines()[0] == "shop/evaluation.py:1:1: IMP001 error: shop.gone does not exist"
    assert done.returncode == 1


def test_a_baseline_grows_only_when_told(shop, audit, tmp_path) -> None:
    file = tmp_path / "accepted.json"
    audit("baseline", "write", shop.root, "--file", file)
    before = file.read_text()
    shop.write({"shop/trainer.py": "import shop.bridge\nimport shop.gone\n"})
    refused = audit("baseline", "write", shop.root, "--file", file)
    assert refused.stderr == (
        f"audit: {file} would grow by 1 (first: IMP001 shop.trainer -> shop.gone); mend them, or say --allow-growth\n"
    )
    assert (refused.returncode, file.read_text()) == (2, before)
    assert audit("baseline", "write", shop.root, "--file", file, "--allow-growth").returncode == 0
    assert len(json.loads(file.read_text())) == 2


def test_mended_entries_are_told_and_pruned(shop, audit, tmp_path) -> None:
    file = tmp_path / "accepted.json"
    audit("baseline", "write", shop.root, "--file", file)
    shop.write({"shop/bridge.py": ""})
    done = audit("check", shop.root, "--baseline", file)
    assert done.stderr == (
        "audit: the baseline accepts IMP001 shop.bridge -> shop.store, which is mended: "
        "take it off with audit baseline prune\n"
    )
    assert audit("baseline", "prune", shop.root, "--file", file).stdout == f"{file}: 1 entry taken off, 0 left\n"
    assert audit("baseline", "show", "--file", file).stdout == "0 findings accepted\n"
