"""What runs when a module is imported, and what does not."""

from __future__ import annotations

import pytest

from audit.facts.python import read_python


@pytest.mark.parametrize(
    ("test", "context"),
    [
        ('__name__ == "__main__"', "lazy"),
        ('"__main__" == __name__', "lazy"),
        ('ready() and __name__ == "__main__"', "lazy"),
        ('ready() or __name__ == "__main__"', "eager"),
        ('__name__ != "__main__"', "eager"),
        ("TYPE_CHECKING", "typing"),
    ],
)
def test_an_import_runs_with_its_module_unless_its_block_never_does(test: str, context: str) -> None:
    facts = read_python(f"if {test}:\n    import shop\n".encode())
    assert [statement.context for statement in facts.imports] == [context]
