"""A page for each finding code: what happens at run time, an example, and what to do about it."""

from __future__ import annotations

from typing import Final

import msgspec


class Explanation(msgspec.Struct, frozen=True):
    """``happens`` is what a user meets, ``example`` shows it, ``mend`` says what to do."""

    happens: str
    example: str
    mend: str


EXPLANATIONS: Final[dict[str, Explanation]] = {
    "IMP001": Explanation(
        "The import raises ModuleNotFoundError, and every module that imports this one fails with it. "
        "The name belongs to this repository, but neither the base nor history knows it.",
        "from shop.stroe import Store   # the module is called shop.store",
        "Correct the name, add the module, or delete the import. If a build makes the module, name it in .gitignore "
        "or in the build configuration; if it lies in a folder that nothing declares, add it to source-roots.",
    ),
    "IMP002": Explanation(
        "The module exists, but nothing in it defines the name: a from-import raises ImportError, an attribute "
        "access AttributeError when it runs. A module that makes names at run time is never judged.",
        "from shop.store import Sotre\nimport shop.store; shop.store.open_all()",
        "Correct the name or define it. `audit why MODULE TARGET` shows who depends on the import.",
    ),
    "REF001": Explanation(
        "The module was there at the base and is gone, so the import raises ModuleNotFoundError. The finding names "
        "the commit that removed it and, where history or equal code shows one, its successor.",
        "from shop.store import Store   # shop/store.py was deleted",
        "Import the successor, or remove what needed the module. Roots are ranked by what they kill: mend the first "
        "one first.",
    ),
    "REF002": Explanation(
        "The module still exists and no longer defines the name that it had at the base: ImportError.",
        "from shop.store import open_store   # renamed to Store.open",
        "Use the replacement that the finding offers, or restore the name.",
    ),
    "REF003": Explanation(
        "The attribute existed at the base and is gone: AttributeError, or NameError where the file itself had the "
        "name, but only when the line runs, which tests may never do.",
        "import shop.store\nshop.store.open_store()",
        "Use the replacement that the finding offers, or restore the name.",
    ),
    "REF004": Explanation(
        "A string names something that is gone. Where it is handed to something that imports it (patch targets, "
        "import_module, importorskip) this fails at run time or silently skips a test; elsewhere it is a warning.",
        'mock.patch("shop.store.Store.load")\npytest.importorskip("shop.store")   # skips the test for ever',
        "Name the successor in the string, or delete the test or registry entry.",
    ),
    "REF005": Explanation(
        "A configuration value names something that is gone; it fails when the configuration is instantiated.",
        "_target_: shop.store.Store",
        "Name the successor in the configuration.",
    ),
    "REF006": Explanation(
        "The command installs and then fails to start, because the module or function behind it is gone.",
        '[project.scripts]\nshop = "shop.store:main"',
        "Point the entry point at the successor, or remove it.",
    ),
    "REF007": Explanation(
        "A workflow, Makefile, Dockerfile or tool setting runs or names a file or module that is gone.",
        "run: python -m shop.store --migrate",
        "Correct the command; in tool settings the entry is dead and can go.",
    ),
    "REF008": Explanation(
        "Nothing fails, but people and their agents are sent to something that does not exist.",
        "See `shop/store.py` for how stores are opened.",
        "Describe what is there now. A changelog or a statement that it was deleted is no finding.",
    ),
    "REF009": Explanation(
        "A cell of a notebook names something that is gone; it fails when the cell runs.",
        "from shop.store import Store   # in cell 3",
        "Mend the cell; the finding names it and its line.",
    ),
    "REF010": Explanation(
        "A pickle or checkpoint names a class that is gone: loading it raises. The file is read from its opcodes "
        "and never loaded.",
        "model.pt -> shop.store.Store",
        "Convert the file while the old class is at hand, or leave an alias module behind.",
    ),
    "REF011": Explanation(
        "The import is guarded and can no longer succeed, so that the program goes the other way for ever, in "
        "silence; or it is a fallback whose guarded import always succeeds.",
        "try:\n    from shop.store import Store\nexcept ImportError:\n    Store = None   # always",
        "Delete the guard together with the branch that can no longer run.",
    ),
    "REF012": Explanation(
        "__all__ lists a name that the module no longer has: a star import raises AttributeError.",
        '__all__ = ["Store"]   # Store is gone',
        "Take the name off the list.",
    ),
    "REF013": Explanation(
        "The callable's signature changed since the base: this call fitted the old one and raises TypeError now. As a "
        "warning: nobody touched the call, it still runs, and its positional arguments reach other parameters. A class "
        "that leaves abstract what its bases ask for by now cannot be made: making it raises TypeError too.",
        "average(metric, record)   # now average(metric, path, epoch)",
        "Pass what the new signature asks for.",
    ),
    "CON001": Explanation(
        "An import breaks a rule of this repository. The chain shows every import on the way, with its line.",
        "shop.evaluation -> shop.bridge (shop/evaluation.py:1)",
        "Remove one import of the chain, or change the contract if the rule is no longer meant.",
    ),
    "CON002": Explanation(
        "The contract cannot be judged: it names a module that does not exist, or its options are wrong. An invalid "
        "contract is never kept.",
        'forbidden_modules = ["shop.store"]   # deleted',
        "Correct the contract; the message offers the nearest module.",
    ),
    "DOC001": Explanation(
        "The document cites a file that is not in the tree it speaks of.",
        "`shop/store.py:16`",
        "Cite what is there, or say that it was deleted.",
    ),
    "DOC002": Explanation(
        "The cited line exists and says something else.",
        "`shop/bridge.py:16`: `import store`",
        "Correct the line or the quotation.",
    ),
    "DOC003": Explanation(
        "The quoted traceback cannot come from this tree: a file or line in it is not there.",
        'File "shop/store.py", line 16',
        "Run it again and quote what happens.",
    ),
    "DOC004": Explanation(
        "The quoted command starts a script or module that does not exist.",
        "./tools/train.py",
        "Give the command that works.",
    ),
    "DOC005": Explanation(
        "A count in the document does not agree with the tree or with the document's own list.",
        "9 active files",
        "Correct the number.",
    ),
    "DOC006": Explanation(
        "Two statements cannot both be right, or an earlier document of the series had claimed the same as done.",
        "- CheckpointManager is exactly 50 lines\n...\n- CheckpointManager (165 lines)",
        "Find out which is right, and correct the other.",
    ),
    "DOC007": Explanation(
        "A report that the audit wrote does not say what its record says: it was edited, or the record was.",
        "| Every import contract is kept. | … | ✅ verified |",
        "Write it again with audit report, or judge anew with audit verify --phase.",
    ),
    "TST001": Explanation(
        "The test passes whatever the code does, because it asserts nothing.",
        "def test_load():\n    Store().load('a')",
        "Assert what the call must return or change.",
    ),
    "TST002": Explanation(
        "The test exercises only code that its own file defines: it says nothing of the repository.",
        "class Cache: ...\ndef test_cache():\n    assert Cache().get('a') is None",
        "Test the code that is shipped.",
    ),
    "RUN001": Explanation(
        "The module was imported in a process of its own and failed.",
        "ModuleNotFoundError: No module named 'shop.store'",
        "Follow the chain to the root cause and mend that.",
    ),
    "RUN002": Explanation(
        "The named tests were run and some failed.",
        "tests/test_store.py::test_load",
        "Mend the code, or the claim.",
    ),
    "RUN003": Explanation(
        "The tests prove less than at the base: some are gone, skipped or left out, or a check became looser.",
        "test_load: assert close(x, 1, atol=1e-06) -> assert close(x, 1, atol=0.1)",
        "Bring the tests back, or say why they went.",
    ),
    "RUN004": Explanation(
        "A stage of the smoke failed; the stages after it are blocked.",
        "train passed, checkpoint failed, resume blocked",
        "Run `audit smoke SCENARIO` and read the stage's evidence.",
    ),
    "CLM001": Explanation(
        "The claim was held against the repository and is not so.",
        '"All import errors resolved": 5 of 14 modules do not import',
        "Mend the code or withdraw the claim; the report names the command that shows it.",
    ),
    "SUP001": Explanation(
        "A comment accepts a finding that is not there, or names no code or no reason, so that it hides nothing now "
        "and might hide something else later.",
        "import shop.bridge  # audit: ignore[REF001] made by the installer",
        "Take the comment off, or write it as audit: ignore[CODE] reason.",
    ),
}
