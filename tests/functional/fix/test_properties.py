"""Whatever modules move and however they are named: after the fix nothing dangles and everything runs as before."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import dedent

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.fix.writing import write_changes
from audit.fixing.settle import plan_fixing

from .conftest import Migration

MODULES = {"app.core": 1, "app.util": 2, "app.sub.deep": 3, "lone": 4}
NEW_NAMES = ("app.kernel", "app.sub.kernel", "base", "kit.tools", "app.sub.low", "kit.inner.far")
USERS = ("use", "app.use", "app.sub.use")
PACKAGES = ("app", "app.sub", "kit", "kit.inner")

FORMS = dedent(
    """
    import {module}
    seen.append({module}.make{n}())
    ---
    import {module} as alias{i}
    seen.append(alias{i}.make{n}())
    ---
    from {module} import make{n}
    seen.append(make{n}())
    ---
    from {module} import make{n} as made{i}, SIZE{n}
    seen += [made{i}(), SIZE{n}]
    ---
    from {module} import (  # all
        Kind{n},  # the kind
        # and the size
        SIZE{n},
    )
    seen += [Kind{n}.name, SIZE{n}]
    ---
    from {module} import *
    seen.append(make{n}())
    ---
    from {parent} import {leaf}
    seen.append({leaf}.make{n}())
    ---
    from {parent} import {leaf} as alias{i}
    seen.append(alias{i}.make{n}())
    ---
    from {relative} import make{n} as near{i}
    seen.append(near{i}())
    ---
    from importlib import import_module
    seen.append(import_module('{module}').make{n}())
    ---
    from unittest.mock import patch
    with patch(r'{module}.make{n}', return_value={i}) as fake{i}:
        seen.append(fake{i}())
    ---
    def lazy{i}(make{n}=None):
        import {module}
        return make{n}, {module}.make{n}()
    seen.append(lazy{i}())
    ---
    if seen:
        from {module} import make{n}
    else:
        from {module} import make{n}
    seen.append(make{n}())
    ---
    from {module} import Kind{n}
    def hint{i}(kind: 'Kind{n}') -> '{module}.Kind{n}': return kind
    seen.append(hint{i}(Kind{n}).name)
    """
).split("---\n")
"""Ways to name and use a module: its name, parent, last part and number; ``i`` makes names differ."""
INTERFACES = ("", "from .core import make1\n", "from . import core, util\n\n__all__ = ['core']\n")


@st.composite
def migrations(draw: st.DrawFn, forms: Sequence[str] = FORMS) -> tuple[dict[str, str], dict[str, str]]:
    """The sources by module name, and the modules that move: old name -> new name."""
    moving = draw(st.lists(st.sampled_from(sorted(MODULES)), unique=True, min_size=1))
    new_names = draw(st.permutations(NEW_NAMES))
    sources = dict.fromkeys(PACKAGES, "")
    sources["app"] = draw(st.sampled_from(INTERFACES))
    for module, n in MODULES.items():
        sources[module] = (
            f"SIZE{n} = {n}07\n\n\nclass Kind{n}:\n    name = 'kind {n}'\n    size = {n}\n\n\n"
            f"def make{n}():\n    made = 'made {n}'\n    return made * {n}\n"
        )
    for user in USERS:
        chosen = draw(st.lists(st.tuples(st.sampled_from(forms), st.sampled_from(sorted(MODULES))), max_size=5))
        lines = [written(form, module, user, i) for i, (form, module) in enumerate(chosen)]
        sources[user] = "\n".join(["seen = []", *filter(None, lines), ""])
    return sources, dict(zip(moving, new_names, strict=False))


def written(form: str, module: str, user: str, i: int) -> str:
    """One form of import as a user writes it; empty where the form cannot name the module."""
    parent, _, leaf = module.rpartition(".")
    if "{parent}" in form and not parent:
        return ""
    if "{relative}" in form:
        package = user.rpartition(".")[0]
        if not package or not module.startswith("app."):
            return ""
        relative = f".{leaf}" if parent == package else f"..{leaf}" if package == "app.sub" else f".sub.{leaf}"
    else:
        relative = ""
    return form.format(module=module, parent=parent, leaf=leaf, relative=relative, n=MODULES[module], i=i)


def files_of(sources: Mapping[str, str]) -> dict[str, str]:
    """Sources by path."""
    return {
        f"{name.replace('.', '/')}/__init__.py" if name in PACKAGES else f"{name.replace('.', '/')}.py": source
        for name, source in sources.items()
    }


def behaviour(root: Path) -> str:
    """What all users have seen when they are imported in a process of their own."""
    program = f"import {', '.join(USERS)}\nprint({', '.join(f'{user}.seen' for user in USERS)})"
    done = subprocess.run([sys.executable, "-Bc", program], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@settings(max_examples=12, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(migrations())
def test_a_fixed_migration_has_no_finding_and_behaves_as_before(
    migration: tuple[dict[str, str], dict[str, str]],
) -> None:
    sources, moves = migration
    with tempfile.TemporaryDirectory() as folder:
        repository = Migration(Path(folder) / "tree")
        repository.write(files_of(sources))
        repository.commit()
        before = behaviour(repository.root)
        for old, new in moves.items():
            repository.git("mv", f"{old.replace('.', '/')}.py", f"{new.replace('.', '/')}.py")
        repository.commit()
        fixing = plan_fixing(repository.root, since="HEAD~1")
        write_changes(fixing.root, fixing.changes)
        assert [(str(each.finding.site), each.reason) for each in fixing.left] == []
        assert behaviour(repository.root) == before
        again = plan_fixing(repository.root, since="HEAD~1")
        assert (again.changes, again.fixed, again.left) == ((), (), ())


BY_NAME = [form for form in FORMS if "import *" not in form and "import_module" not in form]
"""What ``*`` or a call brings is used by names that no import spells."""


@settings(max_examples=4, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(migrations(BY_NAME), st.lists(st.sampled_from(["make", "Kind", "SIZE"]), unique=True, min_size=1))
def test_renamed_definitions_are_followed(migration: tuple[dict[str, str], dict[str, str]], renamed: list[str]) -> None:
    sources, moving = migration
    with tempfile.TemporaryDirectory() as folder:
        repository = Migration(Path(folder) / "tree")
        repository.write(files_of(sources))
        repository.commit()
        before = behaviour(repository.root)
        for module in moving:
            path = f"{module.replace('.', '/')}.py"
            text = repository.read(path)
            for name in renamed:
                text = text.replace(f"{name}{MODULES[module]}", f"{name}{MODULES[module]}Anew")
            repository.write({path: text})
        repository.commit()
        fixing = plan_fixing(repository.root, since="HEAD~1")
        write_changes(fixing.root, fixing.changes)
        assert [(str(each.finding.site), each.reason) for each in fixing.left] == []
        assert behaviour(repository.root) == before
