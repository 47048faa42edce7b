"""Where the ledger of a repository lies: never in its tree unless its settings say so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "AUDIT_LEDGER"
"""Environment variable: a path, or one of `OFF`. It comes before the settings."""

OFF: Final = frozenset({"off", "none", "0", "false", "no"})

_FILE: Final = "ledger.sqlite"


def is_off(setting: str | None, environment: Mapping[str, str]) -> bool:
    """Whether no ledger is wanted, by the environment or else by the repository's own setting."""
    return (environment.get(VARIABLE, "").strip() or setting or "").lower() in OFF


def ledger_path(root: Path, common: Path, setting: str | None, environment: Mapping[str, str]) -> Path | None:
    """The ledger of the repository at ``root``, or None where none is wanted.

    ``common`` is what its work trees share: git's common folder, or the folder itself outside git. Without a
    setting the ledger lies in the user's folder for state (``XDG_STATE_HOME``), one for each repository: the audited
    repository is not written to, even where it could be. A relative path is relative to ``root``.
    """
    if is_off(setting, environment):
        return None
    chosen = environment.get(VARIABLE, "").strip() or setting
    if chosen:
        return root / Path(chosen).expanduser()
    state = environment.get("XDG_STATE_HOME", "")
    base = Path(state) if Path(state).is_absolute() else Path.home() / ".local" / "state"
    return base / "migration-audit" / f"{_readable(common)}-{_digest(str(common))}" / _FILE


def repository_name(common: Path, remote: str, prefix: str) -> str:
    """A repository by its remote, without user and scheme; by its folder and a digest where it has none."""
    address = re.sub(r"^[a-z+]+://", "", remote.strip(), flags=re.IGNORECASE)
    is_local = not remote.strip() or remote.strip().startswith(("/", ".", "~", "file:")) or "\\" in remote
    if is_local:
        name = f"{_readable(common)}-{_digest(str(common))[:8]}"
    else:
        name = re.sub(r"\.git/?$", "", address.rpartition("@")[2].replace(":", "/", 1)).strip("/")
    return f"{name}//{prefix.rstrip('/')}" if prefix else name


def _readable(common: Path) -> str:
    folder = common.parent if common.name == ".git" else common
    return re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name.removesuffix(".git")).strip("-.") or "repository"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:16]
