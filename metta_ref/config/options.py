"""What a configuration field carries besides its type: help, unit, and the values that it accepts."""

from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Option:
    """The documentation and limits of one field.

    `resumable` marks a field that may differ when a run goes on: it changes when training stops or how
    it is carried out, never what is computed. `neutral` marks one whose default computes what was computed before
    there was such a field: the digest of a configuration leaves it out then, so that older checkpoints fit.
    """

    help: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    resumable: bool = False
    neutral: bool = False


@dataclass(frozen=True, slots=True)
class Leaf:
    """One settable key of a configuration class, such as `trainer.num_envs`."""

    key: str
    type: object
    default: object
    option: Option


def option(
    default: T,
    help: str,  # noqa: A002 - the word that argparse and click use for it
    *,
    unit: str = "",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    resumable: bool = False,
    neutral: bool = False,
) -> T:
    """A dataclass field with a default and an `Option`; every setting documents itself this way."""
    described = Option(help, unit, minimum, maximum, choices, resumable, neutral)
    return field(default=default, metadata={"option": described})


def leaves(config_class: type) -> dict[str, Leaf]:
    """All settable keys of a dataclass, nested dataclasses flattened with dots, in the order of definition.

    Raises TypeError when a field has no default: a tool must start with nothing but its name.
    """
    found: dict[str, Leaf] = {}
    hints = get_type_hints(config_class)
    for item in fields(config_class):
        hint = hints[item.name]
        if isinstance(hint, type) and is_dataclass(hint):
            nested = leaves(hint)
            found |= {
                f"{item.name}.{key}": Leaf(f"{item.name}.{key}", leaf.type, leaf.default, leaf.option)
                for key, leaf in nested.items()
            }
        else:
            found[item.name] = Leaf(item.name, hint, _default(config_class, item), _option(item.metadata))
    return found


def _default(config_class: type, item: Field[Any]) -> object:
    if item.default is not MISSING:
        return item.default
    if item.default_factory is not MISSING:
        return item.default_factory()
    raise TypeError(f"{config_class.__name__}.{item.name} needs a default")


def _option(metadata: Mapping[str, object]) -> Option:
    found = metadata.get("option", Option())
    assert isinstance(found, Option)  # noqa: S101 - metadata under this name is only ever written by option()
    return found
