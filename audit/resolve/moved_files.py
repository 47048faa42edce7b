"""What a file that has moved means by the names that it still looks for beside and above itself."""

from __future__ import annotations

from collections.abc import Mapping

from audit.model.findings import Site
from audit.model.references import Dangling
from audit.resolve.program import Program
from audit.resolve.retired import Retirements


class MovedFiles:
    """Answers for one tree against its base; ``renames`` are old paths -> new paths, as history tells."""

    def __init__(self, program: Program, base: Program, renames: Mapping[str, str], retirements: Retirements) -> None:
        self._program = program
        self._base = base
        self._came_from = {new: old for old, new in renames.items()}
        self._retirements = retirements

    def meant(self, site: Site, target: str) -> str | None:
        """The name seen from the old place of a file where the import at ``site`` now looks for ``target``; None when
        nothing tells."""
        path = site.path
        old = self._came_from.get(path)
        if old is None or old not in self._base.index.names:
            return None
        levels = self._levels(site)
        climbed = max(0, levels - 1)
        folder = _above(_package(self._base.index.names, old), climbed)
        here = _above(_package(self._program.index.names, path), climbed)
        is_above = bool(levels) and not here  # the dots lead out of every package
        if not folder or not (is_above or target.startswith(f"{here}.")):
            return None
        meant = f"{folder}.{target if is_above else target[len(here) + 1 :]}"
        if self._program.absolute(path, meant).status == "found":
            return meant
        module, _, symbol = meant.rpartition(".")
        holder = self._program.absolute(path, module)
        if holder.status == "found" and self._program.symbols.defines(holder.nodes, symbol) == "yes":
            return meant
        return self._successor(path, meant, "") or self._successor(path, module, symbol)

    def _levels(self, site: Site) -> int:
        """How many dots the import at a place begins with; none for an absolute one."""
        place = (site.line or 0, site.column or 0)
        around = (each for each in self._program.facts(site.path).imports if each.span[:2] <= place < each.span[2:])
        return max((each.level for each in around), default=0)

    def _successor(self, path: str, module: str, symbol: str) -> str | None:
        past = self._retirements.of(
            Dangling(kind="import", site=Site(path), referrer="", module=module, symbol=symbol, context="eager")
        )
        return past.replacement if past is not None else None


def _package(names: Mapping[str, str], path: str) -> str:
    """The dotted package whose modules a file's relative imports name; empty for a file in none."""
    name = names.get(path, "")
    return name if path.endswith("/__init__.py") else name.rpartition(".")[0]


def _above(package: str, levels: int) -> str:
    """The package that many levels above another; empty above the top."""
    return ".".join(package.split(".")[: max(0, package.count(".") + 1 - levels)])
