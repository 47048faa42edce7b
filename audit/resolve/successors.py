"""Where a name that is gone has gone: the module or definition that took its place, or none rather than a wrong one.

What is equal, its own name aside, has moved; what is nearly equal has been edited on the way, and is taken for the
same only where nothing else comes close.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from audit.model.archives import is_archived
from audit.model.facts import LOCAL, Definition
from audit.resolve.counterparts import is_same, lost_definitions
from audit.resolve.index import Node
from audit.resolve.likeness import Comparison, is_akin, is_equal, is_equal_code, is_like
from audit.resolve.locating import Place
from audit.resolve.program import Program

_MIN_SHARED: Final = 0.5
"""A module is taken to have moved where at least this share of its definitions reappears."""
_MAX_HOPS: Final = 8
_DEFINED: Final = ("function", "class")


class Successors:
    """Answers for one tree against its base; ``renames`` are old paths -> new paths, as history tells."""

    def __init__(self, program: Program, base: Program, renames: Mapping[str, str]) -> None:
        self._program = program
        self._base = base
        self._renames = {old: new for old, new in renames.items() if is_archived(old) or not is_archived(new)}
        self._moved: dict[str, list[str]] | None = None
        self._lost: dict[str, list[Place]] | None = None

    def of_module(self, module: str, files: Iterable[str], below: Iterable[str]) -> str | None:
        """The module that the files of a vanished one became, that most of its definitions went to, or that most of
        the modules ``below`` it now lie below."""
        paths, under = list(files), list(below)
        above = self._above(module, (*paths, *under))
        found = self._of_module(f"{above}{module}", paths, under)
        return found.removeprefix(above) if found is not None else None

    def _above(self, module: str, files: Iterable[str]) -> str:
        """What the names of these files of the base have in front of what a module is called where it is used, which
        starts in a folder further down; empty where it is called by its full name."""
        for file in files:
            name = self._base.index.names.get(file, "")
            place = f".{name}.".find(f".{module}.")
            if place >= 0:
                return name[:place]
        return ""

    def _of_module(self, module: str, paths: list[str], below: list[str]) -> str | None:
        names = self._program.index.names
        for path in paths:
            new = self._renames.get(path, "")
            if new in names and "/" not in names[new] and self._goes_on(path, new):
                return names[new]
        votes: Counter[str] = Counter()
        total = 0
        for path in paths:
            for definition in self._base.facts(path).definitions:
                if _is_distinct(definition) and "." not in definition.name:
                    total += 1
                    votes.update({home.rpartition(":")[0] for home in self._homes(definition.digest)})
        return _elected(votes, total) or self._of_package(module, below)

    def _goes_on(self, path: str, new: str) -> bool:
        """Whether one file goes on as another that git takes for the same: a notice of copyright may be all that the
        two share, and all that the packages of a project hold."""
        before, now = self._base.symbols.definitions(path).values(), self._program.symbols.definitions(new).values()
        were, are = path.endswith("/__init__.py"), new.endswith("/__init__.py")
        same = path.split("/")[-1 - were :] == new.split("/")[-1 - were :]
        if same or (were == are and before and is_same(self._program, new, self._base, path)):
            return True
        # what a package offers it mostly imports; and every module may have an __all__ or a __version__
        own, others = (
            [each for each in every if ((were and are) or each.kind != "import") and not each.name.startswith("__")]
            for every in (before, now)
        )
        return bool(
            {each.name for each in own} & {each.name for each in others}
            or {each.digest for each in own if _is_distinct(each)} & {each.digest for each in others}
        )

    def _of_package(self, module: str, below: Iterable[str]) -> str | None:
        """The package that most of the modules below a vanished one were moved to."""
        votes: Counter[str] = Counter()
        old = [path for path in below if path in self._base.index.names]
        for path in old:
            tail = self._base.index.names[path].removeprefix(module)
            now = self._program.index.names.get(self._renames.get(path, ""), "")
            if tail.startswith(".") and now.endswith(tail):
                votes[now.removesuffix(tail)] += 1
        return _elected(votes, len(old))

    def of_symbol(self, path: str, module: str, symbol: str, called: str) -> str | None:
        """Where a symbol that ``path`` took from ``module`` is now, by a name that the same module offers if any;
        ``called`` is what that module is called now."""
        nodes = self._base.absolute(path, module).nodes
        origin = self._origin(nodes, symbol)
        if origin is None:
            return self._of_taken_module(nodes, symbol)
        home = self._home(*origin)
        if home is None and self.takes_from_elsewhere(path, module, symbol):
            home = self._stays(*origin)
        if home is None:
            return None
        holder, _, name = home.partition(":")
        holder = holder.removeprefix(self._above(module, _files(nodes)))
        offered = self._program.absolute(path, called)
        is_offered = holder != called and "." not in name and offered.status == "found"
        if is_offered and self._program.symbols.defines(offered.nodes, name) == "yes":
            return f"{called}.{name}"
        return f"{holder}.{name}"

    def _of_taken_module(self, nodes: tuple[Node, ...], symbol: str) -> str | None:
        """The module that a module of the base had taken under a name, where that still has its own."""
        taken = next((each for file in _files(nodes) if (each := self._base.symbols.origin(file, symbol))), None)
        if taken is None or any(
            program.absolute("", taken).status != "found" for program in (self._base, self._program)
        ):
            return None
        return taken

    def takes_from_elsewhere(self, path: str, module: str, symbol: str) -> bool:
        """Whether a module of the base only imported what a name of it stands for, by its name or by a star."""
        nodes, head = self._base.absolute(path, module).nodes, symbol.partition(".")[0]
        found = self._base.symbols.find(nodes, head)
        if found is not None:
            return found[1].kind == "import"
        return any(self._base.symbols.origin(file, head) is not None for file in _files(nodes))

    def of_lookup(self, path: str, module: str, symbol: str) -> str | None:
        """Where the code of ``module`` now looks up a name that it imported: in the one module that the code, or some
        of it, has gone to and that has the name as well."""
        found = self.lookups(path, module, symbol)
        return found.pop() if len(found) == 1 else None

    def lookups(self, path: str, module: str, symbol: str) -> set[str]:
        """The full names by which the code of ``module`` now looks up a name, wherever some of it has gone to."""
        files = _files(self._base.absolute(path, module).nodes)
        homes = {self._program.index.names.get(self._renames.get(file, file), "") for file in files}
        for file in files:
            for definition in self._base.facts(file).definitions:
                if _is_distinct(definition) and "." not in definition.name:
                    homes |= {home.partition(":")[0] for home in self._homes(definition.digest)}
        head, symbols = symbol.partition(".")[0], self._program.symbols
        above = self._above(module, files)
        return {
            f"{home.removeprefix(above)}.{symbol}"
            for home in homes - {""}
            if any(symbols.offers(file, head) == "yes" for file in self._program.index.paths_of[home])
        }

    def _stays(self, path: str, definition: Definition) -> str | None:
        """The place of a definition in the file where it stood, wherever that lies now, as ``module:name``."""
        place = self._renames.get(path, path)
        module = self._program.index.names.get(place)
        if module is None or self._program.symbols.offers(place, definition.name.partition(".")[0]) != "yes":
            return None
        stands = self._program.symbols.definitions(place).get(definition.name)
        return f"{module}:{definition.name}" if stands is not None and stands.kind == definition.kind else None

    def _origin(self, nodes: tuple[Node, ...], symbol: str) -> tuple[str, Definition] | None:
        """The file that really defined a symbol at the base, through re-exports, and the definition."""
        symbols = self._base.symbols
        for _ in range(_MAX_HOPS):
            found = symbols.find(nodes, symbol)
            if found is not None and found[1].kind != "import":
                return found
            head, _, rest = symbol.partition(".")
            origin = next((each for file in _files(nodes) if (each := symbols.origin(file, head))), None)
            if origin is None:
                return None
            module, _, leaf = origin.rpartition(".")
            nodes, symbol = self._base.absolute("", module).nodes, f"{leaf}.{rest}" if rest else leaf
        return None

    def _home(self, path: str, definition: Definition) -> str | None:
        """The new place of a definition, as ``module:name``."""
        here = self._program.index.names.get(self._renames.get(path, path), "")
        if path in self._renames and (along := self._stays(path, definition)):
            return along
        if definition.digest.startswith(LOCAL) and (beside := self._beside(path, definition, here, is_equal)):
            return beside
        if definition.kind not in _DEFINED:
            return self._moved_value(path, definition, here) if definition.kind == "variable" else None
        return (
            _single(self._homes(definition.digest), here)
            or self._called_the_same(path, definition, here)
            or self._beside(path, definition, here, is_equal_code)
            or self._beside(path, definition, here, is_like)
        )

    def _moved_value(self, path: str, definition: Definition, here: str) -> str | None:
        """The only new variable of the same name and value: a constant, or one that went along with other code."""
        home = _single(self._homes(f"{definition.name}={definition.digest}"), here) if definition.digest else None
        if home is None or definition.name.isupper():
            return home
        along = (
            place.partition(":")[0]
            for each in self._base.symbols.definitions(path).values()
            if _is_distinct(each) and "." not in each.name
            for place in self._homes(each.digest)
        )
        return home if home.partition(":")[0] in along else None

    def _called_the_same(self, path: str, definition: Definition, here: str) -> str | None:
        """The only new definition of the same name, where it has more in common with the old one than that, and does
        not rather go on from another of the name that has gone as well."""
        home = _single(self._homes(f"name:{definition.name}"), here)
        module, _, name = (home or "").partition(":")
        before = self._base.symbols.definitions(path)
        for file in self._program.index.paths_of.get(module, ()):
            now = self._program.symbols.definitions(file)
            if name not in now or not is_akin(definition, now[name], before, now):
                continue
            others = [place for place in self._lost_called(name) if place[0] != path]
            if is_like(definition, now[name], before, now) or all(
                is_like(each, definition, self._base.symbols.definitions(other), before) for other, each in others
            ):
                return home
        return None

    def _lost_called(self, name: str) -> list[Place]:
        if self._lost is None:
            self._lost = lost_definitions(self._program, self._base, self._renames)
        return [place for place in self._lost.get(name, []) if not is_archived(place[0])]

    def _beside(self, path: str, definition: Definition, here: str, is_same: Comparison) -> str | None:
        """The only new definition of the same file that is the same as this one, and as no other that has gone."""
        place = self._renames.get(path, path)
        if place not in self._program.index.names:
            return None
        before, now = self._base.symbols.definitions(path), self._program.symbols.definitions(place)
        new = [each for name, each in now.items() if name not in before and is_same(definition, each, before, now)]
        if len(new) != 1:
            return None
        gone = [name for name, each in before.items() if name not in now and is_same(each, new[0], before, now)]
        return f"{here}:{new[0].name}" if gone == [definition.name] else None

    def _homes(self, key: str) -> list[str]:
        """Definitions that the tree has and the base has not, as ``module:name``: functions and classes by digest or by
        ``name:``, variables by name and digest."""
        if self._moved is None:
            self._moved = defaultdict(list)
            old_paths = {new: old for old, new in self._renames.items()}
            for path, module in sorted(self._program.index.names.items()):
                if is_archived(path) or "/" in module:
                    continue
                old = old_paths.get(path, path)
                stood = old in self._base.index.names
                if stood and old == path and is_same(self._program, path, self._base, old):
                    continue  # what it defines, it defined before
                before = self._base.symbols.definitions(old) if stood else {}
                for definition in self._program.facts(path).definitions:
                    name = definition.name
                    if definition.kind == "import" or (old == path and name in before):
                        continue
                    home = f"{module}:{name}"
                    if definition.kind == "variable":
                        if "." not in name and definition.digest:
                            self._moved[f"{name}={definition.digest}"].append(home)
                        continue
                    if _is_distinct(definition):
                        self._moved[definition.digest].append(home)
                    if "." not in name:
                        self._moved[f"name:{name}"].append(home)
        return self._moved.get(key, []) if key else []


def _files(nodes: Iterable[Node]) -> list[str]:
    return [file for node in nodes for file in node.files]


def _elected(votes: Counter[str], total: int) -> str | None:
    """What most of the votes are for, if these are enough of all."""
    best = votes.most_common(1)
    return best[0][0] if best and best[0][1] >= max(1, _MIN_SHARED * total) else None


def _is_distinct(definition: Definition) -> bool:
    """Whether a definition can be recognised wherever it has gone."""
    return bool(definition.digest) and not definition.digest.startswith(LOCAL)


def _single(homes: list[str], here: str) -> str | None:
    """The only place; of several the only one in the module that the definition stood in."""
    if len(homes) == 1:
        return homes[0]
    near = [home for home in homes if home.partition(":")[0] == here]
    return near[0] if len(near) == 1 else None
