"""Fixtures that pytest and its plug-ins bring: where a tree drops one of its own, theirs may be there."""

from __future__ import annotations

from typing import Final

from audit.resolve.distributions import Distributions
from audit.resolve.program import Program

_PYTEST: Final = frozenset(
    {"cache", "capfd", "capfdbinary", "caplog", "capsys", "capsysbinary", "capteesys", "doctest_namespace"}
    | {"monkeypatch", "pytestconfig", "pytester", "record_property", "record_testsuite_property"}
    | {"record_xml_attribute", "recwarn", "request", "subtests", "testdir", "tmp_path", "tmp_path_factory"}
    | {"tmpdir", "tmpdir_factory"}
)
_OF_PLUG_INS: Final[dict[str, frozenset[str]]] = {
    "pytest-asyncio": frozenset(
        {"event_loop", "event_loop_policy", "unused_tcp_port", "unused_udp_port"}
        | {"unused_tcp_port_factory", "unused_udp_port_factory"}
    ),
    "anyio": frozenset(
        {"anyio_backend", "anyio_backend_name", "anyio_backend_options", "free_tcp_port", "free_udp_port"}
        | {"free_tcp_port_factory", "free_udp_port_factory"}
    ),
    "pytest-mock": frozenset({"mocker", "class_mocker", "module_mocker", "package_mocker", "session_mocker"}),
    "pytest-django": frozenset(
        {"admin_client", "admin_user", "async_client", "async_rf", "client", "db", "live_server", "mailoutbox", "rf"}
        | {"settings", "transactional_db"}
    ),
    "pytest-flask": frozenset({"accept_any", "accept_json", "accept_mimetype", "client", "client_class", "config"}),
    "pytest-aiohttp": frozenset({"aiohttp_client", "aiohttp_server", "aiohttp_raw_server", "loop"}),
    "pytest-playwright": frozenset(
        {"base_url", "browser", "browser_name", "browser_type", "browser_context_args", "context", "page"}
    ),
    "pytest-selenium": frozenset({"base_url", "capabilities", "driver", "driver_kwargs", "selenium"}),
    "pytest-trio": frozenset({"autojump_clock", "mock_clock", "nursery"}),
    "pytest-twisted": frozenset({"reactor"}),
    "pytest-qt": frozenset({"qapp", "qapp_args", "qapp_cls", "qtbot", "qtlog", "qtmodeltester"}),
    "pytest-xdist": frozenset({"testrun_uid", "worker_id"}),
    "pytest-recording": frozenset({"block_network", "vcr", "vcr_config"}),
    "pytest-vcr": frozenset({"vcr", "vcr_config", "vcr_cassette"}),
    "pytest-regressions": frozenset({"datadir", "original_datadir"}),
    "pytest-datadir": frozenset({"datadir", "lazy_datadir", "original_datadir", "shared_datadir"}),
    "pytest-freezer": frozenset({"freezer"}),
    "pytest-cov": frozenset({"cov", "no_cover"}),
    "pyfakefs": frozenset({"fs", "fs_class", "fs_module", "fs_session"}),
    "syrupy": frozenset({"snapshot"}),
}
_WITHOUT_FIXTURES: Final = frozenset(
    {"pytest-custom-exit-code", "pytest-env", "pytest-forked", "pytest-github-actions-annotate-failures"}
    | {"pytest-html", "pytest-instafail", "pytest-md", "pytest-metadata", "pytest-mypy", "pytest-order"}
    | {"pytest-parallel", "pytest-pretty", "pytest-profiling", "pytest-random-order", "pytest-randomly"}
    | {"pytest-repeat", "pytest-rerunfailures", "pytest-retry", "pytest-runner", "pytest-socket", "pytest-split"}
    | {"pytest-ruff", "pytest-sugar", "pytest-timeout"}
)
_OWN_PLUG_INS: Final = ("pytester", "_pytest")
"""Begin the names of the modules that come with pytest itself."""
_BRINGS_KNOWN: Final = _OF_PLUG_INS.keys() | _WITHOUT_FIXTURES
_LISTED: Final = frozenset(name for names in _OF_PLUG_INS.values() for name in names)
_MIN_WORD: Final = 3


def may_be_of_plug_in(name: str, distributions: Distributions) -> bool:
    """Whether a fixture of that name may come from pytest, or from a plug-in that a tree depends on: from one whose
    own name says so where nobody knows it here, and from any of those known where the tree does not say."""
    if name in _PYTEST:
        return True
    named = distributions.names
    if any(name in _OF_PLUG_INS.get(each, ()) for each in named):
        return True
    if not any(each.startswith("pytest") for each in named) and name in _LISTED:
        return True
    words = {
        word
        for each in named
        if each not in _OF_PLUG_INS
        and (each.startswith("pytest-") or each.endswith("-pytest") or each in ("celery", "faker", "responses"))
        for word in each.split("-")
        if word != "pytest" and len(word) >= _MIN_WORD
    }
    return any(word in name for word in words)


def has_new_plug_in(program: Program, base: Program) -> bool:
    """Whether a tree takes in a plug-in that it did without at the base, and of which nobody knows here what fixtures
    it brings: those that the tree dropped may have moved there."""
    if _modules_outside(program) - _modules_outside(base):
        return True
    came = program.distributions.names - base.distributions.names
    return any(each.startswith("pytest-") and each not in _BRINGS_KNOWN for each in came)


def _modules_outside(program: Program) -> frozenset[str]:
    """The modules of others that a tree names in ``pytest_plugins``."""
    named = (
        text.value
        for path in program.index.names
        for text in program.facts(path).texts
        if text.callee == "pytest_plugins"
    )
    return frozenset(
        each for each in named if not program.index.holds(each.partition(".")[0]) and not each.startswith(_OWN_PLUG_INS)
    )
