"""Judges mentions against one tree and its base: what each names that is gone."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from audit.kinds.file_judge import PATH_FORMS, FileJudge, Past
from audit.kinds.named_members import NamedMembers
from audit.kinds.paths import GonePaths, is_elsewhere, is_example_beside
from audit.model.findings import Site
from audit.model.mentions import RELATIVE, Gone, Mention
from audit.model.references import Dangling
from audit.model.regex import regex
from audit.model.testdata import is_test
from audit.resolve.index import Node
from audit.resolve.outcomes import is_assigned
from audit.resolve.program import Program
from audit.resolve.programs import Programs
from audit.resolve.registered import Registered
from audit.resolve.resolution import Resolution
from audit.resolve.retired import Retired, Retirements

_MAY_BE_NAME: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*){2,}")
"""A file name of three parts, such as ``shop.store.go``, may just as well be a dotted name."""
_DOMAINS: Final = frozenset({"org", "com", "net", "edu", "gov", "io", "dev", "ai", "app", "co", "eu"})


class MentionJudge:
    """Answers for one tree. Satisfies `audit.checks.mentions.Judge`.

    ``declared`` are names that the repository itself declares retired. ``texts_before`` gives what a file
    mentioned at the base; it is asked only about findings whose target was gone then already. ``ignored`` tells which
    paths the tree keeps out of version control, folders with a slash at their end; ``remotes`` the
    addresses of its remotes.
    """

    def __init__(
        self,
        program: Program,
        retirements: Retirements,
        paths: GonePaths,
        programs: Programs,
        registered: Registered,
        past: Past | None,
        declared: Iterable[str] = (),
        texts_before: Callable[[str], frozenset[str]] = lambda _path: frozenset(),
        ignored: Callable[[Iterable[str]], frozenset[str]] = lambda _paths: frozenset(),
        remotes: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._program = program
        self._base = program.base
        self._programs = programs
        self._registered = registered
        self._retirements = retirements
        self._files = FileJudge(program, paths, past, ignored, remotes)
        self._declared = frozenset(declared)
        self._texts_before = texts_before
        self._members = NamedMembers(program)
        self._known: dict[tuple[str, str, bool], Gone | None] = {}

    def referrer(self, path: str) -> str:
        """The module name of a file, or its path when it is no module."""
        return self._program.index.names.get(path, path)

    def gone(self, path: str, mention: Mention) -> Gone | None:
        """What the mention names that does not exist; None when it exists or is not ours to judge."""
        if mention.form in ("program", "option"):
            return self._gone_program(path, mention)
        if mention.form in ("registered", "management"):
            return self._gone_known(mention)
        if mention.form in PATH_FORMS:
            found = self._files.gone(path, mention)
            if found is not None or mention.form != "path" or not _MAY_BE_NAME.fullmatch(mention.text):
                return found
        if mention.kind == RELATIVE:
            own = self._program.index.names.get(path, "") if mention.text.startswith(".") else ""
            name = f"{own}{mention.text}"
            return self._gone_name("", name, certain=False) if self._was_its_own(name) else None
        where = path if self._finds_beside(path, mention) else ""
        # the packaging of what tests install declares on purpose what cannot be found
        certain = mention.certain and not (mention.code == "REF006" and is_test(path))
        key = (where, mention.text, certain)
        if key not in self._known:
            name = mention.text.replace(":", ".", 1)
            found = self._gone_name(where, name, certain)
            is_there = found is not None and is_assigned(self._program, name, found.module, found.symbol)
            self._known[key] = None if is_there else found
        gone = self._known[key]
        return None if gone is not None and not certain and self._is_elsewhere(path, where, gone) else gone

    def _gone_program(self, path: str, mention: Mention) -> Gone | None:
        """A command, or an option of a program of the tree, that the base had."""
        called, _, option = mention.text.rpartition(" ")
        if mention.form == "program" and mention.text in self._programs.lost:
            replacement = self._programs.lost[mention.text]
            return Gone(mention.text, mention.text, replacement=replacement, existed_at_base=True)
        if mention.form == "program" or option not in self._programs.lost_options:
            return None
        if not self._programs.is_own(path, called):
            return None
        called = called.removeprefix("-m ")
        return Gone(f"{called}:{option}".lstrip(":"), called or "the program", option, existed_at_base=True)

    def _gone_known(self, mention: Mention) -> Gone | None:
        """What was known by a name of its own: a class, a function or a management command."""
        if mention.form == "registered":
            meant = self._registered.of(mention.text, mention.beside)
        else:
            meant = self._programs.lost_management.get(mention.text)
        return self._made("", *meant, self._past_of("", *meant)) if meant is not None else None

    def _finds_beside(self, path: str, mention: Mention) -> bool:
        """Whether a name may be that of a module beside the file: in commands, and in code that is not in a package."""
        if mention.code == "REF007" or path.endswith(".ipynb"):
            return True
        return path.endswith((".py", ".pyi")) and path.rpartition("/")[0] not in self._program.index.packages

    def _is_elsewhere(self, document: str, where: str, gone: Gone) -> bool:
        """Whether the name was importable only below a folder of examples or copies, or in a project among them, that
        the document is not in."""
        if self._base is None:
            return False
        stems = [node.stem for node in self._base.absolute(where, gone.module).nodes]
        roots = [stem.removesuffix(gone.module.replace(".", "/")) for stem in stems]
        projects = self._base.layout.roots
        return bool(roots) and all(
            is_elsewhere(document, root) or (root.rstrip("/") in projects and is_example_beside(document, root))
            for root in roots
        )

    def stood_before(self, path: str, mention: Mention, gone: Gone) -> bool | None:
        """Whether the same finding stood at the base; None without a base."""
        if self._base is None:
            return None
        return not gone.existed_at_base and mention.text in self._texts_before(path)

    def _gone_name(self, where: str, name: str, certain: bool) -> Gone | None:
        parts = name.split(".")
        if not all(part.isidentifier() for part in parts):
            return None
        if not certain and parts[-1] in _DOMAINS and not self._ever_held(where, parts, len(parts) - 1):
            return None
        declared = next((end for end in range(len(parts), 0, -1) if ".".join(parts[:end]) in self._declared), None)
        if declared is not None:
            target = ".".join(parts[:declared])
            gone = self._made(where, target, "", self._past_of(where, target, ""))
            return msgspec.structs.replace(gone, still_there=self._exists(where, parts[:declared]))
        for end in range(len(parts), 0, -1):
            head = self._program.absolute(where, ".".join(parts[:end]))
            if head.status != "found":
                continue
            if end == len(parts) or head.weak:
                return None
            if self._held_names(where, head) and not self._has_lost(where, head, parts[end]):
                return self._gone_symbol(where, head, parts[end:], certain)
            break
        return self._gone_module(where, parts, certain)

    def _held_names(self, where: str, module: Resolution) -> bool:
        """Whether a module is, or was at the base, more than a folder."""
        if not all(node.kind == "namespace" for node in module.nodes):
            return True
        before = self._base.absolute(where, module.dotted) if self._base is not None else None
        return before is not None and any(node.kind != "namespace" for node in before.nodes)

    def _was_its_own(self, name: str) -> bool:
        """Whether the base defined a name in the module that it is relative to, or passed it on from a package."""
        parts = name.split(".")
        if self._base is None:
            return False
        for end in range(len(parts) - 1, 0, -1):
            head = self._base.absolute("", ".".join(parts[:end]))
            if head.status != "found":
                continue
            found = self._base.symbols.find(head.nodes, parts[end])
            if hasattr(builtins, parts[end]):
                return False
            if found is None:  # a package passes names on by a star
                is_package = bool(head.nodes) and all(node.kind == "package" for node in head.nodes)
                return is_package and self._base.symbols.defines(head.nodes, parts[end]) == "yes"
            is_package = found[0].endswith(("/__init__.py", "/__init__.pyi"))
            return found[1].kind != "import" or (
                is_package and self._base.symbols.origin(found[0], parts[end]) is not None
            )
        return False

    def _has_lost(self, where: str, package: Resolution, name: str) -> bool:
        """Whether a module that the base held below a package is gone, whatever attributes the package makes up."""
        is_there = self._program.symbols.defines(package.nodes, name) == "yes"
        return not is_there and self._program.has_lost(where, f"{package.dotted}.{name}")

    def _exists(self, where: str, parts: list[str]) -> bool:
        for end in range(len(parts), 0, -1):
            head = self._program.absolute(where, ".".join(parts[:end]))
            if head.status == "found":
                return end == len(parts) or self._program.symbols.defines(head.nodes, parts[end]) == "yes"
        return False

    def _gone_module(self, where: str, parts: list[str], certain: bool) -> Gone | None:
        """The longest leading part that was a module once; for a certain slot, else the first that is missing."""
        prefixes = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        missing = [each for each in prefixes if self._program.absolute(where, each).status == "missing"]
        for prefix in reversed(missing):
            past = self._past_of(where, prefix, "")
            if past is not None and (certain or "." in prefix or self._ever_held(where, parts, 1)):
                return self._made(where, prefix, "", past)
        return Gone(missing[0], missing[0], retired=False) if certain and missing else None

    def _ever_held(self, where: str, parts: list[str], end: int) -> bool:
        """Whether the module that the first ``end`` parts were at the base held the next: ``compute.insert`` may well
        be somebody else's, and ``pkg.shop.org`` the name of a host."""
        if self._base is None or len(parts) == end:
            return True
        before = self._base.absolute(where, ".".join(parts[:end]))
        return before.status == "found" and self._base.symbols.defines(before.nodes, parts[end]) == "yes"

    def _gone_symbol(self, where: str, head: Resolution, rest: list[str], certain: bool) -> Gone | None:
        symbols = self._program.symbols
        answer = symbols.defines(head.nodes, rest[0])
        if answer == "no":
            past = self._past_of(where, head.dotted, rest[0])
            return self._made(where, head.dotted, rest[0], past) if past is not None or certain else None
        lost = self._members.lost(where, f"{head.dotted}.{rest[0]}", rest[1]) if len(rest) > 1 else None
        past = self._past_of(where, *lost) if lost is not None and answer == "yes" else None
        return self._made(where, *lost, past) if lost is not None and past is not None else None

    def _past_of(self, where: str, module: str, symbol: str) -> Retired | None:
        missing = Dangling(kind="string", site=Site(where), referrer="", module=module, symbol=symbol, context="lazy")
        return self._retirements.of(missing)

    def _made(self, where: str, module: str, symbol: str, past: Retired | None) -> Gone:
        target = f"{module}.{symbol}" if symbol else module
        if past is None:
            return Gone(target, module, symbol, retired=False)
        if past.kind == "module":
            module, symbol = target, ""
        existed = self._existed_at_base(where, module, symbol)
        return Gone(target, module, symbol, True, past.retirement, past.replacement, past.reason, existed)

    def _existed_at_base(self, where: str, module: str, symbol: str) -> bool:
        if self._base is None:
            return False
        before = self._base.absolute(where, module)
        nodes: tuple[Node, ...] = before.nodes
        head = symbol.partition(".")[0]
        return before.status == "found" and (not symbol or self._base.symbols.defines(nodes, head) == "yes")
