"""What a document quotes of a tree, and what is found wrong with the document itself."""

from __future__ import annotations

from typing import Literal

import msgspec

DocumentCode = Literal["DOC001", "DOC002", "DOC003", "DOC004", "DOC005", "DOC006", "DOC007"]


class DocumentFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a document: ``path`` and ``line`` are its own; ``statement`` the id concerned, if any."""

    code: DocumentCode
    message: str
    path: str
    line: int
    statement: str = ""


class QuotedFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame of a traceback that a document quotes; ``at`` is the line of the document, ``code`` may be empty."""

    path: str
    line: int
    code: str
    at: int


class QuotedTraceback(msgspec.Struct, frozen=True, kw_only=True):
    """A traceback that a document quotes; ``missing`` is the module that it says does not exist, or empty."""

    frames: tuple[QuotedFrame, ...]
    missing: str
    at: int


class FileMention(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a sentence speaks of as being there; ``at`` is the line of the document."""

    path: str
    at: int
