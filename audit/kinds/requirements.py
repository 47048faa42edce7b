"""A kind of reference: what files of requirements include, and what they install from folders of the repository."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention
from audit.model.regex import regex

_FILE: Final = regex(r"(?i)require|constraint|(?:^|[/_.-])reqs?(?:[/_.-]|$)")
"""How such a file, or the folder that it lies in, is called."""
_LINE: Final = regex(
    r"(?m)^[ \t]*(?:(?P<option>-r|-c|--requirement|--constraint)(?:[ \t]+|=)?(?P<file>[^\s=$#{][^\s$#{]*)"
    r"|(?P<editable>(?:-e|--editable)[ \t=]+)?(?P<folder>(?(editable)(?:\.{1,2}/)*\w[\w./-]*|\.{1,2}/[\w./-]+)))"
    r"(?=\s|$|[\[;@#])"
)
_ADDRESS: Final = regex(r"\w+(?:\+\w+)?:")


class Requirements(TextKind):
    """Files that ``-r`` and ``-c`` lead to, from beside the file, and folders that ``-e`` or a path names."""

    name = "requirements"
    codes = ("REF007",)
    title = "files that requirements include, and folders that they install"
    suffixes = (".txt", ".in", ".pip")

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and _FILE.search(path) is not None

    def mentions(self, source: Source) -> Iterator[Mention]:
        for found in _LINE.finditer(source.text):
            part = "file" if found["file"] else "folder"
            text, (start, end) = found[part].rstrip("/"), found.span(part)
            if _ADDRESS.match(text) or not text.strip("./"):
                continue
            role = f"`{found['option']}`" if found["option"] else source.name
            span = source.positions.span(start, start + len(text) if text != found[part] else end)
            yield Mention("REF007", "path", text, "file" if part == "file" else "path", role, "error", span)

    HOLDS = (
        Example(
            title="what comes from elsewhere, what is there, and what a comment or a variable says",
            before={
                "shop/old.py": "",
                "libs/old/setup.py": "",
                "old.txt": "a\n",
                "new.txt": "a\n",
                "requirements.txt": "# -r old.txt\n-r new.txt\n-r ${OLD}/old.txt\n-r https://x.org/old.txt\n"
                "-e git+https://x.org/libs/old\nold==1.0\n-e .\n--no-binary old\nlibs\n",
            },
            gone=("libs/old/setup.py", "old.txt"),
        ),
    )
    BREAKS = (
        Example(
            title="files beside it and from further up, and folders that are installed",
            before={
                "libs/old/setup.py": "",
                "libs/older/setup.py": "",
                "old.txt": "a\n",
                "constraints-old.txt": "a\n",
                "requirements/old.txt": "a\n",
                "requirements/dev.txt": "-r old.txt  # all\n-c ../constraints-old.txt\n--requirement=old.txt\n",
                "dev-requirements.txt": "-rold.txt\n-e ./libs/old[test]\n./libs/older/ ; python_version > '3'\n",
            },
            gone=("libs/old/setup.py", "libs/older/setup.py", "old.txt", "constraints-old.txt", "requirements/old.txt"),
            finds=(
                ("dev-requirements.txt", 1, "old.txt"),
                ("dev-requirements.txt", 2, "libs/old"),
                ("dev-requirements.txt", 3, "libs/older"),
                ("requirements/dev.txt", 1, "requirements/old.txt"),
                ("requirements/dev.txt", 2, "constraints-old.txt"),
                ("requirements/dev.txt", 3, "requirements/old.txt"),
            ),
        ),
    )
