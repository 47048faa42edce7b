"""Kind of reference: files and modules that build systems and workflow managers are given by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.forms import form_of
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.texts import blanked
from audit.model.facts import Span
from audit.model.mentions import Mention
from audit.model.regex import regex

_NAMES: Final = regex(
    r"Snakefile(?:\.\w+)?|.*\.smk|meson\.build|BUILD(?:\.bazel)?|.*\.bzl|CMakeLists\.txt|.*\.cmake|SConstruct|SConscript|wscript"
    r"|.*\.nix|.*\.spec"
)
_CMAKE: Final = regex(r"CMakeLists\.txt|.*\.cmake")
_TOKEN: Final = regex(
    r"""
      (?P<comment> \#\[\[ .*? \]\] | \#[^\n]* | /\* .*? \*/ )
    | (?P<long> \"{3}(?P<lines>.*?)\"{3} | '''(?P<more>.*?)''' | ''(?P<nix>.*?)'' )
    | (?P<quoted> "(?P<double>(?:\\.|[^"\\\n])*)" | '(?P<single>(?:\\.|[^'\\\n])*)' )
    | (?P<bare> [^\s()"'#\[\],;={}]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_PARTS: Final = ("lines", "more", "nix", "double", "single")
_LEAVES_OUT: Final = regex(
    r"\b(?:exclude|excludes|outs?|outputs?|EXCLUDE|OUTPUT|BYPRODUCTS)\b\s*[:=]?\s*[\[(]?[^\])\n]*"
)
"""What takes things out, or is made: it need not be there."""
_LED: Final = regex(r"(?:\$\{[^{}]*\}|@[^@/]*@|\.)/|:")
"""What may stand before a path: a folder that the build knows, or what begins a label in its own folder."""
_LABEL: Final = regex(r"//([\w./-]+)(?::([\w./+-]+))?")
"""What Bazel calls a target: the folder of its BUILD file from the root, and its name or that of a file there."""
_ENTERED: Final = regex(r"\b(subdir|add_subdirectory)\s*\(\s*['\"]?([\w./-]*\w)/?['\"]?\s*[),]")
_ENTERS: Final = {"subdir": "meson.build", "add_subdirectory": "CMakeLists.txt"}
_IS_FILE: Final = regex(r"/|\.py$")
_BLANK: Final = regex(r"\s")
_COMMAND: Final = Caller("REF007", "the command", "error")


class BuildFiles(TextKind):
    """Files, modules and commands in Meson, CMake, Bazel, SCons, Nix, Snakemake and PyInstaller files."""

    name = "build-files"
    codes = ("REF007",)
    title = (
        "files, modules and commands in meson.build, CMakeLists.txt, Bazel, SCons, Nix, Snakemake, PyInstaller specs"
    )

    def wants(self, path: str) -> bool:
        return _NAMES.fullmatch(path.rpartition("/")[2]) is not None

    def mentions(self, source: Source) -> Iterator[Mention]:
        is_cmake = _CMAKE.fullmatch(source.name) is not None
        text = _LEAVES_OUT.sub(blanked, source.text)
        for token in _TOKEN.finditer(text):
            part = next((name for name in _PARTS if token[name] is not None), None)
            if part is not None:
                yield from _literal(token[part], token.start(part), source)
            elif is_cmake and token["bare"] is not None and _IS_FILE.search(token["bare"]):
                yield from _literal(token["bare"], token.start(), source)
        for folder in _ENTERED.finditer(text):
            span = source.positions.span(folder.start(2), folder.end(2))
            path = f"{folder[2].rstrip('/')}/{_ENTERS[folder[1]]}"
            yield Mention("REF007", "path", path, "file", f"`{folder[1]}`", "error", span)

    HOLDS = (
        Example(
            title="what is left out or made, a comment, and names of targets",
            before={
                "shop/old.py": "",
                "shop/new.py": "",
                "shop/BUILD": (
                    '# srcs = ["old.py"]\npy_library(\n    name = "old",\n'
                    '    srcs = glob(["*.py"], exclude = ["old.py"]),\n    deps = [":new", "@pip//requests"],\n)\n'
                    'genrule(name = "a", outs = ["old.py"], cmd = "make old")\n'
                ),
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="files that exist, one that is made, a folder to install to, and a comment",
            before={
                "shop/old.py": "",
                "shop/new.py": "",
                "lib/all/a.txt": "",
                "meson.build": "# 'shop/old.py'\ninstall_data('shop/new.py', install_dir: 'lib/all')\nsubdir('shop')\n",
                "shop/meson.build": "files('new.py')\n",
                "Snakefile": 'rule a:\n    output: "shop/old.py"\n    shell: "python shop/new.py > {output}"\n',
                "CMakeLists.txt": "install(FILES ${CMAKE_SOURCE_DIR}/shop/new.py DESTINATION shop)\n",
            },
            gone=("shop/old.py", "lib/all/a.txt"),
        ),
    )
    BREAKS = (
        Example(
            title="sources of Meson from beside the file, and a folder that it enters",
            before={
                "shop/old.py": "",
                "legacy/meson.build": "",
                "shop/meson.build": "py.install_sources(\n  [\n    '__init__.py',\n    'old.py',\n  ],\n)\n",
                "shop/__init__.py": "",
                "meson.build": "subdir('shop')\nsubdir('legacy')\n",
            },
            gone=("shop/old.py", "legacy/meson.build"),
            finds=(("meson.build", 2, "legacy/meson.build"), ("shop/meson.build", 4, "shop/old.py")),
        ),
        Example(
            title="files of CMake, and labels and sources of Bazel",
            before={
                "shop/old.py": "",
                "legacy/BUILD": "",
                "CMakeLists.txt": "add_test(NAME a COMMAND ${PYTHON} ${CMAKE_SOURCE_DIR}/shop/old.py)\n",
                "shop/BUILD.bazel": (
                    'py_binary(\n    name = "old",\n    srcs = ["old.py"],\n    data = ["//shop:old.py"],\n'
                    '    deps = ["//legacy:store"],\n)\n'
                ),
            },
            gone=("shop/old.py", "legacy/BUILD"),
            finds=(
                ("CMakeLists.txt", 1, "shop/old.py"),
                ("shop/BUILD.bazel", 3, "shop/old.py"),
                ("shop/BUILD.bazel", 4, "shop/old.py"),
                ("shop/BUILD.bazel", 5, "legacy"),
            ),
        ),
        Example(
            title="commands and scripts of a Snakefile, modules of Nix and of a PyInstaller spec",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "Snakefile": 'rule a:\n    shell:\n        """\n        python -m shop.old --a\n        """\n'
                'rule b:\n    script: "shop/old.py"\n',
                "default.nix": '{ pythonImportsCheck = [ "shop.old" ]; }\n',
                "app.spec": "a = Analysis(['shop/old.py'], hiddenimports=['shop.old'])\n",
            },
            gone=("shop/old.py",),
            finds=(
                ("Snakefile", 4, "shop.old"),
                ("Snakefile", 7, "shop/old.py"),
                ("app.spec", 1, "shop/old.py"),
                ("app.spec", 1, "shop.old"),
                ("default.nix", 1, "shop.old"),
            ),
        ),
    )


def _literal(text: str, start: int, source: Source) -> Iterator[Mention]:
    """What one string names: a command, a file, a label of Bazel or a module."""
    if _BLANK.search(text):
        yield from command_mentions(text, start, source.positions, _COMMAND)
        return
    if label := _LABEL.fullmatch(text):
        file = f"{label[1]}/{label[2]}" if form_of(label[2] or "") == "path" else label[1]
        yield Mention("REF007", "path", file, "path", "the label", "error", _span(source, start, text))
        return
    if led := _LED.match(text):
        text, start = text[led.end() :], start + led.end()
    form = form_of(text)
    if form == "path" and "." in text.rpartition("/")[2]:  # a folder may be where something is installed
        yield Mention("REF007", "path", text, "file", "the build", "error", _span(source, start, text))
    elif form == "name":
        yield Mention("REF007", "setting", text, "name", "the build", "error", _span(source, start, text))


def _span(source: Source, start: int, text: str) -> Span:
    return source.positions.span(start, start + len(text))
