"""Content written beside the file whose place it is to take, so that the file is never half-written."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def name_beside(file: Path) -> Path:
    """A path that nothing has yet, in the folder of a file."""
    return file.with_name(f".audit-fix-{secrets.token_hex(8)}")


def write_beside(fresh: Path, file: Path, content: bytes) -> None:
    """Write ``content`` to a new file, with the mode of the one whose place it is to take, down to the disk.

    Raises:
        OSError: it cannot be written; part of it may be there.
    """
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.chmod(stat.S_IMODE(file.stat().st_mode))
