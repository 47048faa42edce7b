"""Whether a signature takes a call is judged as Python itself binds arguments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.calls import CallShape, misfit, remedy, shifted, signature_text
from audit.model.facts import Parameter

_ORDER = ["positional", "normal", "variadic", "keyword", "keywords"]


@st.composite
def signatures(draw: st.DrawFn) -> tuple[Parameter, ...]:
    """Any signature Python allows, with parameters a, b, c ... in order."""
    plain = draw(st.lists(st.sampled_from(["positional", "normal", "keyword"]), max_size=4))
    kinds = plain + [kind for kind in ("variadic", "keywords") if draw(st.booleans())]
    kinds.sort(key=_ORDER.index)
    first_default = draw(st.integers(0, 4))
    parameters = []
    for number, kind in enumerate(kinds):
        free = kind in ("variadic", "keywords")
        required = draw(st.booleans()) if kind == "keyword" else number < first_default
        parameters.append(Parameter("abcdef"[number], kind, required and not free))
    return tuple(parameters)


def binds(parameters: tuple[Parameter, ...], shape: CallShape) -> bool:
    """Whether a real function of this signature takes a call of this shape."""
    parts: list[str] = []
    for index, each in enumerate(parameters):
        if each.kind == "keyword" and not any(part.startswith("*") for part in parts):
            parts.append("*")
        star = {"variadic": "*", "keywords": "**"}.get(each.kind, "")
        parts.append(f"{star}{each.name}" + ("" if star or each.required else "=None"))
        after = parameters[index + 1].kind if index + 1 < len(parameters) else ""
        if each.kind == "positional" and after != "positional":
            parts.append("/")
    function = eval(f"lambda {', '.join(parts)}: None")
    try:
        function(*range(shape.positional), **dict.fromkeys(shape.keywords))
    except TypeError:
        return False
    return True


@given(signatures(), st.integers(0, 5), st.sets(st.sampled_from("abcdefz"), max_size=3))
def test_a_call_fits_exactly_when_python_binds_it(parameters, positional, keywords) -> None:
    shape = CallShape(positional, tuple(sorted(keywords)))
    assert (misfit(parameters, shape) == "") == binds(parameters, shape)


@given(signatures(), st.integers(0, 5), st.sets(st.sampled_from("abcdefz"), max_size=3), st.booleans())
def test_what_a_star_may_supply_never_makes_a_misfit_of_a_fit(parameters, positional, keywords, double) -> None:
    plain = CallShape(positional, tuple(sorted(keywords)))
    starred = CallShape(positional, plain.keywords, starred=not double, double_starred=double)
    assert misfit(parameters, plain) != "" or misfit(parameters, starred) == ""


@pytest.mark.parametrize(
    ("shape", "why"),
    [
        (CallShape(1), "needs epoch"),
        (CallShape(4), "takes 3 positional arguments, given 4"),
        (CallShape(2, ("record",)), "has no parameter record"),
        (CallShape(2, ("path",)), "is given path twice"),
        (CallShape(0, (), starred=True, double_starred=True), ""),
    ],
)
def test_the_reason_is_told_in_words(shape, why) -> None:
    parameters = (
        Parameter("path", "normal", True),
        Parameter("epoch", "normal", True),
        Parameter("mode", "normal", False),
    )
    assert misfit(parameters, shape) == why


def test_a_signature_is_shown_as_people_write_it() -> None:
    kinds = [("a", "normal", True), ("b", "normal", False), ("c", "keyword", True), ("rest", "keywords", False)]
    parameters = tuple(Parameter(*each) for each in kinds)
    assert signature_text(parameters) == "(a, b=…, *, c, **rest)"


def parameters(text: str) -> tuple[Parameter, ...]:
    """``a b=`` as two plain parameters, the second with a default; what follows ``*`` is for keywords alone."""
    plain, _, named = text.partition("*")
    kinds = [(word, "normal") for word in plain.split()] + [(word, "keyword") for word in named.split()]
    return tuple(Parameter(word.rstrip("="), kind, not word.endswith("=")) for word, kind in kinds)


@pytest.mark.parametrize(
    ("before", "after", "shape", "words"),
    [
        ("a b", "a c", CallShape(1, ("b",)), "write c= for b="),
        ("a b", "a", CallShape(1, ("b",)), "leave out b"),
        ("a b", "a", CallShape(2), "leave out b"),
        ("a b", "a * b", CallShape(2), "pass b by name"),
        ("a", "a b c=", CallShape(1), "pass b"),
    ],
)
def test_what_to_write_instead_is_told(before: str, after: str, shape: CallShape, words: str) -> None:
    assert misfit(parameters(before), shape) == ""
    assert misfit(parameters(after), shape) != ""
    assert remedy(parameters(before), parameters(after), shape) == words


@pytest.mark.parametrize(
    ("before", "after", "given", "words"),
    [
        ("a b c=", "a b d= c=", 3, "argument 3 was c and is now d"),
        ("a b", "b a", 2, "argument 1 was a and is now b, argument 2 was b and is now a"),
        ("a b c=", "a b d= c=", 2, ""),
        ("a b", "a c", 2, ""),
        ("a b", "a c= * b=", 2, ""),
        ("a b c", "a d e b=", 3, ""),
        ("a b c", "a d c b=", 2, ""),
        ("a b c=", "a d b c=", 3, "argument 2 was b and is now d, argument 3 was c and is now b"),
    ],
)
def test_arguments_that_reach_another_parameter_are_told(before: str, after: str, given: int, words: str) -> None:
    assert shifted(parameters(before), parameters(after), CallShape(given)) == words


@pytest.mark.parametrize(
    ("spelled", "words"),
    [
        (("x", "sin", ""), "argument 3 was half and is now cos"),
        (("x", "sin", "cos"), ""),
        (("x", "sin", "half"), "argument 3 was half and is now cos"),
    ],
)
def test_an_argument_called_like_the_parameter_it_reaches_is_where_it_should_be(
    spelled: tuple[str, ...], words: str
) -> None:
    now = parameters("x sin cos half=")
    assert shifted(parameters("x emb half="), now, CallShape(3, spelled=spelled)) == words
