"""The words of a content are those that an expression for words finds."""

from __future__ import annotations

import re
from zlib import crc32

from hypothesis import given
from hypothesis import strategies as st

from audit.kinds.words import packed_words, unpacked

PIECES = st.sampled_from([b"shop", b"old_1", b".", b"\\n", b"\\\\", b"\xc3\xa9", b" "])


@given(st.binary() | st.lists(PIECES).map(b"".join))
def test_words_are_told_apart_by_all_that_is_no_part_of_one(content: bytes) -> None:
    words = re.findall(rb"[A-Za-z0-9_]+", re.sub(rb"\\[nrt]", b" ", content))
    assert unpacked(packed_words(content)) == {crc32(word) for word in words}
