"""Packages that only some uses need: without them every module can be imported, and what needs one names it."""

import subprocess
import sys

import pytest

from metta_ref.config import ConfigError
from metta_ref.eval.connection import Connection, Server

OPTIONAL = ("envpool", "gymnasium", "matplotlib", "mettagrid", "psycopg", "wandb")

IMPORT_ALL = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))
import metta_ref
names = [found.name for found in pkgutil.walk_packages(metta_ref.__path__, "metta_ref.")]
for name in names:
    importlib.import_module(name)
print(*names)
"""


def test_every_module_can_be_imported_without_them() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL, *OPTIONAL], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert {"metta_ref.eval.plots", "metta_ref.envs.gymnasium_env", "metta_ref.tools.train"} <= set(done.stdout.split())


def test_the_package_for_a_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"psycopg is not installed; pip install 'migration-audit\[postgres\]'"):
        Connection(Server("postgresql://ann@db/evals"), read_only=True)
