"""Scenarios from YAML; all mistakes of a file are found at once, each with its line."""

import difflib
import math
import re
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, Final, get_args, get_origin, get_type_hints

import yaml
from yaml.constructor import SafeConstructor

from smoke.scenario import EXPECTATIONS, Analysed, Evaluated, Expectation, Resumed, Scenario, Stage, Trained

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAMING: Final = "must be lower-case letters, digits, '_' and '-', at most 64"
_SCALARS: Final[dict[type, tuple[str, tuple[str, ...]]]] = {
    str: ("text", ("str", "int", "float", "bool")),
    int: ("a whole number", ("int",)),
    float: ("a number", ("int", "float")),
}


class RulesError(Exception):
    """A file of scenarios that cannot be used: one message for each mistake, in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


def load_scenarios(path: Path) -> tuple[Scenario, ...]:
    """The scenarios of a file, in its order.

    Raises:
        RulesError: the file is missing, is no YAML, or has mistakes; also when it holds no scenario.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except FileNotFoundError:
        raise RulesError([f"{path}: no such file; name one that declares scenarios"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise RulesError([f"{path}: not readable as UTF-8 text ({error})"]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulesError([f"{path}:{line}: not YAML: {error.problem}"]) from error
    except yaml.YAMLError as error:
        raise RulesError([f"{path}: not YAML: {str(error).splitlines()[0]}"]) from error
    except RecursionError:
        raise RulesError([f"{path}: nested too deeply to be scenarios"]) from None
    if root is None:
        raise RulesError([f"{path}:1: empty; declare scenarios"])
    reader = _Reader(path)
    entries = reader.entries(root, ("scenarios",), ("scenarios",))
    scenarios = reader.convert("scenarios", entries["scenarios"], tuple[Scenario, ...]) if entries else ()
    if entries and not scenarios and not reader.problems:
        reader.wrong(root, "scenarios: declares none, and a smoke of nothing is never passed")
    if reader.problems:
        raise RulesError([message for _, message in sorted(reader.problems)])
    return tuple(scenarios)


class _Reader:
    """Turns YAML nodes into values and gathers the mistakes as (line, message)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.problems: list[tuple[int, str]] = []

    def convert(self, key: str, node: yaml.Node, hint: Any) -> Any:
        """The value of a node as a type of `scenario`; a mistaken part is noted and left out or empty."""
        if get_origin(hint) is tuple:
            inner = get_args(hint)[0]
            if inner == Expectation:
                expected = self.entries(node, tuple(EXPECTATIONS), ())
                values = [self._dataclass(child, EXPECTATIONS[name]) for name, child in expected.items()]
            elif isinstance(node, yaml.SequenceNode):
                values = [self.convert(key, child, inner) for child in node.value]
            else:
                self.wrong(node, f"{key}: must be a list")
                values = []
            self._distinct(node, values)
            return tuple(value for value in values if value is not None)
        if hint not in _SCALARS:
            return self._dataclass(node, hint)
        words, tags = _SCALARS[hint]
        if isinstance(node, yaml.ScalarNode) and node.tag.rpartition(":")[2] in tags:
            try:
                return hint(node.value if hint is str else SafeConstructor().construct_object(node))
            except (ValueError, OverflowError):  # what YAML tags as a number and Python cannot hold
                pass
        self.wrong(node, f"{key}: must be {words}")
        return hint()

    def _dataclass(self, node: yaml.Node, cls: type[Any]) -> Any:
        before = len(self.problems)
        hints = get_type_hints(cls)
        required = tuple(f.name for f in fields(cls) if f.default is MISSING)
        entries = self.entries(node, tuple(hints), required)
        values = {key: self.convert(key, child, hints[key]) for key, child in entries.items()}
        if len(self.problems) > before:
            return None
        made = cls(**values)
        for key, message in _broken_rules(made):
            self.wrong(entries.get(key, node), f"{key}: {message}")
        return made

    def entries(self, node: yaml.Node, known: tuple[str, ...], required: tuple[str, ...]) -> dict[str, yaml.Node]:
        """Known keys and their nodes; unknown, repeated and missing keys are noted."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"must be a mapping with keys among {', '.join(known)}")
            return {}
        entries: dict[str, yaml.Node] = {}
        for key_node, child in node.value:
            key = str(key_node.value)
            if key not in known:
                nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
                self.wrong(key_node, f"{key}: no such key; did you mean {nearest}?")
            elif key in entries:
                self.wrong(key_node, f"{key}: stands here twice")
            else:
                entries[key] = child
        for key in required:
            if key not in entries:
                self.wrong(node, f"{key}: is missing")
        return entries

    def wrong(self, node: yaml.Node, message: str) -> None:
        """Notes a mistake at the line where a node begins."""
        line = node.start_mark.line + 1
        self.problems.append((line, f"{self._path}:{line}: {message}"))

    def _distinct(self, node: yaml.Node, values: list[Any]) -> None:
        seen: set[str] = set()
        for child, value in zip(node.value, values, strict=False):
            if not isinstance(value, Scenario | Stage):
                continue
            if value.name in seen:
                self.wrong(child, f"name: {value.name} is taken; give each its own")
            seen.add(value.name)


def _broken_rules(made: Scenario | Stage | Expectation) -> Iterator[tuple[str, str]]:
    """(key, message) for every value that its type alone does not rule out."""
    match made:
        case Scenario():
            yield from _broken_scenario(made)
        case Stage():
            yield from _broken_stage(made)
        case Trained() if made.min_step < 1:
            yield "min_step", "must be at least 1"
        case Evaluated():
            if made.episodes < 1:
                yield "episodes", "must be at least 1"
            if not made.min_reward <= made.max_reward:
                yield "min_reward", f"must be a number up to max_reward, which is {made.max_reward:g}"


def _broken_scenario(made: Scenario) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(made.name):
        yield "name", _NAMING
    if not made.stages:
        yield "stages", "must hold at least one stage"
    before: list[str] = []
    for stage in made.stages:
        for need in stage.needs:
            if need not in before:
                known = ", ".join(before) or "none"
                yield "stages", f"{stage.name} needs {need}, which is no earlier stage (earlier: {known})"
        before.append(stage.name)


def _broken_stage(made: Stage) -> Iterator[tuple[str, str]]:
    if not _NAME.fullmatch(made.name):
        yield "name", _NAMING
    if not 0 < made.timeout < math.inf:
        yield "timeout", "must be more than 0 seconds, and end"
    if not made.expect:
        yield "expect", f"must hold at least one of {', '.join(EXPECTATIONS)}"
    for earlier in _rests_on(made):
        if earlier not in made.needs:
            yield "needs", f"must name {earlier}, which the stage's expectation compares with"


def _rests_on(stage: Stage) -> Iterator[str]:
    for expectation in stage.expect:
        if isinstance(expectation, Resumed):
            yield expectation.since
        if isinstance(expectation, Analysed):
            yield expectation.evaluation
