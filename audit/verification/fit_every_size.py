"""Fits a size that a document states of every file: whose files are meant, and which way of counting lines."""

from __future__ import annotations

from typing import Final

import msgspec

from audit.model.codebase import Codebase
from audit.model.predicates import Size
from audit.model.testdata import is_input_of_tests, is_test
from audit.verdict.globs import matching
from audit.verification.fit_paths import CannotFitError, fit_path

_EVERYWHERE: Final = "**/*.py"


def fit_every_size(predicate: Size, codebase: Codebase) -> Size:
    """The size as one of the files that are meant.

    Without a folder, a document may mean the files that it is about, so that a longer one elsewhere refutes nothing;
    and so does one that is too long only with its blank lines and comments, or only among the tests.

    Raises:
        CannotFitError: there is no such folder, or a file is too long of which nobody can tell whether it is meant.
    """
    folder = predicate.path.removesuffix(_EVERYWHERE).rstrip("/")
    if folder:
        folder = fit_path(folder, codebase)
    fitted = msgspec.structs.replace(predicate, path=f"{folder}/{_EVERYWHERE}" if folder else _EVERYWHERE)
    most = predicate.lines.most or 0
    longer = [
        (len(lines), sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in lines), path)
        for path in matching(fitted.path, codebase.paths())
        if len(lines := (codebase.read_text(path) or "").splitlines()) > most
    ]
    if not longer:
        return fitted
    whole, _, path = max(longer)
    if not folder:
        raise CannotFitError(f"{path} has {whole} lines; whether files like it are meant cannot be told")
    if not any(code > most and _is_meant(folder, each) for _, code, each in longer):
        raise CannotFitError(f"{path} has {whole} lines with blank lines and comments: a matter of counting")
    return fitted


def _is_meant(folder: str, path: str) -> bool:
    """Whether a file is one of those that a folder is for: tests are meant where the folder holds them."""
    return not is_input_of_tests(path) and (not is_test(path) or is_test(f"{folder}/module.py"))
