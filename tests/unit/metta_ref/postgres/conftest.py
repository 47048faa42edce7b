"""A PostgreSQL server of the tests' own, where the machine has one."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from metta_ref.eval.connection import Server

_UNPRIVILEGED = "nobody"
"""PostgreSQL refuses to run as root."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Path]:
    """The folder of the socket of a server that lives as long as the tests of this process."""
    if importlib.util.find_spec("psycopg") is None:
        pytest.skip("psycopg is not installed: pip install 'migration-audit[postgres]'")
    initdb, program = shutil.which("initdb"), shutil.which("postgres")
    if initdb is None or program is None:
        pytest.skip("no PostgreSQL server on PATH: install one to test with it")
    as_user = {"user": _UNPRIVILEGED, "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
    # What TMPDIR names may lie in a folder that only root can enter, or be too long for the path of a socket.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as directory:
        root = Path(directory)
        if as_user:
            shutil.chown(root, _UNPRIVILEGED)
        quiet = {"cwd": root, "stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, **as_user}
        # A language whose order of letters is not that of the bytes.
        language = ["-E", "UTF8", "--locale-provider=icu", "--icu-locale=en"]
        subprocess.run([initdb, "-D", root / "data", "-U", "tester", "-A", "trust", "--no-sync", *language],
                       check=True, **quiet)  # fmt: skip
        settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={root}", "-c", "fsync=off"]
        server = subprocess.Popen([program, "-D", root / "data", *settings], stderr=subprocess.DEVNULL, **quiet)
        try:
            _wait_until_ready(root, server)
            yield root
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is connected
            server.wait()


@pytest.fixture
def server(postgres: Path, request: pytest.FixtureRequest) -> Server:
    """An empty database of its own for each test; its URL holds a password that nobody may print."""
    import psycopg

    name = f"t{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(f"postgresql://tester@/postgres?host={postgres}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return Server(f"postgresql://tester:hunter2@/{name}?host={postgres}")


def _wait_until_ready(directory: Path, server: "subprocess.Popen[bytes]") -> None:
    import psycopg

    for _ in range(300):
        try:
            psycopg.connect(f"postgresql://tester@/postgres?host={directory}").close()
        except psycopg.OperationalError:
            assert server.poll() is None, "the server ended before it was ready"
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server was not ready after 30 s")
