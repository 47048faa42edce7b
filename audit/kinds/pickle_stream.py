"""The class paths that a pickle would import, from its opcodes alone: nothing is constructed, imported or called.

Only strings and globals are kept on the stack; everything else is a hole. Opcodes as in the ``pickle``
protocol, versions 0 to 5 (PEP 307, PEP 3154, PEP 574).
"""

from __future__ import annotations

from typing import Final

from audit.kinds.texts import UnreadableError

MAX_OPCODES: Final = 1_000_000
_MAX_STACK: Final = 200_000
_MAX_MEMO: Final = 200_000
_MAX_STREAMS: Final = 16
_MAX_NAME: Final = 1_000

_LINES: Final = {ord(op): 1 for op in "IFLSVPgp"} | {ord("c"): 2, ord("i"): 2}
"""Opcodes whose argument is that many lines of text."""
_FIXED: Final = {ord("J"): 4, ord("K"): 1, ord("M"): 2, ord("G"): 8, ord("h"): 1, ord("j"): 4, ord("q"): 1, ord("r"): 4}
_FIXED_MORE: Final = _FIXED | {0x80: 1, 0x82: 1, 0x83: 2, 0x84: 4, 0x95: 8}
"""Opcodes whose argument has that many bytes."""
_COUNTED: Final = {ord("T"): 4, ord("U"): 1, ord("X"): 4, ord("B"): 4, ord("C"): 1}
_COUNTED_MORE: Final = _COUNTED | {0x8C: 1, 0x8D: 8, 0x8E: 8, 0x96: 8, 0x8A: 1, 0x8B: 4}
"""Opcodes whose argument is a count of that many bytes, and then as many bytes as it says."""
_TEXT: Final = frozenset({ord("U"), ord("T"), ord("X"), 0x8C, 0x8D, ord("V"), ord("S")})
_POPS: Final = {ord("0"): 1, ord("a"): 1, ord("s"): 2, ord("b"): 1}
"""Opcodes that take that many items and leave none."""
_REPLACES: Final = {ord("R"): 2, 0x81: 2, 0x92: 3, 0x85: 1, 0x86: 2, 0x87: 3, ord("Q"): 1}
"""Opcodes that take that many items and leave one."""
_PUSHES: Final = frozenset(b"N}])IFLPJKMGBC\x88\x89\x8f\x8a\x8b\x8e\x96\x97\x82\x83\x84")
_TO_MARK: Final = {ord("t"): True, ord("l"): True, ord("d"): True, ord("o"): True, 0x91: True}
_TO_MARK_ONLY: Final = {ord("e"): False, ord("u"): False, 0x90: False, ord("1"): False}
_BACK_TO_MARK: Final = _TO_MARK | _TO_MARK_ONLY
"""Opcodes that drop everything above the last mark, and whether they leave one item for it."""
_NOTHING: Final = frozenset(b"\x80\x95\x98")

_MARK: Final = object()


class PickleReader:
    """Reads the streams of one content, within limits; ``names`` fills in the order of appearance."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0
        self._stack: list[object] = []
        self._memo: dict[int, object] = {}
        self._opcodes = 0
        self.names: dict[str, None] = {}

    def read(self) -> None:
        """Read every stream there is.

        Raises:
            UnreadableError: the first stream is no pickle, is truncated or corrupt, or goes beyond a limit.
        """
        for stream in range(_MAX_STREAMS):
            if self._position >= len(self._data):
                break
            if stream and self._data[self._position] != 0x80:
                break  # what follows the pickles of an old checkpoint is the raw bytes of its tensors
            self._stack.clear()
            self._memo.clear()
            try:
                self._stream()
            except UnreadableError:
                if stream or "joblib.numpy_pickle.NumpyArrayWrapper" in self.names:
                    break  # array bytes between the opcodes: what came before them is known
                raise
        if not self._opcodes:
            raise UnreadableError("not a pickle: it is empty")

    def _stream(self) -> None:
        while True:
            self._opcodes += 1
            if self._opcodes > MAX_OPCODES:
                raise UnreadableError(f"a pickle of more than {MAX_OPCODES:,} opcodes, not read to its end")
            opcode = self._take(1)[0]
            if opcode == ord("."):
                return
            self._step(opcode, *self._argument(opcode))
            if len(self._stack) > _MAX_STACK or len(self._memo) > _MAX_MEMO:
                raise UnreadableError("a pickle whose stack or memo is beyond any use, not read to its end")

    def _take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise UnreadableError("a truncated pickle, or none: an opcode's argument lies beyond the end")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def _line(self) -> str:
        end = self._data.find(b"\n", self._position)
        if end < 0:
            raise UnreadableError("a truncated pickle, or none: a line has no end")
        line = self._data[self._position : end]
        self._position = end + 1
        return line[:_MAX_NAME].decode("utf-8", errors="replace")

    def _argument(self, opcode: int) -> tuple[str, int]:
        """The text of an opcode's argument where it matters, and its number."""
        if opcode in _LINES:
            line = self._line()
            text = (
                f"{line} {self._line()}" if _LINES[opcode] == 2 else line.strip("\"'") if opcode == ord("S") else line
            )
            return text, int(line) if opcode in b"gp" and line.isascii() and line.isdigit() else -1
        if opcode in _FIXED_MORE:
            return "", int.from_bytes(self._take(_FIXED_MORE[opcode]), "little")
        if opcode in _COUNTED_MORE:
            count = int.from_bytes(self._take(_COUNTED_MORE[opcode]), "little")
            if self._position + count > len(self._data):
                raise UnreadableError("a truncated pickle, or none: a length lies beyond the end")
            start = self._position
            self._position += count
            if opcode in _TEXT and count <= _MAX_NAME:
                return self._data[start : self._position].decode("utf-8", errors="replace"), count
        return "", 0

    def _step(self, opcode: int, text: str, number: int) -> None:
        stack = self._stack
        if opcode in _TEXT:
            stack.append(text)
        elif opcode in _PUSHES:
            stack.append(None)
        elif opcode == ord("("):
            stack.append(_MARK)
        elif opcode in _POPS:
            self._drop(_POPS[opcode])
        elif opcode in _REPLACES:
            self._drop(_REPLACES[opcode])
            stack.append(None)
        elif opcode in _BACK_TO_MARK:
            self._drop_to_mark()
            if _BACK_TO_MARK[opcode]:
                stack.append(None)
        elif opcode == ord("c"):
            self._named(*text.split(" ", 1))
            stack.append(None)
        elif opcode == ord("i"):
            self._drop_to_mark()
            self._named(*text.split(" ", 1))
            stack.append(None)
        elif opcode == 0x93:
            attribute, module = self._pop(), self._pop()
            if isinstance(attribute, str) and isinstance(module, str):
                self._named(module, attribute)
            stack.append(None)
        elif not self._remember(opcode, number) and opcode not in _NOTHING:
            raise UnreadableError(f"not a pickle: there is no opcode 0x{opcode:02x}")

    def _remember(self, opcode: int, number: int) -> bool:
        """Carry out an opcode of the memo; False when it is none."""
        stack = self._stack
        if opcode == 0x94:
            self._memo[len(self._memo)] = self._top()
        elif opcode in b"pqr":
            self._memo[number] = self._top()
        elif opcode in b"ghj":
            stack.append(self._memo.get(number))
        elif opcode == ord("2"):
            stack.append(self._top())
        else:
            return False
        return True

    def _named(self, module: str, name: str) -> None:
        if module.replace(".", "").isidentifier() and name.replace(".", "").isidentifier():
            self.names[f"{module}.{name}"] = None

    def _top(self) -> object:
        if not self._stack:
            raise UnreadableError("a corrupt pickle, or none: it uses an empty stack")
        return self._stack[-1]

    def _pop(self) -> object:
        self._top()
        return self._stack.pop()

    def _drop(self, count: int) -> None:
        if len(self._stack) < count:
            raise UnreadableError("a corrupt pickle, or none: it uses an empty stack")
        del self._stack[-count:]

    def _drop_to_mark(self) -> None:
        while self._pop() is not _MARK:
            pass
