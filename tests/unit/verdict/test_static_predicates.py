"""Each predicate that only looks: where it holds, where it is refuted, and where it cannot be told."""

from __future__ import annotations

from typing import ClassVar

import msgspec
import pytest

from audit.model.findings import ContractResult, Link, Site, Skipped
from audit.model.predicates import Absent, Bound, Contract, Count, Exists, Signature, Size, Unreferenced, Uses
from audit.model.shapes import Chain
from audit.model.verdicts import Judgement
from audit.verdict.judge import judge_predicate

FILES = {"shop/__init__.py": "", "shop/store.py": "a\nb\nc\n", "shop/trainer.py": "x", "docs/logo.png": None}


@pytest.fixture
def judge(tree):
    """Judges a predicate on a small shop."""

    def judged(predicate, **known) -> Judgement:
        return judge_predicate(predicate, tree(known.pop("files", FILES), **known), None, "")

    return judged


def said(judgement: Judgement) -> tuple[str, str]:
    return judgement.verdict, judgement.reason


class TestExistsAndAbsent:
    @pytest.mark.parametrize("name", ["shop/store.py", "shop", "shop.store", "docs/logo.png"])
    def test_a_path_a_folder_and_a_module_are_found(self, judge, name) -> None:
        assert said(judge(Exists(names=(name,)))) == ("verified", f"{name} is in the tree")
        assert said(judge(Absent(names=(name,)))) == ("refuted", f"{name} is in the tree")

    def test_a_symbol_is_found_with_its_line(self, judge, function) -> None:
        judgement = judge(Exists(names=("shop.store.load",)), definitions=[function("shop.store", "load")])

        assert judgement.verdict == "verified"
        assert (judgement.evidence[0].path, judgement.evidence[0].line) == ("shop/store.py", 3)

    @pytest.mark.parametrize("name", ["shop/bridge.py", "shop.bridge", "shop.store.save"])
    def test_what_is_not_there_is_absent(self, judge, name) -> None:
        assert said(judge(Absent(names=(name,)))) == ("verified", f"{name} is not in the tree")
        assert said(judge(Exists(names=(name,)))) == ("refuted", f"{name} is not in the tree")

    def test_the_commit_that_removed_a_file_is_evidence(self, judge) -> None:
        judgement = judge(Absent(names=("shop/bridge.py",)), retired=["shop/bridge.py"])

        assert judgement.evidence[0].summary == (
            "shop/bridge.py was removed in 0123456789 (2025-08-27): Delete the store"
        )

    def test_some_of_several_names_hold_only_partly(self, judge) -> None:
        judgement = judge(Absent(names=("shop/bridge.py", "shop/store.py")))

        assert said(judgement) == ("partly", "1 of 2 hold; shop/store.py is in the tree")
        assert judgement.coverage == "2 names looked up"

    def test_a_name_of_somebody_elses_package_cannot_be_told(self, judge) -> None:
        for predicate in (Exists(names=("torch.nn.Linear",)), Absent(names=("torch.nn.Linear",))):
            assert said(judge(predicate)) == (
                "unverified",
                "torch.nn.Linear cannot be told: no module of the tree is called torch; it belongs to others",
            )

    def test_a_name_with_several_meanings_cannot_be_told(self, judge, function) -> None:
        alike = [function("shop.store", "Policy.load"), function("shop.trainer", "Policy.load")]

        assert said(judge(Absent(names=("Policy.load",)), definitions=alike)) == (
            "unverified",
            "Policy.load cannot be told: 2 definitions end in Policy.load; say which",
        )


class TestUnreferenced:
    def test_nothing_names_it(self, judge) -> None:
        judgement = judge(Unreferenced(names=("shop.bridge",)))

        assert said(judgement) == ("verified", "nothing names shop.bridge")
        assert judgement.coverage == "3 modules in 5 files searched"

    def test_every_place_that_names_it_is_evidence(self, judge, dangling) -> None:
        findings = [dangling("shop.trainer", "shop.bridge", 4), dangling("shop", "shop.bridge", 9)]
        judgement = judge(Unreferenced(names=("shop.bridge",)), findings=findings)

        assert said(judgement) == ("refuted", "shop.bridge is still named in 2 places")
        assert [(each.path, each.line) for each in judgement.evidence] == [("shop/trainer.py", 4), ("shop.py", 9)]
        assert judgement.findings == tuple(finding.fingerprint for finding in findings)

    def test_a_file_that_could_not_be_read_might_name_it(self, judge) -> None:
        skipped = [Skipped("shop/odd.py", "does not parse", incomplete=True)]

        assert said(judge(Unreferenced(names=("shop.bridge",)), skipped=skipped)) == (
            "unverified",
            "no reference was found, but 1 file could not be read",
        )


class TestUses:
    FILES: ClassVar = {
        "shop/use.py": "import shop.store\nfrom shop.old import Store as Kept\n\nKept(load)\n",
        "bad.py": "def",
    }

    @pytest.mark.parametrize(
        ("predicate", "verdict", "reason"),
        [
            (Uses(path="shop/use.py", imports=("Store",)), "verified", "shop/use.py imports Store"),
            (Uses(path="shop/use.py", names=("load",)), "verified", "shop/use.py uses load"),
            (Uses(path="shop/use.py", imports=("load",)), "refuted", "shop/use.py does not import load"),
            (Uses(path="shop/use.py", imports=("Store", "Shelf")), "refuted", "shop/use.py does not import Shelf"),
            (Uses(path="shop/use.py", names=("save",)), "refuted", "shop/use.py does not use save"),
            (Uses(path="shop/gone.py", names=("save",)), "refuted", "shop/gone.py is not in the tree"),
        ],
    )
    def test_names_and_imports_are_looked_for(self, judge, predicate, verdict, reason) -> None:
        assert said(judge(predicate, files=self.FILES)) == (verdict, reason)

    def test_a_file_that_does_not_parse_cannot_be_told(self, judge) -> None:
        assert judge(Uses(path="bad.py", names=("load",)), files=self.FILES).verdict == "unverified"


class TestChain:
    FILES: ClassVar = {
        "src/shop/__init__.py": "from .a import f\n",
        "src/shop/a.py": "def f():\n    from shop import b\n",
        "src/shop/b.py": "import os\nfrom . import c\nfrom .deep import e\n",
        "src/shop/c.py": "import shop.gone, shop.deep.e\n",
        "src/shop/deep/__init__.py": "from ..c import load\n",
        "src/shop/deep/e.py": "from .. import b\nfrom other.shop import a\n",
        "src/shop/bad.py": "def",
    }

    @pytest.fixture
    def chained(self, tree):
        known = tree(self.FILES, retired=["shop.gone"])
        known.module_path = lambda name: type(known).module_path(known, f"src.{name}")

        def judged(*links: str) -> tuple[str, str]:
            return said(judge_predicate(Chain(links=links), known, None, ""))

        return judged

    @pytest.mark.parametrize(
        ("links", "verdict", "reason"),
        [
            (("shop.a", "shop.b"), "verified", "every link holds: shop.a -> shop.b (src/shop/a.py:2)"),
            (("shop", "shop.a"), "verified", "every link holds: shop -> shop.a (src/shop/__init__.py:1)"),
            (("shop.b", "shop.c"), "verified", "every link holds: shop.b -> shop.c (src/shop/b.py:2)"),
            (("shop.b", "shop.deep"), "verified", "every link holds: shop.b -> shop.deep (src/shop/b.py:3)"),
            (
                ("shop.deep", "shop.c"),
                "verified",
                "every link holds: shop.deep -> shop.c (src/shop/deep/__init__.py:1)",
            ),
            (("shop.deep.e", "shop.b"), "verified", "every link holds: shop.deep.e -> shop.b (src/shop/deep/e.py:1)"),
            (
                ("shop.b", "shop.c", "shop.gone"),
                "verified",
                "every link holds (src/shop/b.py:2, src/shop/c.py:1), and the last import fails: there is no shop.gone",
            ),
            (
                ("shop.deep.e", "shop.a"),
                "refuted",
                "the chain breaks at shop.deep.e: it does not import shop.a, nor anything that does",
            ),
            (("shop.gone", "shop.a"), "refuted", "the chain breaks at shop.gone, which is not in the tree"),
            (("shop.bad", "shop.a"), "unverified", "src/shop/bad.py cannot be read, so what it imports is open"),
        ],
    )
    def test_each_link_is_an_import(self, chained, links, verdict, reason) -> None:
        assert chained(*links) == (verdict, reason)


class TestSignature:
    def test_parameters_are_compared_without_self_and_in_order(self, judge, function) -> None:
        definitions = [function("shop.store", "Store.get", "self", "path", "epoch", "*rest", "**options")]
        exact = Signature(callable="shop.store.Store.get", parameters=("path", "epoch", "*rest", "**options"))
        swapped = Signature(callable="shop.store.Store.get", parameters=("epoch", "path"))

        assert said(judge(exact, definitions=definitions)) == (
            "verified",
            "`Store.get(path, epoch, *rest, **options)`",
        )
        assert said(judge(swapped, definitions=definitions)) == (
            "refuted",
            "`Store.get(path, epoch, *rest, **options)`: not exactly (epoch, path)",
        )

    def test_names_that_it_has_and_lacks(self, judge, function) -> None:
        definitions = [function("shop.store", "get", "policy_record", "metric")]
        judgement = judge(
            Signature(callable="store.get", has=("epoch",), lacks=("policy_record",)), definitions=definitions
        )

        assert said(judgement) == (
            "refuted",
            "`get(policy_record, metric)`: it lacks epoch; it still takes policy_record",
        )

    def test_a_class_takes_what_its_constructor_takes(self, judge, function) -> None:
        definitions = [
            function("shop.store", "Store", kind="class"),
            function("shop.store", "Store.__init__", "self", "path"),
        ]

        assert judge(Signature(callable="shop.store.Store", has=("path",)), definitions=definitions).verdict == (
            "verified"
        )

    def test_a_callable_that_was_removed_takes_nothing(self, judge) -> None:
        judgement = judge(Signature(callable="shop.store.get", has=("a",)), retired=["shop.store.get"])

        assert said(judgement) == ("refuted", "shop.store.get no longer exists")

    @pytest.mark.parametrize(
        ("name", "reason"),
        [
            ("torch.load", "torch.load is not defined in this tree"),
            ("shop.store.LIMIT", "shop.store.LIMIT is a variable; its parameters cannot be read"),
            ("load", "2 definitions end in load; say which"),
        ],
    )
    def test_what_has_no_one_definition_with_parameters_cannot_be_told(self, judge, function, name, reason) -> None:
        definitions = [
            function("shop.store", "LIMIT", kind="variable"),
            function("shop.store", "A.load", "self"),
            function("shop.store", "B.load", "self"),
        ]

        assert said(judge(Signature(callable=name, has=("a",)), definitions=definitions)) == ("unverified", reason)


class TestContract:
    KEPT = ContractResult(name="Layers", type="layers", outcome="kept", modules_examined=7)
    BROKEN = ContractResult(
        name="No store",
        type="forbidden",
        outcome="broken",
        modules_examined=7,
        chains=((Link("shop.trainer", "shop.store", Site("shop/trainer.py", 4)),),),
    )
    INVALID = ContractResult(name="Old", type="layers", outcome="invalid", message="shop.bridge does not exist")

    def test_kept(self, judge) -> None:
        judgement = judge(Contract(), contracts=[self.KEPT])

        assert (*said(judgement), judgement.coverage) == ("verified", "kept: all 1", "1 contract over 7 modules")

    def test_broken_shows_the_chain(self, judge) -> None:
        judgement = judge(Contract(names=("No store",)), contracts=[self.KEPT, self.BROKEN])

        assert said(judgement) == ("refuted", "broken: No store")
        assert judgement.evidence[0].summary == "No store: shop.trainer -> shop.store"
        assert (judgement.evidence[0].path, judgement.evidence[0].line) == ("shop/trainer.py", 4)

    def test_some_broken_holds_partly(self, judge) -> None:
        assert judge(Contract(), contracts=[self.KEPT, self.BROKEN]).verdict == "partly"

    def test_invalid_could_not_be_checked(self, judge) -> None:
        assert said(judge(Contract(), contracts=[self.KEPT, self.INVALID])) == (
            "error",
            "invalid, so not checked: Old",
        )

    def test_a_contract_that_is_not_there(self, judge) -> None:
        assert said(judge(Contract(names=("Layer",)), contracts=[self.KEPT])) == (
            "error",
            "there is no import contract 'Layer', did you mean 'Layers'?",
        )

    def test_nothing_examined_is_never_a_pass(self, judge) -> None:
        empty = ContractResult(name="Layers", type="layers", outcome="kept", modules_examined=0)

        assert judge(Contract()).verdict == "unverified"
        assert judge(Contract(), contracts=[empty]).verdict == "unverified"


class TestSizeAndCount:
    def test_lines_of_a_file(self, judge) -> None:
        assert said(judge(Size(path="shop/store.py", lines=Bound(3, 3)))) == ("verified", "shop/store.py has 3 lines")
        assert said(judge(Size(path="shop/store.py", lines=Bound(None, 2)))) == (
            "refuted",
            "shop/store.py has 3 lines, not at most 2",
        )

    def test_a_missing_file_has_no_size_and_a_picture_no_lines(self, judge) -> None:
        assert judge(Size(path="shop/gone.py", lines=Bound(1))).verdict == "refuted"
        assert judge(Size(path="docs/logo.png", lines=Bound(1))).verdict == "unverified"

    @pytest.mark.parametrize(
        ("glob", "most", "verdict", "reason"),
        [
            ("shop/**/*.py", 3, "verified", "3 files with at most 3 lines each"),
            ("shop/*.py", 2, "refuted", "shop/store.py has 3 lines, not at most 2 (1 of 3 files)"),
            ("docs/*", 2, "unverified", "no text file matches docs/*, so nothing was examined"),
        ],
    )
    def test_lines_of_every_file_that_matches(self, judge, glob, most, verdict, reason) -> None:
        assert said(judge(Size(path=glob, lines=Bound(most=most)))) == (verdict, reason)

    @pytest.mark.parametrize(("glob", "number"), [("shop/*.py", 3), ("**/*.py", 3), ("*.py", 0), ("docs/**", 1)])
    def test_files_are_counted_by_glob(self, judge, glob, number) -> None:
        exactly, more = Bound(number, number), Bound(number + 1)

        assert judge(Count(expected=exactly, files=glob)).verdict == "verified"
        assert judge(Count(expected=more, files=glob)).verdict == "refuted"

    def test_modules_and_findings_are_counted(self, judge, dangling) -> None:
        findings = [dangling("shop.trainer", "shop.bridge")]

        assert judge(Count(expected=Bound(3, 3), modules="shop")).verdict == "verified"
        assert judge(Count(expected=Bound(0, 0), findings=("REF001",)), findings=findings).verdict == "refuted"

    @pytest.mark.parametrize(
        ("narrowed", "number"),
        [({}, 3), ({"new": True}, 1), ({"new": False}, 1), ({"within": "shop/*"}, 3), ({"within": "shop/store.py"}, 0)],
    )
    def test_findings_are_counted_by_age_and_place(self, judge, dangling, narrowed, number) -> None:
        found = [
            msgspec.structs.replace(dangling("shop.trainer", "shop.bridge"), new=new) for new in (True, False, None)
        ]
        counted = Count(expected=Bound(number, number), findings=("REF001",), **narrowed)
        assert judge(counted, findings=found, base=FILES).verdict == "verified"

    def test_findings_in_no_file_are_never_a_pass(self, judge) -> None:
        predicate = Count(expected=Bound(0, 0), findings=("REF001",), within="shpo/**")

        assert said(judge(predicate)) == ("unverified", "no file fits shpo/**, so nothing was examined")

    def test_an_empty_tree_has_nothing_to_count(self, judge) -> None:
        assert judge(Count(expected=Bound(0, 0), modules="shop"), files={}).verdict == "unverified"
