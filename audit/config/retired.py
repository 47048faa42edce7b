"""Reads ``retired.yaml``: names that a repository declares retired, with what replaces them and why.

```yaml
- name: shop.store.Store        # module, class, function, constant, method or attribute
  replacement: shop.archive.Archive
  since: "2.0"
  reason: one store per process could not be shared
- shop.legacy                   # a name alone, when there is nothing to add
```
"""

from __future__ import annotations

from pathlib import PurePosixPath

from audit.config.fields import Fields, text_of
from audit.config.positioned import Listing, Mistakes, Node, Scalar, describe, read_yaml
from audit.config.settings import RETIRED_FILE, Read
from audit.model.errors import ConfigError
from audit.model.findings import Site
from audit.model.settings import RetiredName


def load_retired(read: Read, rules: str = "rules") -> tuple[RetiredName, ...]:
    """The retired names in file order; empty when the file does not exist. ``rules`` is the rules folder.

    Raises:
        ConfigError: every mistake of the file, a file that declares nothing included: it was meant to.
    """
    path = str(PurePosixPath(rules, RETIRED_FILE))
    content = read(path)
    if content is None:
        return ()
    mistakes = Mistakes(path)
    root = read_yaml(content, mistakes)
    names: list[RetiredName] = []
    if isinstance(root, Listing):
        names = [_name(item, mistakes) for item in root.items]
    elif root is not None:
        mistakes.add(root.line, f"must be a list of retired names, not {describe(root)}")
    if not names and not mistakes:
        mistakes.add(1, "declares no retired name; list some or delete the file")
    first: dict[str, int | None] = {}
    for name in names:
        if name.name and first.setdefault(name.name, name.site.line) != name.site.line:
            line = name.site.line or 1
            mistakes.add(line, f"'{name.name}' is declared twice (first on line {first[name.name]})")
    if mistakes:
        raise ConfigError([str(mistake) for mistake in mistakes.all()])
    return tuple(names)


def _name(node: Node, mistakes: Mistakes) -> RetiredName:
    site = Site(mistakes.path, node.line)
    if isinstance(node, Scalar):
        return RetiredName(name=_dotted(text_of(node, "a retired name", mistakes), node.line, mistakes), site=site)
    if isinstance(node, Listing):
        mistakes.add(node.line, "a retired name must be a name, or a mapping with a 'name', not a list")
        return RetiredName(name="", site=site)
    fields = Fields(node, "a retired name", mistakes)
    name = _dotted(fields.text("name", required=True), node.line, mistakes)
    replacement = _dotted(fields.text("replacement"), node.line, mistakes)
    if name and name == replacement:
        mistakes.add(node.line, f"'{name}' cannot replace itself")
    retired = RetiredName(
        name=name,
        site=site,
        replacement=replacement or None,
        since=fields.text("since") or None,
        reason=fields.text("reason") or None,
    )
    fields.close()
    return retired


def _dotted(text: str, line: int, mistakes: Mistakes) -> str:
    if text.strip() and not all(part.isidentifier() for part in text.split(".")):
        mistakes.add(line, f"'{text}' is not a dotted name such as package.module.Class")
    return text
