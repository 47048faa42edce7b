"""Each predicate that runs something: what a probe saw decides, and what an environment lacks refutes nothing."""

from __future__ import annotations

import pytest

from audit.model.evidence import (
    CommandRun,
    FailedTest,
    ImportAttempt,
    ImportRun,
    Run,
    SmokeRun,
    SmokeScenario,
    SmokeStage,
    TestRun,
)
from audit.model.findings import Site
from audit.model.predicates import Bound, Command, Imports, Pytest, Smoke
from audit.model.verdicts import Judgement
from audit.verdict.imports import modules_to_import
from audit.verdict.judge import judge_predicate
from audit.verdict.judgements import ending

FILES = {
    "shop/__init__.py": "",
    "shop/__main__.py": "",
    "shop/eval/__init__.py": "",
    "shop/eval/scores.py": "",
    "shop/eval/stats.py": "",
    "shop/trainer.py": "import shop.store",
    "shop/fast.pyi": "",
    "smoke/__init__.py": "",
    "tests/test_eval.py": "from shop.eval.scores import mean\ndef test_mean(): ...\n",
}
NEEDS_RUN = "it was not run: that needs --run"


@pytest.fixture
def judge(tree):
    """Judges a predicate on a small shop, given what a probe saw."""

    def judged(predicate, observed=None, **known) -> Judgement:
        return judge_predicate(predicate, tree(FILES, **known), observed, NEEDS_RUN)

    return judged


def said(judgement: Judgement) -> tuple[str, str]:
    return judgement.verdict, judgement.reason


def imports(
    *failures: ImportAttempt, modules=("shop", "shop.eval", "shop.eval.scores", "shop.eval.stats", "shop.trainer")
):
    failed = {each.module: each for each in failures}
    attempts = tuple(failed.get(name, ImportAttempt(module=name, outcome="imported")) for name in modules)
    return ImportRun(run=Run(command=("python",), exit=0), attempts=attempts)


def raised(module: str, error: str, message: str = "", **more) -> ImportAttempt:
    return ImportAttempt(module=module, outcome="raised", error=error, message=message, **more)


class TestImports:
    SHOP = Imports(packages=("shop",))

    def test_every_python_module_but_main_is_imported_from_its_root(self, tree) -> None:
        assert modules_to_import(self.SHOP, tree(FILES)) == (
            ("shop", "."),
            ("shop.eval", "."),
            ("shop.eval.scores", "."),
            ("shop.eval.stats", "."),
            ("shop.trainer", "."),
        )

    def test_all_import(self, judge) -> None:
        judgement = judge(self.SHOP, imports())

        assert said(judgement) == ("verified", "all 5 modules import")
        assert judgement.coverage == "5 of 5 modules imported, each on its own"

    def test_a_missing_module_of_the_tree_refutes_with_the_chain(self, judge, root, dangling) -> None:
        failure = raised(
            "shop.trainer",
            "ModuleNotFoundError",
            "No module named 'shop.store'",
            missing="shop.store",
            not_found=True,
            frames=(Site("shop/trainer.py", 1),),
        )
        judgement = judge(
            self.SHOP,
            imports(failure),
            roots=[root("shop.trainer", "shop.store")],
            findings=[dangling("shop.trainer", "shop.store")],
        )

        assert said(judgement) == (
            "refuted",
            "1 of 5 modules does not import: ModuleNotFoundError: No module named 'shop.store'",
        )
        assert [each.summary for each in judgement.evidence[1:]] == [
            "shop.trainer: ModuleNotFoundError: No module named 'shop.store' (shop/trainer.py:1)",
            "shop.store: shop.trainer (shop/trainer.py:1) -> shop.store",
        ]
        assert judgement.roots == ("shop.store",)

    @pytest.mark.parametrize(
        ("failure", "reason"),
        [
            (raised("shop.trainer", "ModuleNotFoundError", missing="torch", not_found=True), "torch is not installed"),
            (
                raised("shop.trainer", "ModuleNotFoundError", missing="shop.fast", not_found=True),
                "shop.fast is compiled, and it is not built here",
            ),
            (
                raised("shop.trainer", "ModuleNotFoundError", missing="shop._version", not_found=True),
                "shop._version is not in the tree, but nothing shows that it was ever written by hand",
            ),
            (
                raised("shop.trainer", "ImportError", "cannot import name 'x'", missing="torch"),
                "torch: cannot import name 'x'",
            ),
            (
                raised("shop.trainer", "KeyError", "'TOKEN'", variable="TOKEN"),
                "the environment variable TOKEN is not set",
            ),
            (raised("shop.trainer", "OSError", "libcuda.so", os_error=True), "OSError: libcuda.so"),
            (raised("shop.trainer", "SystemExit", "0"), "importing it raises SystemExit"),
            (
                raised("shop.trainer", "ValueError", "odd", frames=(Site("<python>/site-packages/x.py", 1),)),
                "an installed package raises ValueError: odd",
            ),
            (ImportAttempt(module="shop.trainer", outcome="hung"), "the import did not end in time"),
            (
                ImportAttempt(module="shop.trainer", outcome="died", message="signal SIGKILL"),
                "the process was ended by signal SIGKILL",
            ),
        ],
    )
    def test_what_the_environment_lacks_cannot_be_told(self, judge, failure, reason) -> None:
        assert said(judge(self.SHOP, imports(failure))) == (
            "unverified",
            f"1 module could not be checked here: {reason}",
        )

    @pytest.mark.parametrize(
        ("failure", "reason"),
        [
            (raised("shop.trainer", "SyntaxError", "invalid syntax"), "SyntaxError: invalid syntax"),
            (
                raised("shop.trainer", "NameError", "name 'x'", frames=(Site("shop/trainer.py", 2),)),
                "NameError: name 'x'",
            ),
            (
                raised("shop.trainer", "ImportError", "cannot import name 'x'", missing="shop.eval"),
                "ImportError: cannot import name 'x'",
            ),
            (
                ImportAttempt(module="shop.trainer", outcome="died", message="signal SIGSEGV"),
                "shop.trainer ends the process (signal SIGSEGV)",
            ),
        ],
    )
    def test_what_the_module_itself_does_wrong_refutes(self, judge, failure, reason) -> None:
        assert said(judge(self.SHOP, imports(failure))) == ("refuted", f"1 of 5 modules does not import: {reason}")

    def test_a_broken_module_outweighs_one_that_could_not_be_checked(self, judge) -> None:
        failures = (
            raised("shop.eval", "NameError"),
            raised("shop", "ModuleNotFoundError", missing="torch", not_found=True),
        )

        assert judge(self.SHOP, imports(*failures)).verdict == "refuted"

    def test_an_import_in_a_function_fails_later(self, judge, dangling) -> None:
        judgement = judge(self.SHOP, imports(), findings=[dangling("shop.trainer", "shop.store")])

        assert said(judgement) == (
            "partly",
            "no module of 5 fails at import, but 1 import statement in 1 file names shop.store, and fails when it runs",
        )

    def test_imports_that_were_never_tried_are_an_error(self, judge) -> None:
        assert judge(self.SHOP, imports(modules=("shop",))).verdict == "error"

    def test_without_a_run_the_static_check_can_refute_but_not_verify(self, judge, root, dangling) -> None:
        known = {
            "roots": [root("shop.trainer", "shop.store")],
            "findings": [dangling("shop.trainer", "shop.store")],
        }

        assert said(judge(Imports(), **known)) == (
            "refuted",
            "1 of 7 modules cannot be imported: 1 import statement in 1 file names shop.store",
        )
        assert said(judge(Imports())) == (
            "unverified",
            f"no import of a missing module was found, but {NEEDS_RUN}",
        )

    def test_a_package_without_modules_is_never_a_pass(self, judge) -> None:
        judgement = judge(Imports(packages=("nope",)))

        assert (*said(judgement), judgement.coverage) == (
            "unverified",
            "there is no module in nope",
            "0 modules examined",
        )


def outcomes(*failures: FailedTest, finished=True, exit_status=None, stderr="", **counts) -> TestRun:
    counts = {"passed": 0} | counts
    collected = counts.pop("collected", sum(counts.values()))
    status = exit_status if exit_status is not None else int(bool(failures))
    return TestRun(
        run=Run(command=("python", "-m", "pytest"), exit=status, stderr=stderr),
        finished=finished,
        collected=collected,
        failures=failures,
        files={"tests/test_eval.py": collected},
        **counts,
    )


class TestPytest:
    EVAL = Pytest(nodes=("tests/test_eval.py",))

    def test_all_pass_with_their_reach(self, judge) -> None:
        judgement = judge(self.EVAL, outcomes(passed=6))

        assert said(judgement) == ("verified", "6 tests collected: 6 passed")
        assert judgement.coverage == "6 tests in 1 of 3 modules (shop.eval)"

    def test_a_failure_refutes_even_where_none_was_spoken_of(self, judge) -> None:
        failure = FailedTest(node="tests/test_eval.py::test_mean", outcome="failed", message="assert 1 == 2\nmore")
        judgement = judge(Pytest(nodes=("tests",), passed=Bound(5, 5)), outcomes(failure, passed=5, failed=1))

        assert said(judgement) == ("refuted", "6 tests collected: 5 passed, 1 failed; expected 0 failed")
        assert judgement.evidence[1].summary == "tests/test_eval.py::test_mean: assert 1 == 2"

    def test_counts_are_compared(self, judge) -> None:
        fewer = judge(Pytest(nodes=("tests",), passed=Bound(6, 6)), outcomes(passed=5))
        more = judge(Pytest(nodes=("tests",), passed=Bound(6, 6)), outcomes(passed=7))
        bounded = judge(
            Pytest(nodes=("tests",), passed=Bound(6), skipped=Bound(None, 1)), outcomes(passed=7, skipped=2)
        )

        assert said(fewer) == ("refuted", "5 tests collected: 5 passed; expected 6 passed")
        assert said(more) == ("partly", "7 tests collected: 7 passed: more passed than the 6 expected")
        assert said(bounded) == ("refuted", "9 tests collected: 7 passed, 2 skipped; expected at most 1 skipped")

    def test_an_error_refutes_even_where_none_was_spoken_of(self, judge) -> None:
        broken = FailedTest(node="tests/test_eval.py::test_mean", outcome="error", message="fixture 'x' not found")

        assert said(judge(self.EVAL, outcomes(broken, passed=5, errors=1))) == (
            "refuted",
            "6 tests collected: 5 passed, 1 errors; expected 0 errors",
        )

    @pytest.mark.parametrize(
        ("message", "verdict"),
        [
            ("AttributeError: module '_pytest.monkeypatch' has no attribute 'notset'", "unverified"),
            ("ImportError: cannot import name 'soft_unicode' from 'markupsafe' (/x/markupsafe.py)", "unverified"),
            ("importlib.metadata.PackageNotFoundError: No package metadata was found for shop", "unverified"),
            ("AttributeError: module 'shop.eval' has no attribute 'mean'", "refuted"),
            ("AttributeError: module 'os' has no attribute 'nosuch'", "refuted"),
        ],
    )
    def test_what_is_installed_in_another_version_refutes_nothing(self, judge, message, verdict) -> None:
        failure = FailedTest(node="tests/test_eval.py::test_mean", outcome="failed", message=message)

        assert judge(self.EVAL, outcomes(failure, failed=1)).verdict == verdict

    def test_an_expected_failure_may_be_claimed(self, judge) -> None:
        failure = FailedTest(node="tests/test_eval.py::test_mean", outcome="failed", message="x")

        assert judge(Pytest(nodes=("tests",), failed=Bound(1, 1)), outcomes(failure, failed=1)).verdict == "verified"

    @pytest.mark.parametrize(
        ("observed", "reason"),
        [
            (outcomes(exit_status=5), "no test was collected, which is never a pass"),
            (outcomes(skipped=4), "no test passed: all were skipped"),
            (
                outcomes(exit_status=1, finished=False, stderr="python: No module named pytest"),
                "pytest is not installed here",
            ),
            (
                outcomes(
                    FailedTest(node="tests/test_eval.py", outcome="error", message="x", missing="torch"), errors=1
                ),
                "could not be checked here: torch is not installed",
            ),
        ],
    )
    def test_nothing_that_passed_is_never_a_pass(self, judge, observed, reason) -> None:
        assert said(judge(self.EVAL, observed)) == ("unverified", reason)

    def test_an_option_that_pytest_does_not_know_refutes_nothing(self, judge) -> None:
        stderr = (
            "ERROR: usage: pytest [options]\npytest: error: unrecognized arguments: --cov\n  inifile: a\n  rootdir: b\n"
        )

        assert said(judge(self.EVAL, outcomes(finished=False, exit_status=4, stderr=stderr))) == (
            "error",
            "pytest exited 4 before it was done: pytest: error: unrecognized arguments: --cov",
        )

    def test_a_run_that_ends_early_is_an_error_whatever_its_exit_status(self, judge) -> None:
        assert said(judge(self.EVAL, outcomes(passed=3, finished=False, exit_status=0))) == (
            "error",
            "pytest exited 0 before it was done",
        )

    @pytest.mark.parametrize(
        ("missing", "verdict", "reason"),
        [
            (
                "shop.store",
                "refuted",
                "the tests cannot start: a conftest does not import, because there is no module shop.store",
            ),
            ("torch", "unverified", "could not be checked here: torch is not installed"),
        ],
    )
    def test_a_conftest_that_does_not_import_keeps_the_tests_from_starting(self, judge, missing, verdict, reason):
        stderr = f"ImportError while loading conftest\nE   ModuleNotFoundError: No module named '{missing}'\n"
        observed = outcomes(exit_status=4, finished=False, stderr=stderr)

        assert said(judge(self.EVAL, observed, retired=["shop.store"])) == (verdict, reason)

    def test_a_test_that_pytest_does_not_find_is_an_error(self, judge) -> None:
        observed = outcomes(exit_status=4, stderr="ERROR: not found: tests/test_eval.py::test_gone\n")

        assert said(judge(Pytest(nodes=("tests/test_eval.py::test_gone",)), observed)) == (
            "error",
            "pytest found no such test: ERROR: not found: tests/test_eval.py::test_gone",
        )

    def test_tests_that_ran_are_judged_whatever_else_pytest_did_not_find(self, judge) -> None:
        assert judge(self.EVAL, outcomes(passed=2, exit_status=4, stderr="ERROR: not found: x")).verdict == "verified"

    def test_a_test_file_that_is_gone_needs_no_run(self, judge) -> None:
        judgement = judge(Pytest(nodes=("tests/test_gone.py",)), retired=["tests/test_gone.py"])

        assert said(judgement) == ("refuted", "tests/test_gone.py is not in the tree")
        assert "was removed in 0123456789" in judgement.evidence[0].summary

    def test_without_a_run_only_tests_that_cannot_be_imported_are_refuted(self, judge, root) -> None:
        killed = root("tests.test_eval", "shop.store")

        assert said(judge(self.EVAL)) == ("unverified", NEEDS_RUN)
        assert said(judge(self.EVAL, roots=[killed])) == (
            "refuted",
            "the tests cannot be imported, because there is no shop.store",
        )

    @pytest.mark.parametrize(
        ("files", "verdict"),
        [
            ({}, "refuted"),
            ({"tests/test_eval.py": "@pytest.mark.parametrize('n', [1, 2])\ndef test_mean(n): ...\n"}, "unverified"),
            ({"tests/test_eval.py": "from shared_tests import *\ndef test_mean(): ...\n"}, "unverified"),
            ({"tests/conftest.py": "def pytest_generate_tests(metafunc): ...\n"}, "unverified"),
            ({"pytest.ini": "[pytest]\npython_functions = check_*\n"}, "unverified"),
            ({"tox.ini": "[testenv]\ncommands = pytest\n"}, "refuted"),
        ],
    )
    def test_more_tests_than_there_are_cannot_pass_unless_some_are_made(self, tree, files, verdict) -> None:
        two = Pytest(nodes=("tests",), passed=Bound(2))
        assert judge_predicate(two, tree({**FILES, **files}), None, NEEDS_RUN).verdict == verdict


def ran(exit_status: int | None = 0, stdout="", stderr="", created=None, **more) -> CommandRun:
    run = Run(command=("python", "-m", "shop.trainer"), exit=exit_status, stdout=stdout, stderr=stderr, **more)
    return CommandRun(run=run, created=created or {})


class TestCommand:
    TRAIN = Command(run=("python", "-m", "shop.trainer"), within=9.0, stdout_has=("saved",), creates=("out/*",))

    def test_everything_expected_happens(self, judge) -> None:
        judgement = judge(self.TRAIN, ran(stdout="saved\n", created={"out/*": ("out/a",)}))

        assert said(judgement) == ("verified", "it exited 0 and created out/a")
        assert judgement.coverage == "4 expectations checked"

    def test_every_expectation_that_is_not_met_is_named(self, judge) -> None:
        predicate = Command(run=("x",), exit=3, stdout_lacks=("warn",), stderr_has=("usage",), creates=("out/*",))
        judgement = judge(predicate, ran(exit_status=0, stdout="warning", created={"out/*": ()}))

        assert said(judgement) == (
            "refuted",
            "it exited 0, not with exit status 3; its output has 'warn'; its errors lack 'usage'; it created no out/*",
        )

    def test_time_that_the_claim_gives_refutes_when_it_runs_out(self, judge) -> None:
        judgement = judge(Command(run=("x",), within=9), ran(exit_status=None, signal=15, timed_out=True, limit=9.0))

        assert said(judgement) == ("refuted", "it did not end within 9 s, not with exit status 0")

    def test_a_limit_that_the_claim_does_not_give_refutes_nothing(self, judge) -> None:
        slow = judge(Command(run=("x",)), ran(exit_status=None, signal=15, timed_out=True, limit=300.0))
        killed = judge(Command(run=("x",)), ran(exit_status=None, signal=9))

        assert said(slow) == ("error", "it did not end within 300 s; say 'within' if it takes longer")
        assert said(killed) == ("error", "it was killed from outside, as by a machine that is short of memory")

    def test_a_package_or_program_that_is_not_installed_cannot_be_told(self, judge) -> None:
        stderr = "Traceback ...\nModuleNotFoundError: No module named 'torch'\n"
        no_program = CommandRun(run=Run(command=("x",), problem="there is no program 'x'"), created={})

        assert said(judge(self.TRAIN, ran(exit_status=1, stderr=stderr))) == (
            "unverified",
            "could not be checked here: torch is not installed",
        )
        assert said(judge(self.TRAIN, ran(exit_status=2, stderr="error: Could not resolve host: a.b"))) == (
            "unverified",
            "could not be checked here: Could not resolve host",
        )
        assert said(judge(Command(run=("x",)), no_program)) == ("unverified", "there is no program 'x'")

    def test_a_module_of_the_tree_that_is_gone_refutes_with_its_root(self, judge, root) -> None:
        stderr = "ModuleNotFoundError: No module named 'shop.store'\n"
        judgement = judge(
            Command(run=("python", "-m", "shop.trainer")),
            ran(exit_status=1, stderr=stderr),
            roots=[root("shop.trainer", "shop.store")],
            retired=["shop.store"],
        )

        assert said(judgement) == ("refuted", "it exited 1, not with exit status 0")
        assert judgement.evidence[1].summary == "shop.store: shop.trainer (shop/trainer.py:1) -> shop.store"
        assert judgement.roots == ("shop.store",)

    @pytest.mark.parametrize(
        ("command", "verdict", "reason"),
        [
            ("python -m shop.trainer", "refuted", "its entry point cannot be imported, because there is no shop.store"),
            (
                "uv run python shop/trainer.py",
                "refuted",
                "its entry point cannot be imported, because there is no shop.store",
            ),
            ("python -m shop.gone", "refuted", "its entry module shop.gone does not exist"),
            ("./tools/train.py", "refuted", "its entry point tools/train.py is not in the tree"),
            ("uv run ./tools/train.py", "refuted", "its entry point tools/train.py is not in the tree"),
            ("python -m http.server", "unverified", NEEDS_RUN),
            ("make train", "unverified", NEEDS_RUN),
            ("python -m shop.eval", "unverified", NEEDS_RUN),
        ],
    )
    def test_without_a_run_the_entry_point_may_already_refute(self, judge, root, command, verdict, reason) -> None:
        judgement = judge(Command(run=tuple(command.split())), roots=[root("shop.trainer", "shop.store")])

        assert said(judgement) == (verdict, reason)


class TestSmoke:
    DEMO = Smoke(scenario="demo")

    def observed(self, *outcomes: str, exit_status=0, unreadable="", **run) -> SmokeRun:
        names = ("train", "resume", "evaluate")
        stages = tuple(
            SmokeStage(name=name, outcome=outcome, reason="" if outcome == "passed" else "no checkpoint")
            for name, outcome in zip(names, outcomes, strict=False)
        )
        outcome = "passed" if set(outcomes) <= {"passed"} else "failed"
        scenarios = (SmokeScenario(name="demo", outcome=outcome, stages=stages),)
        return SmokeRun(
            run=Run(command=("python", "-m", "smoke"), exit=exit_status, **run),
            scenarios=() if unreadable else scenarios,
            unreadable=unreadable,
        )

    def test_all_stages_pass(self, judge) -> None:
        judgement = judge(self.DEMO, self.observed("passed", "passed", "passed"))

        assert said(judgement) == ("verified", "demo: 3 of 3 stages passed")
        assert judgement.coverage == "3 of 3 stages passed: train, resume, evaluate"

    def test_the_first_stage_that_fails_is_the_reason(self, judge) -> None:
        observed = self.observed("passed", "failed", "blocked", exit_status=1)

        assert said(judge(self.DEMO, observed)) == ("refuted", "demo: stage resume failed: no checkpoint")
        assert said(judge(Smoke(scenario="demo", stage="train"), observed)) == (
            "verified",
            "demo: 1 of 1 stages passed",
        )
        assert judge(Smoke(scenario="demo", stage="evaluate"), observed).verdict == "refuted"

    @pytest.mark.parametrize(
        ("predicate", "reason"),
        [
            (Smoke(scenario="demos"), "the smoke ran no scenario 'demos', did you mean 'demo'?"),
            (Smoke(scenario="demo", stage="resum"), "scenario demo has no stage 'resum', did you mean 'resume'?"),
        ],
    )
    def test_a_scenario_or_stage_that_is_not_there_is_an_error(self, judge, predicate, reason) -> None:
        assert said(judge(predicate, self.observed("passed", "passed"))) == ("error", reason)

    def test_a_smoke_that_could_not_run_is_an_error_and_a_missing_package_cannot_be_told(self, judge) -> None:
        broken = self.observed(exit_status=2, stderr="rules/smoke.yaml:3: unknown key\n")
        lacking = self.observed(exit_status=1, stderr="ModuleNotFoundError: No module named 'yaml'\n", unreadable="x")

        assert said(judge(self.DEMO, broken)) == ("error", "the smoke could not run: rules/smoke.yaml:3: unknown key")
        assert said(judge(self.DEMO, lacking)) == ("unverified", "could not be checked here: yaml is not installed")

    def test_no_stage_and_no_run_are_never_a_pass(self, judge) -> None:
        assert judge(self.DEMO, self.observed()).verdict == "unverified"
        assert said(judge(self.DEMO)) == ("unverified", NEEDS_RUN)


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (Run(command=("a",), exit=3), "exited 3"),
        (Run(command=("a",), signal=9), "was ended by signal 9"),
        (Run(command=("a",), timed_out=True, limit=2.5, signal=9), "did not end within 2.5 s"),
        (Run(command=("a",), problem="there is no program a"), "there is no program a"),
    ],
)
def test_how_a_process_ended(run: Run, words: str) -> None:
    assert ending(run) == words
