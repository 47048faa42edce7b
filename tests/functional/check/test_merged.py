"""What was deleted in a line of history before that line was merged was never in this repository."""

from __future__ import annotations

from audit.pipeline import open_codebase

README = "See `other/gone.py`, `other.gone.f`, `shop/brief.py` and `shop/side.py`.\n"


def test_only_what_was_here_after_the_base_is_gone(repository) -> None:
    repository.write({"shop/__init__.py": "", "README.md": README})
    repository.commit("Open the shop")
    repository.git("checkout", "--quiet", "-b", "side")
    repository.write({"shop/side.py": ""})
    repository.commit("Begin beside it")
    repository.git("checkout", "--quiet", "main")
    repository.write({"shop/brief.py": "", "shop/kept.py": ""})
    base = repository.commit("Build on it")
    repository.git("merge", "--quiet", "side", "--message", "Join what was begun beside it")

    repository.git("checkout", "--quiet", "--orphan", "others")
    repository.git("rm", "-rfq", ".")
    repository.write({"other/__init__.py": "", "other/gone.py": "def f(): ...\n"})
    repository.commit("Begin elsewhere")
    (repository.root / "other/gone.py").unlink()
    repository.commit("Drop it there")
    repository.git("checkout", "--quiet", "main")
    repository.git("merge", "--quiet", "--allow-unrelated-histories", "others", "--message", "Take the others in")

    (repository.root / "shop/brief.py").unlink()
    (repository.root / "shop/side.py").unlink()
    repository.commit("Drop both here")

    result = open_codebase(repository.root, since=base, use_cache=False, jobs=1).check
    assert [each.target for each in result.findings] == ["shop/brief.py", "shop/side.py"]
    assert {each.retired_in.subject for each in result.findings if each.retired_in} == {"Drop both here"}
