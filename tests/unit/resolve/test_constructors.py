"""What a data class takes is what Python makes of it."""

from __future__ import annotations

import inspect
import sys
from types import ModuleType

from hypothesis import assume, given
from hypothesis import strategies as st

from audit.facts.python import read_python
from audit.model.calls import signature_text
from audit.model.facts import Parameter
from audit.resolve.classes import Classes
from audit.resolve.constructors import constructor
from audit.resolve.layout import read_layout
from audit.resolve.program import Program

FIELDS = st.builds(
    "    {}: {}{}".format,
    st.sampled_from("abcde"),
    st.sampled_from(["int", "'str'", "list[int]", "ClassVar[int]", "InitVar[int]"]),
    st.sampled_from(
        (
            *("", "", " = 1", " = field()", " = field(default=1)", " = field(default_factory=int)"),
            *(" = field(kw_only=True)", " = field(init=False, default=1)", " = field(default=1, kw_only=True)"),
        )
    ),
)
BODIES = st.lists(FIELDS | st.just("    _: KW_ONLY") | st.just("    def method(self): ..."), min_size=1, max_size=5)
DECORATORS = st.sampled_from(["@dataclass", "@dataclass(frozen=True)", "@dataclass(kw_only=True)", "@dataclass()"])
HEADER = "from dataclasses import KW_ONLY, InitVar, dataclass, field\nfrom typing import ClassVar\n"


def made_by_python(source: str) -> str | None:
    """The signature of the class ``Last``, or None where Python refuses to make the classes."""
    module = ModuleType("generated_classes")
    sys.modules[module.__name__] = module  # where the dataclass decorator looks up what annotations mean
    try:
        exec(source, vars(module))
    except (TypeError, ValueError):
        return None
    finally:
        del sys.modules[module.__name__]
    kinds = {
        inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
        inspect.Parameter.KEYWORD_ONLY: "keyword",
    }
    parameters = inspect.signature(vars(module)["Last"]).parameters.values()
    return signature_text(
        tuple(Parameter(each.name, kinds[each.kind], each.default is inspect.Parameter.empty) for each in parameters)
    )


def read_by_us(source: str) -> str | None:
    facts = {"one.py": read_python(source.encode())}
    program = Program(facts, read_layout(facts, lambda _: None), facts.__getitem__)
    found = constructor(Classes(program), ("one.py", program.symbols.definitions("one.py")["Last"]))
    return signature_text(found.parameters) if found is not None else None


@given(DECORATORS, BODIES, DECORATORS, BODIES, st.booleans())
def test_a_data_class_takes_what_python_says(first: str, upper: list[str], second: str, lower: list[str], heir: bool):
    assume(all(len({line.split(":")[0] for line in body if ":" in line}) == len(body) for body in (upper, lower)))
    base = "(Base)" if heir else ""
    parts = [HEADER, first, "class Base:", *upper, second, f"class Last{base}:", *lower]
    source = "\n".join(parts) + "\n"
    expected = made_by_python(source)
    assume(expected is not None)
    found = read_by_us(source)
    inherits = heir and {line.split(":")[0] for line in upper} & {
        line.split(":")[0] for line in lower if "=" not in line
    }
    assert found == expected or (found is None and inherits)
