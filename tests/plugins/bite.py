"""``pytest --bite``: a test that claims to show a mechanism must fail when that mechanism is off.

A marked test takes its switches from the fixture ``mechanisms``::

    @pytest.mark.inventory("CAS-2", off="extravasation", scale="body")
    def test_distant_metastases_form(mechanisms):
        result = simulate(mechanisms=mechanisms())
        assert result.metastases > 0

Under ``--bite`` each marked test runs once as it is, which must pass, and once per mark with the mechanism forced off,
which must fail by AssertionError. A test that still passes, ends by another error, or never asks for its switches does
not bite, and the run fails.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from plugins.coverage_table import Outcome, coverage_table
from plugins.inventory import Claim, claims_of, problems, read_inventory

Switches = Callable[..., dict[str, float]]
PROPERTY = "inventory"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--bite`` and ``--bite-table``."""
    group = parser.getgroup("inventory")
    group.addoption("--bite", action="store_true", help="run inventory tests with their mechanism forced off")
    group.addoption("--bite-table", metavar="FILE", help="write the table of statements that bite")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Under ``--bite``: one run with everything on (None), then one per mark."""
    claims = claims_of(metafunc.definition.iter_markers("inventory"))
    if metafunc.config.getoption("bite") and claims and "forced_off" in metafunc.fixturenames:
        runs: list[Claim | None] = [None, *claims]
        metafunc.parametrize("forced_off", runs, indirect=True, ids=[str(run or "on") for run in runs])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Refuse marks that name nothing or tests that take no switches; under ``--bite`` keep marked tests only."""
    marked = {item: claims for item in items if (claims := claims_of(item.iter_markers("inventory")))}
    found = _problems_of(marked)
    if found:
        raise pytest.UsageError("\n".join(found))
    if config.getoption("bite"):
        config.hook.pytest_deselected(items=[item for item in items if item not in marked])
        items[:] = list(marked)


def _problems_of(marked: dict[pytest.Item, tuple[Claim, ...]]) -> list[str]:
    if not marked:
        return []
    from paget import knowledge

    inventory, names = read_inventory(), _mechanism_names(knowledge.mechanisms())
    found = [problem for claims in marked.values() for claim in claims for problem in problems(claim, inventory, names)]
    idle = [item.nodeid for item in marked if "mechanisms" not in getattr(item, "fixturenames", ())]
    found += [f"{nodeid}: an inventory test takes its switches from the fixture `mechanisms`" for nodeid in idle]
    return list(dict.fromkeys(found))


def _mechanism_names(records: Any) -> set[str]:
    """Names of the mechanisms, whether they come as a mapping or as a sequence of records."""
    return set(records) if hasattr(records, "keys") else {record.name for record in records}


@pytest.fixture
def forced_off(request: pytest.FixtureRequest) -> Claim | None:
    """The claim whose mechanism is forced off in this run; None when the test runs as it is."""
    return getattr(request, "param", None)


@pytest.fixture
def mechanisms(request: pytest.FixtureRequest, forced_off: Claim | None) -> Switches:
    """``mechanisms(**switches)``: the switches of a scenario, by mechanism; 1 is on, 0 off, a factor between."""

    def switches(**chosen: float) -> dict[str, float]:
        request.node.asked_for_switches = True
        return chosen if forced_off is None else {**chosen, forced_off.off: 0.0}

    return switches


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under ``--bite``: turn a report into the verdict on the claim that was forced off."""
    report = yield
    if call.when != "call" or not item.config.getoption("bite") or report.skipped:
        return report
    claim = item.callspec.params.get("forced_off")  # pyright: ignore[reportAttributeAccessIssue]
    if claim is None:
        kept = [str(each) for each in claims_of(item.iter_markers("inventory"))] if report.failed else []
        report.user_properties += [(PROPERTY, (name, "fails with everything on")) for name in kept]
        return report
    verdict = _verdict(item, call)
    report.user_properties.append((PROPERTY, (str(claim), verdict)))
    report.outcome = "passed" if verdict == "bites" else "failed"
    report.longrepr = None if verdict == "bites" else f"{item.nodeid}: {verdict}"
    return report


def _verdict(item: pytest.Item, call: pytest.CallInfo[None]) -> str:
    if not getattr(item, "asked_for_switches", False):
        return "does not bite: never asked for its switches"
    if call.excinfo is None:
        return "does not bite: passes with its mechanism off"
    if not isinstance(call.excinfo.value, AssertionError):
        return f"does not bite: ends by {call.excinfo.typename}, not by AssertionError: {call.excinfo.value}"
    return "bites"


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """One line per claim, and the table when asked for."""
    if not config.getoption("bite"):
        return
    outcomes = sorted(
        Outcome(name, verdict, report.nodeid.partition("[")[0])
        for reports in terminalreporter.stats.values()
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for key, (name, verdict) in (pair for pair in report.user_properties if pair[0] == PROPERTY)
    )
    terminalreporter.section("inventory")
    for name, verdict in dict.fromkeys((outcome.claim, outcome.verdict) for outcome in outcomes):
        terminalreporter.write_line(f"{name} {verdict}")
    if config.getoption("bite_table"):
        table = coverage_table(read_inventory(), outcomes)
        Path(config.getoption("bite_table")).write_text(table, encoding="utf-8")
