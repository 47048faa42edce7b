"""Citations, entry points of commands, names that a file lacks, and bare names that nothing uses any more."""

from __future__ import annotations

import pytest

from audit.model.predicates import AnyPredicate, Cited, Entry, Exists, Lacks, Unreferenced
from audit.verdict.judge import judge_predicate

FILES = {
    "shop/store.py": (
        "import os\n"
        "from shop.gone import Record as R, Other\n"
        "\n"
        "\n"
        "def load(path: str) -> 'Record':\n"
        "    # Record\n"
        "    return Other(path)\n"
    ),
    "tools/train.py": "",
    "shop/__init__.py": "",
    "shop/bad.py": "def Broken(:\n",
    "shop/plain.py": "import shop.gone\n",
    "logo.md": None,
}


@pytest.mark.parametrize(
    ("predicate", "verdict", "reason"),
    [
        (Cited(path="shop/store.py"), "verified", "shop/store.py is in the tree; no line was compared"),
        (Cited(path="shop/store.py", first=7), "verified", "shop/store.py has line 7; what it says was not compared"),
        (Cited(path="shop/store.py", first=1, says="import os"), "verified", "line 1 of shop/store.py says so"),
        (
            Cited(path="shop/store.py", first=4, last=5, says='def load( path: str ) -> "Record":'),
            "verified",
            "line 4 of shop/store.py says so",
        ),
        (
            Cited(path="shop/store.py", first=3, says="import os"),
            "partly",
            "line 3 of shop/store.py does not say so, line 1 does",
        ),
        (Cited(path="shop/store.py", first=1, says="import re"), "refuted", "no line of shop/store.py says so"),
        (Cited(path="shop/store.py", first=2, last=9), "refuted", "shop/store.py has 7 lines, so no line 9"),
        (Cited(path="shop/old.py", first=16), "refuted", "shop/old.py is not in the tree"),
        (Cited(path="logo.md", first=1), "unverified", "logo.md is not text, so it has no lines"),
        (Entry(run=("uv", "run", "./tools/train.py", "a=b")), "verified", "tools/train.py is in the tree"),
        (Entry(run=("python", "-u", "tools/train.py")), "verified", "tools/train.py is in the tree"),
        (Entry(run=("python", "-m", "shop.store")), "verified", "module shop.store is in the tree"),
        (Entry(run=("./tools/run.py",)), "refuted", "its entry point tools/run.py is not in the tree"),
        (Entry(run=("python", "-m", "shop.old")), "refuted", "its entry module shop.old does not exist"),
        (Entry(run=("python", "-m", "http.server")), "unverified", "it starts no script or module of this tree"),
        (Entry(run=("python", "../../etc/x.py")), "unverified", "it starts no script or module of this tree"),
        (Entry(run=("/bin/x.py",)), "unverified", "it starts no script or module of this tree"),
        (Lacks(path="shop/store.py", imports=("Policy",)), "verified", "shop/store.py no longer imports Policy"),
        (Lacks(path="shop/store.py", imports=("Record",)), "refuted", "shop/store.py still imports Record"),
        (Lacks(path="shop/plain.py", imports=("gone",)), "refuted", "shop/plain.py still imports gone"),
        (Lacks(path="shop/plain.py", imports=("shop.gone",)), "refuted", "shop/plain.py still imports shop.gone"),
        (Lacks(path="shop/store.py", names=("Other",)), "refuted", "shop/store.py still uses Other"),
        (
            Lacks(path="shop/old.py", names=("Other",)),
            "unverified",
            "shop/old.py is not in the tree, so it cannot be told what it lacks",
        ),
        (Unreferenced(names=("Other",)), "refuted", "Other is still used in 2 places of 1 file"),
        (Unreferenced(names=("Policy",)), "verified", "no code names Policy"),
        (Unreferenced(names=("Broken",)), "unverified", "no use was found, but shop/bad.py does not parse"),
    ],
)
def test_what_a_document_says_of_files_lines_and_names(tree, predicate: AnyPredicate, verdict, reason) -> None:
    judgement = judge_predicate(predicate, tree(FILES), None, "")

    assert (judgement.verdict, judgement.reason) == (verdict, reason)


def test_each_use_that_is_left_is_shown(tree) -> None:
    judgement = judge_predicate(Unreferenced(names=("Record",)), tree(FILES), None, "")

    assert (judgement.verdict, judgement.coverage) == ("refuted", "the code of 5 Python files searched")
    assert [(each.path, each.line) for each in judgement.evidence] == [("shop/store.py", 2)]


def test_a_file_that_is_not_there_is_told_with_what_may_be_meant_instead(tree, root) -> None:
    codebase = tree(
        {"lib/shop/store.py": "import os\n\nfrom shop.proxy import Proxy\n", "lib/train.py": "", "shop/a.py": ""},
        retired=["src/shop/proxy.py"],
        roots=[root("shop.a", "shop.proxy")],
        base={"shop/a.py": "", "shop/table.py": ""},
    )
    cited = Cited(path="src/shop/proxy.py", first=3, says="from shop.proxy  import Proxy")
    judgements = [
        judge_predicate(each, codebase, None, "")
        for each in (cited, Entry(run=("python", "tools/train.py")), Exists(names=("shop/table.py",)))
    ]

    assert [each.verdict for each in judgements] == ["refuted"] * 3
    assert [[f"{each.path or ''}:{each.line or ''} {each.summary}" for each in one.evidence] for one in judgements] == [
        [
            ": src/shop/proxy.py was removed in 0123456789 (2025-08-27): Delete the store",
            "lib/shop/store.py:3 here it says `from shop.proxy  import Proxy`",
            ": shop.proxy: shop.a (shop/a.py:1) -> shop.proxy",
        ],
        [": tools/train.py is not in the base c0ffee either", "lib/train.py: a file of the same name"],
        [": shop/table.py is in the base c0ffee"],
    ]
    assert [each.roots for each in judgements] == [("shop.proxy",), (), ()]
