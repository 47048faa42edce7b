"""Judges a measured number: found in JSON, in rows of a database, or in a log.

NaN never passes. Where no number can be read (no such key, no match, no such table, text in place of a number)
the answer is an error and no refutation: what was to be measured was not.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Final

from audit.model.bounds import Comparison, Value
from audit.model.codebase import Codebase
from audit.model.comparisons import Metric, Take
from audit.model.evidence import Evidence, MetricReading
from audit.model.regex import regex
from audit.model.verdicts import Judgement
from audit.verdict.blame import output_excuse
from audit.verdict.judgements import (
    counted,
    ending,
    failed_to_judge,
    listed,
    ran,
    refuted,
    retirement,
    unverified,
    verified,
)

_STEP: Final = regex(
    r"""\.?(?P<key>[^.\[\]"']+)|\[(?P<index>-?\d+|\*)\]|\[(?P<quote>["'])(?P<quoted>.*?)(?P=quote)\]"""
)


class _NoNumberError(Exception):
    """There is no number to be read; the message says why."""


def judge_metric(predicate: Metric, codebase: Codebase, observed: MetricReading | None, why_not: str) -> Judgement:
    """The number is as expected. ``why_not`` says why its command was not run, when it was not."""
    if observed is None and not predicate.run and not predicate.sql:
        text = codebase.read_text(predicate.file)
        if text is None:
            gone = codebase.retired(predicate.file)
            return failed_to_judge(
                f"there is no text file {predicate.file} in the tree, so nothing can be measured",
                evidence=() if gone is None else (retirement(gone, predicate.file),),
            )
        observed = MetricReading(text=text)
    if observed is None:
        return unverified(why_not or "nothing was run", coverage="not run")
    run = observed.run
    evidence = () if run is None else (ran(run, f"{ending(run)} after running in a fresh copy"),)
    if run is not None and (run.problem or run.exit != 0):
        excuse = run.problem or output_excuse(run.stderr + run.stdout, codebase)
        reason = f"could not be measured: {excuse or f'the command {ending(run)}'}"
        return unverified(reason, coverage="nothing measured", evidence=evidence)
    try:
        values = _values(predicate, observed)
        number, which = _taken(values, predicate.take)
    except _NoNumberError as error:
        return failed_to_judge(str(error), coverage="nothing measured", evidence=evidence)
    source = predicate.file or "its output"
    coverage = f"{counted(len(values), 'value')} read from {source}"
    shown = Evidence(summary=f"{which} {_shown(number)}", path=predicate.file or None)
    wrong = [
        value for value in (values if predicate.take == "all" else [number]) if not predicate.expected.admits(value)
    ]
    if wrong:
        nan = "; NaN is never as expected" if any(_is_nan(each) for each in wrong) else ""
        said = f"{len(wrong)} of {counted(len(values), 'value')}:" if predicate.take == "all" else which
        reason = f"{said} {listed(map(_shown, wrong), 3)}, not {_wanted(predicate.expected)}{nan}"
        return refuted(reason, coverage=coverage, evidence=(shown, *evidence))
    return verified(f"{which} {_shown(number)}", coverage=coverage, evidence=(shown, *evidence))


def _wanted(expected: Comparison) -> str:
    return str(expected).removeprefix("== ")


def _values(predicate: Metric, observed: MetricReading) -> list[Value]:
    """Every value that the predicate points at, in order.

    Raises:
        _NoNumberError: there is none, or one that cannot be compared.
    """
    if observed.problem:
        raise _NoNumberError(observed.problem)
    if predicate.sql:
        rows = observed.rows or ()
        if not rows:
            raise _NoNumberError("the query selects no row")
        return [_comparable(row, "the query selects") for row in rows]
    text = observed.text or ""
    if predicate.log:
        found = [match[1] for match in re.finditer(predicate.log, text, re.MULTILINE)]
        if not found:
            raise _NoNumberError(f"no line matches /{predicate.log}/")
        return [_number(each) for each in found]
    documents = _documents(text, predicate.file)
    return [
        _comparable(each, f"{predicate.json} is") for document in documents for each in _at(document, predicate.json)
    ]


def _documents(text: str, name: str) -> list[Any]:
    """One JSON document, or one a line in a file of JSON lines."""
    parts = [line for line in text.splitlines() if line.strip()] if name.endswith((".jsonl", ".ndjson")) else [text]
    try:
        return [json.loads(part) for part in parts]
    except (json.JSONDecodeError, RecursionError) as error:
        what = name or "the output"
        raise _NoNumberError(f"{what} is no JSON: {error}" if text.strip() else f"{what} is empty") from None


def _at(document: Any, path: str) -> list[Any]:
    """The values at a path such as ``eval.scores[0].mean``; ``[*]`` means every item.

    Raises:
        _NoNumberError: the path is malformed, or leads nowhere.
    """
    rest = path.removeprefix("$")
    here, walked = [document], "$"
    while rest:
        step = _STEP.match(rest)
        if step is None:
            raise _NoNumberError(f"'{path}' is no path into JSON; write it such as eval.scores[0].mean")
        rest = rest[step.end() :]
        index = step["index"]
        key = step["key"] if step["key"] is not None else step["quoted"]
        try:
            if index == "*":
                here = [item for value in here for item in (value.values() if isinstance(value, dict) else value)]
            elif index is not None:
                here = [value[int(index)] for value in here]
            else:
                here = [_member(value, key) for value in here]
        except (KeyError, IndexError, TypeError):
            known = here[0].keys() if here and isinstance(here[0], dict) else ()
            hint = f"; there are {listed(map(str, known))}" if known else ""
            raise _NoNumberError(f"there is no {step[0].lstrip('.')} at {walked}{hint}") from None
        walked += step[0]
    if not here:
        raise _NoNumberError(f"{path} holds no item")
    return here


def _member(value: Any, key: str) -> Any:
    if not isinstance(value, dict):
        raise TypeError(key)
    return value[key]


def _comparable(value: Any, what: str) -> Value:
    if isinstance(value, bool | int | float | str):
        return value
    kind = "nothing" if value is None else "a list" if isinstance(value, list) else "an object"
    raise _NoNumberError(f"{what} {kind}, and no number")


def _number(text: str) -> Value:
    try:
        return float(text.replace(",", ""))
    except (ValueError, AttributeError):
        raise _NoNumberError(f"the log says {text!r} where a number should be") from None


def _taken(values: Sequence[Value], take: Take | None) -> tuple[Value, str]:
    """The value that counts, and what it is called; several values of which none was chosen are no answer."""
    if take in (None, "all"):
        if take is None and len(values) > 1:
            raise _NoNumberError(
                f"there are {len(values)} values; say which with 'take' (last, first, all, mean, min, max)"
            )
        return values[0], "it is" if len(values) == 1 else f"all {len(values)} values are as expected, the first"
    if take in ("first", "last"):
        return values[0 if take == "first" else -1], f"the {take} of {counted(len(values), 'value')} is"
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        raise _NoNumberError(f"'take: {take}' needs numbers, and there is text among the values")
    which = f"the {take} of {counted(len(values), 'value')} is"
    if any(map(_is_nan, numbers)):
        return math.nan, which
    chosen = {"min": min, "max": max}
    return (chosen[take](numbers) if take in chosen else math.fsum(numbers) / len(numbers)), which


def _is_nan(value: Value) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _shown(value: Value) -> str:
    return f"{value:.6g}" if isinstance(value, float) else repr(value) if isinstance(value, str) else str(value)
