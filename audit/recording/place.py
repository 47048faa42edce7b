"""Where the runs of a repository are recorded, and under which name."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from audit.config.settings import load_settings
from audit.ledger.location import VARIABLE, ledger_path, repository_name
from audit.ledger.store import LedgerError
from audit.model.settings import Settings
from audit.sources.identity import Identity, identity_of
from audit.sources.repository import Repository


class Place(msgspec.Struct, frozen=True):
    """The ledger of a repository (None where none is wanted), and the name that its runs have in it."""

    path: Path | None
    name: str
    identity: Identity


def place_of(repository: Repository, settings: Settings, commit: str | None = None, folder: str = "") -> Place:
    """Where the runs of a repository are recorded, or those of one folder of it.

    Raises:
        LedgerError: the settings of the repository lead out of it.
    """
    identity = identity_of(repository, commit)
    path = ledger_path(repository.root, identity.common, settings.ledger, os.environ)
    chosen_by_tree = settings.ledger is not None and not os.environ.get(VARIABLE)
    if path is not None and chosen_by_tree and not path.resolve().is_relative_to(repository.root):
        raise LedgerError(f"the setting 'ledger' leads out of the repository, to {path.resolve()}; nothing is written")
    return Place(path, repository_name(identity.common, identity.remote, identity.prefix or folder), identity)


def place_of_work_tree(root: Path) -> Place:
    """The ledger of the repository at ``root`` by its own settings; a bare repository has none of its own.

    Raises:
        UsageError: there is no such folder.
        ConfigError: the settings have mistakes.
    """
    repository = Repository(root)
    settings = Settings() if repository.bare else load_settings(repository.tree().read)
    return place_of(repository, settings)
