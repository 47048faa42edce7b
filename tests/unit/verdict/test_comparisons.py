"""Predicates that measure a number or compare two commits: where they hold, where not, where it cannot be told."""

from __future__ import annotations

import msgspec
import pytest

from audit.model.bounds import Bound, Comparison
from audit.model.comparisons import LinesChanged, Metric, RedGreen, SameOutput, Unchanged
from audit.model.evidence import FailedTest, MetricReading, RedGreenRun, Run, TestRun, TwoRuns
from audit.model.predicates import Count
from audit.model.verdicts import Judgement
from audit.verdict.judge import judge_predicate

STORE = 'def load(path, epoch=0):\n    """Load."""\n    return path\n\n\nclass Store:\n    def save(self): ...\n'
STATS = (
    '{"mean": 0.85, "scores": [1, 2, 6], "bad": NaN, "worst": Infinity, "name": "done", "ok": true, '
    '"by run": {"a.b": 4}}'
)
FILES = {"shop/__init__.py": "", "shop/store.py": STORE, "out/stats.json": STATS, "logo.png": None}


@pytest.fixture
def judge(tree):
    """Judges a predicate on a small shop; ``saw`` is what a probe saw."""

    def judged(predicate, saw=None, **known) -> Judgement:
        return judge_predicate(predicate, tree(known.pop("files", FILES), **known), saw, "it was not run")

    return judged


def said(judgement: Judgement) -> tuple[str, str]:
    return judgement.verdict, judgement.reason


def compared(text: str) -> Comparison:
    operator, value = text.split()
    return Comparison(operator=operator, value=float(value))


class TestMetric:
    @pytest.mark.parametrize(
        ("path", "take", "expected", "answer"),
        [
            ("mean", None, ">= 0.8", ("verified", "it is 0.85")),
            ("$.mean", None, "== 0.85", ("verified", "it is 0.85")),
            ("mean", None, "> 0.85", ("refuted", "it is 0.85, not > 0.85")),
            ("scores[-1]", None, "== 6", ("verified", "it is 6")),
            ("scores[*]", "mean", "== 3", ("verified", "the mean of 3 values is 3")),
            ("scores[*]", "all", "< 6", ("refuted", "1 of 3 values: 6, not < 6.0")),
            ("scores[*]", "max", "<= 6", ("verified", "the max of 3 values is 6")),
            ("['by run']['a.b']", None, "!= 5", ("verified", "it is 4")),
            ("bad", None, "!= 1", ("refuted", "it is nan, not != 1.0; NaN is never as expected")),
            ("bad", None, "== nan", ("refuted", "it is nan, not nan; NaN is never as expected")),
            ("worst", None, "> 1", ("verified", "it is inf")),
            (
                "gone",
                None,
                "== 1",
                ("error", "there is no gone at $; there are mean, scores, bad, worst, name and 2 more"),
            ),
            ("scores[7]", None, "== 1", ("error", "there is no [7] at $scores")),
            ("mean.deep", None, "== 1", ("error", "there is no deep at $mean")),
            ("scores", None, "== 1", ("error", "scores is a list, and no number")),
            (
                "scores[*]",
                None,
                "== 1",
                ("error", "there are 3 values; say which with 'take' (last, first, all, mean, min, max)"),
            ),
            ("name", None, "== 1", ("refuted", "it is 'done', not 1.0")),
            ("ok", None, "== 1", ("refuted", "it is True, not 1.0")),
        ],
    )
    def test_a_number_in_json_is_compared(self, judge, path, take, expected, answer) -> None:
        assert said(judge(Metric(file="out/stats.json", json=path, take=take, expected=compared(expected)))) == answer

    @pytest.mark.parametrize(("value", "holds"), [(1.0, True), (1.05, True), (0.95, True), (1.06, False), (0.9, False)])
    def test_a_tolerance_is_absolute_or_relative_whichever_is_wider(self, value, holds) -> None:
        near = Comparison(operator="==", value=1, absolute=0.01, relative=0.05)

        assert near.admits(value) is holds

    def test_texts_and_truths_are_equal_or_not(self) -> None:
        assert Comparison(operator="==", value="done").admits("done")
        assert not Comparison(operator="==", value=True).admits(1)
        assert not Comparison(operator="!=", value=1.0).admits("done")

    def test_a_log_gives_the_group_of_each_line(self, judge) -> None:
        log = {"train.log": "step 1 reward=0.5\nstep 2 reward=1,000\n"}
        last = Metric(file="train.log", log="reward=([0-9.,]+)", take="last", expected=compared(">= 900"))
        none = Metric(file="train.log", log="loss=(.*)", expected=compared("== 0"))
        words = Metric(file="train.log", log="(step) 1", expected=compared("== 0"))

        assert said(judge(last, files=log)) == ("verified", "the last of 2 values is 1000")
        assert said(judge(none, files=log)) == ("error", "no line matches /loss=(.*)/")
        assert said(judge(words, files=log)) == ("error", "the log says 'step' where a number should be")

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("", "s.json is empty"),
            ("{", "s.json is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
            (None, "there is no text file s.json in the tree, so nothing can be measured"),
        ],
    )
    def test_a_damaged_file_is_an_error_and_no_refutation(self, judge, text, reason) -> None:
        judgement = judge(Metric(file="s.json", json="x", expected=compared("== 1")), files={"s.json": text})

        assert said(judgement) == ("error", reason)

    def test_each_line_of_json_lines_is_a_document(self, judge) -> None:
        lines = {"s.jsonl": '{"x": 1}\n{"x": 5}\n'}
        metric = Metric(file="s.jsonl", json="x", take="last", expected=compared("== 5"))

        assert said(judge(metric, files=lines)) == ("verified", "the last of 2 values is 5")

    def test_rows_of_a_database(self, judge) -> None:
        metric = Metric(file="s.db", sql="select x from t", expected=compared("== 5"))

        assert said(judge(metric, MetricReading(rows=(5,)))) == ("verified", "it is 5")
        assert said(judge(metric, MetricReading(rows=()))) == ("error", "the query selects no row")
        assert said(judge(metric, MetricReading(rows=(None,)))) == ("error", "the query selects nothing, and no number")
        assert said(judge(metric, MetricReading(problem="no such table"))) == ("error", "no such table")

    def test_what_was_not_run_and_what_failed_cannot_be_told(self, judge) -> None:
        metric = Metric(run=("make", "eval"), json="x", expected=compared("== 5"))
        failed = MetricReading(run=Run(command=("make", "eval"), exit=2))

        assert said(judge(metric)) == ("unverified", "it was not run")
        assert said(judge(metric, failed)) == ("unverified", "could not be measured: the command exited 2")


class TestUnchanged:
    @pytest.mark.parametrize(
        ("mode", "now", "verdict"),
        [
            ("bytes", STORE + "\n", "refuted"),
            ("code", STORE.replace("Load.", "Read.").replace("return path", "return (path)  # same"), "verified"),
            ("code", STORE.replace("return path", "return epoch"), "refuted"),
            ("signature", STORE.replace("return path", "return epoch"), "verified"),
            ("signature", STORE.replace("epoch=0", "epoch=1"), "refuted"),
            ("signature", STORE.replace("save(self)", "save(self, x)"), "refuted"),
        ],
    )
    def test_a_file_is_compared_by_what_matters(self, judge, mode, now, verdict) -> None:
        predicate = Unchanged(paths=("shop",), mode=mode)

        assert judge(predicate, files=FILES | {"shop/store.py": now}, base=FILES).verdict == verdict

    def test_what_changed_is_named_with_its_line(self, judge) -> None:
        now = FILES | {"shop/store.py": STORE.replace("epoch=0", "epoch"), "shop/fresh.py": ""}
        judgement = judge(Unchanged(paths=("shop/*.py",), mode="signature"), files=now, base=FILES)

        assert [(each.path, each.line, each.summary) for each in judgement.evidence] == [
            ("shop/fresh.py", None, "shop/fresh.py is new"),
            ("shop/store.py", 1, "load: (path, epoch=0) -> (path, epoch)"),
        ]

    @pytest.mark.parametrize("mode", ["code", "signature"])
    def test_a_symbol_is_compared_alone(self, judge, function, mode) -> None:
        now = FILES | {"shop/store.py": "import os\n\n\n" + STORE.replace("def save(self): ...", "x = 1")}
        known = {"definitions": [function("shop.store", "load"), function("shop.store", "Store", kind="class")]}

        def judged(symbol):
            return judge(Unchanged(symbols=(symbol,), mode=mode), files=now, base=FILES, **known)

        assert said(judged("shop.store.load")) == ("verified", "1 thing as at c0ffee")
        assert judged("shop.store.Store").verdict == "refuted"
        assert said(judged("shop.store.Store.save")) == (
            "refuted",
            "changed since c0ffee: shop.store.Store.save is gone",
        )
        assert said(judged("shop.store.never")) == (
            "unverified",
            "shop.store.never is neither in the tree nor at the base",
        )

    def test_nothing_matched_and_no_base_are_never_a_pass(self, judge) -> None:
        assert said(judge(Unchanged(paths=("nope/**",)), base=FILES)) == (
            "unverified",
            "nothing matches nope/**, neither now nor at the base",
        )
        assert said(judge(Unchanged(), base=FILES)) == ("unverified", "nothing was compared")
        assert said(judge(Unchanged(paths=("shop",)))) == ("unverified", "there is no base")
        assert said(judge(Unchanged(paths=("shop",), base="v9"))) == ("error", "no such commit: v9")

    def test_the_output_of_a_command_is_compared(self, judge) -> None:
        def ran(text, exit_status=0):
            return Run(command=("list",), exit=exit_status, stdout=text)

        def judged(before, after):
            return said(judge(SameOutput(run=("list",)), TwoRuns(before=before, after=after), base=FILES))

        assert judged(ran("a\n"), ran("a\n")) == ("verified", "it prints the same")
        assert judged(ran("a\n"), ran("b\n")) == ("refuted", "it prints other lines now (2 differ)")
        assert judged(ran("a\n"), ran("", 3)) == ("refuted", "at the base it exited 0, now it exited 3")
        assert judged(ran("", 3), ran("", 3))[0] == "unverified"
        missing = Run(command=("list",), exit=1, stderr="ModuleNotFoundError: No module named 'torch'\n")
        excused = ("unverified", "could not be checked here: torch is not installed")
        assert judged(ran("a\n"), missing) == excused
        assert judged(missing, ran("a\n")) == excused
        endless = Run(command=("list",), exit=None, signal=15, timed_out=True, limit=9)
        assert judged(ran("a\n"), endless) == ("unverified", "could not be compared: it did not end within 9 s")
        assert judged(endless, ran("a\n")) == ("unverified", "could not be compared: it did not end within 9 s")
        assert judged(ran(""), ran("")) == ("unverified", "it prints nothing, neither at the base nor now")


class TestAmounts:
    def test_lines_that_came_and_went(self, judge) -> None:
        now = FILES | {"shop/store.py": STORE.replace('    """Load."""\n', ""), "shop/fresh.py": "a\nb\n"}

        def judged(**said_of):
            return said(judge(LinesChanged(**said_of), files=now, base=FILES))

        assert judged(removed=Bound(1, 1)) == ("verified", "2 lines added and 1 removed since c0ffee")
        assert judged(paths=("shop/store.py",), added=Bound(1)) == (
            "refuted",
            "0 lines added and 1 removed since c0ffee, not at least 1 added",
        )
        assert judged(paths=("nope",), added=Bound(0, 0))[0] == "unverified"

    def test_what_can_be_counted(self, judge, dangling) -> None:
        files = {"shop/a.py": "old\nolder old\n", "tests/test_a.py": "def test_a(): ...\n", "b.yaml": "old"}
        found = [dangling("shop.a", "shop.gone")]

        def judged(**asked):
            return said(judge(Count(**asked), files=files, findings=found))

        assert judged(occurrences=r"\bold\b", expected=Bound(2, 2))[0] == "verified"
        assert judged(occurrences="old", within="*.yaml", expected=Bound(1, 1))[0] == "verified"
        assert judged(occurrences="old", within="*.toml", expected=Bound(0, 0)) == (
            "unverified",
            "no text file fits *.toml",
        )
        assert judged(tests="tests", expected=Bound(1)) == ("verified", "1 test function, as expected (at least 1)")
        assert judged(tests="spec", expected=Bound(0, 0)) == ("unverified", "nothing was examined")
        assert judged(findings=("REF001",), within="shop", expected=Bound(1, 1))[0] == "verified"
        assert judged(findings=("REF001",), within="tests", expected=Bound(1, 1))[0] == "refuted"
        assert judged(findings=("REF001",), new=True, expected=Bound(0, 0))[0] == "unverified"


TEST = "tests/test_a.py::test_a"


def outcome(outcome: str, message: str = "", node: str = TEST) -> TestRun:
    """A finished run of one test."""
    failed = (FailedTest(node=node, outcome=outcome, message=message),) if outcome in ("failed", "error") else ()
    return TestRun(
        run=Run(command=("pytest",), exit=bool(failed)),
        finished=True,
        passed=int(outcome == "passed"),
        failed=int(outcome == "failed"),
        errors=int(outcome == "error"),
        skipped=int(outcome == "skipped"),
        collected=int(outcome != "error"),
        failures=failed,
        files={"tests/test_a.py": 1},
        outcomes={} if outcome == "error" else {node: outcome},
    )


class TestRedGreen:
    @pytest.mark.parametrize(
        ("before", "because", "answer"),
        [
            (outcome("failed", "assert 1 == 2"), "", ("verified", "1 test failed at the base, and passes now")),
            (
                outcome("failed", "assert 1 == 2"),
                r"1 == \d",
                ("verified", "1 test failed at the base, each with '1 == \\\\d', and passes now"),
            ),
            (
                outcome("failed", "assert 1 == 2"),
                "KeyError",
                ("refuted", f"at the base {TEST} failed for another reason: assert 1 == 2"),
            ),
            (
                outcome("failed", "f(x"),
                "f(x",
                ("verified", "1 test failed at the base, each with 'f(x', and passes now"),
            ),
            (outcome("passed"), "", ("refuted", f"1 test of 1 passed at the base already: {TEST}")),
            (outcome("skipped"), "", ("unverified", f"at the base {TEST} was skipped, so nothing failed")),
            (
                outcome("error", "E   ImportError: x", "tests/test_a.py"),
                "",
                (
                    "unverified",
                    (
                        f"at the base {TEST} was not run, because it could not be collected or set up "
                        "(ImportError: x); say 'because'"
                    ),
                ),
            ),
            (
                outcome("error", "E   ImportError: x", "tests/test_a.py"),
                "ImportError: x",
                ("verified", "1 test failed at the base, each with 'ImportError: x', and passes now"),
            ),
            (
                outcome("error", "E   SyntaxError: y", "tests/test_a.py"),
                "ImportError: x",
                ("refuted", f"at the base {TEST} failed for another reason: SyntaxError: y"),
            ),
        ],
    )
    def test_red_at_the_base_for_the_stated_reason(self, judge, before, because, answer) -> None:
        both = RedGreenRun(before=before, after=outcome("passed"), laid_over=())
        predicate = RedGreen(tests=("tests/test_a.py",), because=because)

        assert said(judge(predicate, both, files={"tests/test_a.py": ""}, base={})) == answer

    @pytest.mark.parametrize(
        ("failure", "want"),
        [
            (FailedTest(node=TEST, outcome="failed", message="x", missing="torch"), "torch is not installed"),
            (
                FailedTest(
                    node=TEST, outcome="failed", message="AttributeError: module 'torch' has no attribute 'xpu'"
                ),
                "the installed torch has no xpu",
            ),
        ],
    )
    def test_red_for_want_of_what_is_not_installed_is_no_proof(self, judge, failure, want) -> None:
        before = msgspec.structs.replace(outcome("failed"), failures=(failure,))
        both = RedGreenRun(before=before, after=outcome("passed"), laid_over=())

        assert said(judge(RedGreen(tests=("tests/test_a.py",)), both, files={"tests/test_a.py": ""}, base={})) == (
            "unverified",
            f"at the base the tests fail for want of something: {want}",
        )

    def test_a_test_that_is_skipped_now_is_not_green_beside_one_that_passes(self, judge) -> None:
        other = "tests/test_a.py::test_b"
        after = msgspec.structs.replace(
            outcome("passed"), collected=2, skipped=1, outcomes={TEST: "passed", other: "skipped"}
        )
        both = RedGreenRun(before=outcome("failed", "assert 0"), after=after, laid_over=())

        assert said(judge(RedGreen(tests=("tests/test_a.py",)), both, files={"tests/test_a.py": ""}, base={})) == (
            "refuted",
            f"now: {other} did not pass but was skipped",
        )

    @pytest.mark.parametrize(
        ("after", "verdict"), [(outcome("failed", "assert 0"), "refuted"), (outcome("skipped"), "unverified")]
    )
    def test_what_is_not_green_now_is_no_red_green(self, judge, after, verdict) -> None:
        both = RedGreenRun(before=outcome("failed", "assert 0"), after=after, laid_over=())

        judgement = judge(RedGreen(tests=("tests/test_a.py",)), both, files={"tests/test_a.py": ""}, base={})
        assert judgement.verdict == verdict
        assert judgement.reason.startswith("now: ")
