"""Class paths are read from a pickle's opcodes: exactly those that loading it would look up, and nothing is run."""

from __future__ import annotations

import bz2
import datetime
import gzip
import io
import lzma
import pickle
import zipfile
import zlib
from collections import Counter, OrderedDict
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.kinds.pickle_stream import MAX_OPCODES
from audit.kinds.pickles import MAX_UNPACKED, Pickles
from audit.kinds.texts import UnreadableError


class Recorder(pickle.Unpickler):
    """Loads for real, and notes each class that is looked up."""

    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data))
        self.names: set[str] = set()

    def find_class(self, module: str, name: str) -> Any:
        self.names.add(f"{module}.{name}")
        return super().find_class(module, name)


def names(data: bytes, path: str = "a.pkl") -> set[str]:
    """The class paths that are read."""
    return {mention.text for mention in Pickles().read(path, data)}


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300)
    | st.dates()
    | st.datetimes()
    | st.decimals(allow_nan=False)
    | st.fractions()
    | st.complex_numbers(allow_nan=False)
    | st.sampled_from([OrderedDict, Counter, PurePosixPath("a/b"), Decimal, len, datetime.timedelta(3), b"\n" * 300])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.text(max_size=5), inner)
        | st.tuples(inner, inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner).map(OrderedDict)
        | st.frozensets(st.integers())
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(VALUES, st.integers(min_value=0, max_value=5))
def test_what_is_read_is_what_loading_looks_up(value: object, protocol: int) -> None:
    data = pickle.dumps([value, value, Fraction(1, 3)], protocol=protocol)
    recorder = Recorder(data)
    recorder.load()
    found = names(data)
    assert found == recorder.names
    assert "fractions.Fraction" in found


OPCODES = st.lists(st.sampled_from(list(b"(lp0c.Nt\x93\x94\x8c\x02}]abgh\n1iRd")), max_size=60).map(bytes)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400) | OPCODES)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        mentions = Pickles().read("a.pkl", data)
    except UnreadableError:
        return  # what is refused has its reason tested below
    assert all(mention.code == "REF010" and mention.span is None for mention in mentions)


PLAIN = b"cshop.old\nStore\n)R."


@pytest.mark.parametrize(
    "wrapped",
    [PLAIN, zlib.compress(PLAIN), gzip.compress(PLAIN), bz2.compress(PLAIN), lzma.compress(PLAIN)],
    ids=["plain", "zlib", "gzip", "bz2", "xz"],
)
def test_a_wrapper_is_told_by_its_content(wrapped: bytes) -> None:
    assert names(wrapped, "a.joblib") == {"shop.old.Store"}


def archive(**members: bytes) -> bytes:
    """A zip archive as torch writes it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(f"model/{name.replace('_', '.')}", content)
    return stream.getvalue()


def test_a_checkpoint_is_an_archive_with_a_pickle() -> None:
    assert names(archive(data_pkl=PLAIN, byteorder=b"little"), "a.pt") == {"shop.old.Store"}


def test_an_old_checkpoint_is_several_pickles_and_then_tensors() -> None:
    data = (
        pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2) + b"\x80\x02cshop.old\nNet\n)R." + b"\x07" * 40
    )
    assert names(data, "a.pth") == {"shop.old.Net"}


def test_strings_are_taken_from_the_memo() -> None:
    data = b"\x80\x04\x8c\x08shop.old\x94\x8c\x01A\x94\x8c\x01B\x94h\x00h\x02\x93h\x00h\x01\x93."
    assert names(data) == {"shop.old.A", "shop.old.B"}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="empty"),
        pytest.param(b"\x80\x04", "truncated", id="truncated"),
        pytest.param(b"\x80\x04X\xff\xff\xff\x7fa.", "length lies", id="lying length"),
        pytest.param(b"\x80\x05\x8e" + b"\xff" * 8 + b".", "length lies", id="length of 2**64"),
        pytest.param(b"cshop.old", "no end", id="a line without an end"),
        pytest.param(b"R.", "empty stack", id="an empty stack"),
        pytest.param(b"t.", "empty stack", id="no mark"),
        pytest.param(b"\xfe.", "no opcode 0xfe", id="no such opcode"),
        pytest.param(b"(" * 300_000 + b".", "stack or memo", id="deep recursion"),
        pytest.param(b"N" + b"\x94" * 300_000 + b".", "stack or memo", id="huge memo"),
        pytest.param((b"\x95" + b"\0" * 8) * (MAX_OPCODES + 1), "opcodes", id="endless frames"),
        pytest.param(b"N0" * MAX_OPCODES, "opcodes", id="endless"),
        pytest.param(b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer", id="LFS pointer"),
        pytest.param(b"PK\x03\x04" + b"\0" * 30, "damaged", id="damaged archive"),
        pytest.param(b"\x1f\x8b\x08rubbish", "damaged", id="damaged gzip"),
        pytest.param(archive(readme_txt=b"x"), "without a pickle", id="archive of something else"),
        pytest.param(zlib.compress(b"\0" * (MAX_UNPACKED + 10)), "holds more than", id="bomb"),
    ],
)
def test_an_attack_ends_in_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        Pickles().read("a.pkl", data)


def test_a_function_that_loading_would_call_is_named_not_called() -> None:
    assert names(b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94\x93\x8c\x05false\x85R.") == {"os.system"}
