"""A source whose characters are replaced in place, so that every line and column stays true."""

from __future__ import annotations

from typing import Final

from audit.model.regex import regex

_LINES: Final = regex(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")

Place = tuple[int, int]
"""Line from 1, column in characters from 0."""


class Source:
    """The characters of a source by line and column, each as long as it was in UTF-8."""

    def __init__(self, text: str) -> None:
        self.original: list[str] = _LINES.findall(text)
        self.cells = [list(line) for line in self.original]

    def blank(self, start: Place, end: Place, *, join: bool = False) -> None:
        """Put blanks in place of what stands between two places; ends of lines stay, ``join`` escapes them."""
        for line, column in self._between(start, end):
            character = self.original[line][column]
            self.cells[line][column] = character if character in "\r\n" else " " * len(character.encode())
            if join and column == len(self.original[line].rstrip("\r\n")):
                self.cells[line][column] = f"\\{character}"

    def restore(self, start: Place, end: Place) -> None:
        """Put back what stood between two places."""
        for line, column in self._between(start, end):
            self.cells[line][column] = self.original[line][column]

    def write(self, start: Place, text: str) -> None:
        """Put characters from a place on."""
        for offset, character in enumerate(text):
            self.cells[start[0] - 1][start[1] + offset] = character

    def has(self, text: str, start: Place) -> bool:
        """Whether a text of one line stands at a place."""
        line, column = start
        return line <= len(self.original) and column >= 0 and self.original[line - 1].startswith(text, column)

    def find(self, text: str, start: Place) -> Place:
        """The first place of a character from another place on."""
        line, column = start[0] - 1, start[1]
        while text not in self.original[line][column:]:
            line, column = line + 1, 0
        return line + 1, self.original[line].index(text, column)

    def skip(self, characters: str, start: Place) -> Place:
        """The first place from another on where none of the characters stands."""
        line, column = start[0] - 1, start[1]
        while True:
            if column >= len(self.original[line]):
                line, column = line + 1, 0
            elif self.original[line][column] in characters:
                column += 1
            else:
                return line + 1, column

    def surround(self, start: Place, end: Place) -> None:
        """Put parentheses around what stands after a blank; only what follows on the line moves."""
        self.cells[start[0] - 1][start[1] - 1] = "("
        self.cells[end[0] - 1][end[1] - 1] += ")"

    def text(self) -> str:
        """The source as it is now."""
        return "".join("".join(line) for line in self.cells)

    def _between(self, start: Place, end: Place) -> list[Place]:
        found = []
        for line in range(start[0] - 1, min(end[0], len(self.original))):
            first = start[1] if line == start[0] - 1 else 0
            last = end[1] if line == end[0] - 1 else len(self.original[line])
            found += [(line, column) for column in range(first, last)]
        return found
