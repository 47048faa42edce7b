"""Kind of reference: class paths inside pickles and checkpoints, whatever they are wrapped in."""

from __future__ import annotations

import bz2
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Kind
from audit.kinds.pickle_stream import PickleReader
from audit.kinds.texts import UnreadableError
from audit.model.mentions import Mention

_SUFFIXES: Final = (".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".joblib", ".pkl.gz", ".pickle.gz", ".pkl.z", ".pt.gz")
MAX_UNPACKED: Final = 64_000_000
_MAX_MEMBERS: Final = 64
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"


class Pickles(Kind):
    """Classes and functions that loading a pickle or a checkpoint would import."""

    name = "pickles"
    codes = ("REF010",)
    title = "class paths in .pkl, .pickle, .pt, .pth, .ckpt and .joblib files, read from the opcodes, never loaded"
    always = True

    def wants(self, path: str) -> bool:
        return path.lower().endswith(_SUFFIXES)

    def read(self, path: str, content: bytes) -> tuple[Mention, ...]:  # noqa: ARG002 - the content tells what wraps it
        if content.startswith(_LFS_POINTER):
            raise UnreadableError("a Git LFS pointer, the file itself is not here")
        if content[:64].lstrip(_BLANK).startswith(b"<"):
            return ()  # a page template, which bears the same suffix: no opcode is written like this
        names: dict[str, None] = {}
        for stream in _streams(content):
            reader = PickleReader(stream)
            reader.read()
            names |= reader.names
        return tuple(
            Mention("REF010", "class_path", name, "name", "the pickle", "error", None, certain=True) for name in names
        )

    HOLDS = (
        Example(
            title="a class that resolves, and classes of somebody else",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "class Store: ...\n",
                "a.pkl": b"cshop.new\nStore\n)R.",
                "b.pkl": b"ccollections\nOrderedDict\n)R.",
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a global in text form (protocol 0), and one whose strings come from the memo (protocol 4)",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.pkl": b"cshop.old\nStore\n)R.",
                "b.pickle": b"\x80\x04\x8c\x08shop.old\x94\x8c\x05Store\x94\x930h\x00h\x01\x93.",
            },
            gone=("shop/old.py",),
            finds=(("a.pkl", None, "shop.old"), ("b.pickle", None, "shop.old")),
        ),
        Example(
            title="a compressed pickle of a class that its module no longer defines",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "class Store: ...\n",
                "a.joblib": zlib.compress(b"cshop.store\nStore\n)R."),
            },
            after={"shop/store.py": ""},
            finds=(("a.joblib", None, "shop.store.Store"),),
        ),
    )


def _streams(content: bytes) -> Iterator[bytes]:
    """The pickles that a file holds, unpacked within limits."""
    try:
        if content.startswith(b"PK\x03\x04"):
            yield from _zipped(content)
        elif content.startswith(b"\x1f\x8b"):
            yield _bounded(zlib.decompressobj(31).decompress(content, MAX_UNPACKED + 1))
        elif content[:1] == b"\x78" and len(content) > 1 and int.from_bytes(content[:2], "big") % 31 == 0:
            yield _bounded(zlib.decompressobj().decompress(content, MAX_UNPACKED + 1))
        elif content.startswith(b"BZh"):
            yield _bounded(bz2.BZ2Decompressor().decompress(content, MAX_UNPACKED + 1))
        elif content.startswith((b"\xfd7zXZ", b"\x5d\x00\x00")):
            unpack = lzma.LZMADecompressor(memlimit=128_000_000)
            yield _bounded(unpack.decompress(content, MAX_UNPACKED + 1))
        else:
            yield _bounded(content)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, OSError, EOFError) as error:
        raise UnreadableError(f"a damaged archive: {error}") from None
    except (NotImplementedError, RuntimeError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, UnreadableError):
            raise
        raise UnreadableError(f"an archive that cannot be unpacked: {error}") from None


def _zipped(content: bytes) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [each for each in archive.infolist() if each.filename.endswith((".pkl", ".pickle"))]
        if not members:
            raise UnreadableError("an archive without a pickle")
        for member in members[:_MAX_MEMBERS]:
            with archive.open(member) as stream:
                yield _bounded(stream.read(MAX_UNPACKED + 1))


def _bounded(data: bytes) -> bytes:
    if len(data) > MAX_UNPACKED:
        raise UnreadableError(f"holds more than {MAX_UNPACKED:,} bytes, not read")
    return data
