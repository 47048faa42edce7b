"""What a document claims, before anything is judged: as JSON, and as a claims file that can be edited and kept."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from textwrap import indent
from typing import Any

import yaml

from audit.model.claims import Dossier, Statement
from audit.model.predicates import AnyPredicate, Cited, Lacks, Pytest, Size, Uses
from audit.model.reach import named_paths


def render_extract_json(dossier: Dossier) -> str:
    """Every statement of a document with its predicate, or the reason why it has none."""
    document = {
        "schema_version": 1,
        "document": dossier.document,
        "statements": [_plain(statement) for statement in dossier.statements],
        "summary": _counts(dossier),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(statement: Statement) -> dict[str, Any]:
    return {
        "id": statement.id,
        "document": statement.path,
        "line": statement.line,
        "end_line": statement.end_line,
        "text": statement.text,
        "tense": statement.tense,
        "kind": statement.kind,
        "predicate": statement.predicate or None,
        "reason": _reason(statement),
        "context": list(statement.context),
    }


def _reason(statement: Statement) -> str:
    return statement.obstacle or ("" if statement.predicates else f"no claim: {statement.tense}")


def render_extract_yaml(dossier: Dossier) -> str:
    """A claims file: statements with a predicate are its claims, all others comments in their place.

    A claims file is about one tree, and takes names at their word: a path of another machine, or a name that has to
    be fitted to the tree first, is a comment too.
    """
    stem = PurePosixPath(dossier.document).stem
    lines = [f"# {summary_of(dossier)}\n", _dumped({"document": dossier.document})]
    if any(map(_is_portable, dossier.statements)):
        lines.append("claims:\n")
    for statement in dossier.statements:
        if _is_portable(statement):
            claim = {
                "id": f"{stem}-{statement.id}",
                "text": statement.text,
                "cite": f"{statement.path}:{statement.line}",
                "weight": statement.weight,
                "expect": statement.predicate,
            }
            lines.append(indent(_dumped([claim]), "  "))
        else:
            shown = " ".join(statement.text.split()).encode("unicode_escape").decode()
            reason = _reason(statement) or "a name that audit verify fits to the tree; write it in full to keep it"
            lines.append(f"  # line {statement.line}, {statement.tense}: {shown} ({reason})\n")
    return "".join(lines)


def _is_portable(statement: Statement) -> bool:
    return bool(statement.predicates) and all(map(_stands_alone, statement.predicates))


def _stands_alone(predicate: AnyPredicate) -> bool:
    """Whether what a predicate names is the same in every place that it is read."""
    if any(path.startswith(("/", "~")) or ".." in path.split("/") for path in named_paths(predicate)):
        return False
    files = named_paths(predicate) if isinstance(predicate, Cited | Lacks | Size | Pytest | Uses) else ()
    return all("/" in path for path in files)


def _dumped(value: object) -> str:
    return str(yaml.safe_dump(value, allow_unicode=False, sort_keys=False, width=float("inf")))


def summary_of(dossier: Dossier) -> str:
    """How many statements there are, of what kind, and how many can be judged."""
    counts = _counts(dossier)
    shown = {name: f"{number} {name.removesuffix('s') if number == 1 else name}" for name, number in counts.items()}
    rest = ", ".join(shown[name] for name in ("claims", "plans", "admissions", "quotations"))
    return f"{shown['statements']}: {rest}; {counts['with_predicate']} with a predicate"


def _counts(dossier: Dossier) -> dict[str, int]:
    tenses = [statement.tense for statement in dossier.statements]
    return {
        "statements": len(tenses),
        "claims": tenses.count("claim"),
        "plans": tenses.count("plan"),
        "admissions": tenses.count("admission"),
        "quotations": tenses.count("quotation"),
        "with_predicate": sum(bool(statement.predicates) for statement in dossier.statements),
    }
