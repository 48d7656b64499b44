"""How many rounds of faults there are, from which seed, and the tables of what they did.

`--long` runs 300 kills instead of 5 (`make faults`); `--fault-seed N` repeats a round that failed and printed `seed N`. A test notes
what it has shown with `record_property("fault", "fault | rounds | what held")`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

SHORT, LONG = 1, 60  # rounds of five kills each
FIGURES = ("kills", "reports", "shown", "marked", "redelivered", "seconds")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="tests/faults: 300 kills instead of 5")
    parser.addoption("--fault-seed", type=int, help="tests/faults: repeat the round of this seed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_" in metafunc.fixturenames:
        is_long = metafunc.config.getoption("--long", default=False)
        metafunc.parametrize("round_", range(LONG if is_long else SHORT))


@pytest.fixture
def is_long(request: pytest.FixtureRequest) -> bool:
    """Say whether long rounds are wanted."""
    return bool(request.config.getoption("--long", default=False))


@pytest.fixture
def seed(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> int:
    """Return the number from which everything random in a round follows."""
    asked = request.config.getoption("--fault-seed", default=None)
    seed = secrets.randbelow(1_000_000_000) if asked is None else asked
    record_property("seed", seed)
    print(f"seed {seed}")  # noqa: T201 - pytest shows it when the round fails
    return seed


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line per round; not a word in a run with hundreds of other tests."""
    if not terminalreporter.config.getoption("--long", default=False):
        return
    rounds = [
        dict(report.user_properties)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call" and "seed" in dict(report.user_properties)
    ]
    _print_others(terminalreporter, [figures for figures in rounds if "what" in figures])
    rounds = [figures for figures in rounds if "kills" in figures and "what" not in figures]
    terminalreporter.section("rounds of kills")
    terminalreporter.write_line("| seed | " + " | ".join(FIGURES) + " |")
    terminalreporter.write_line("|---:|" + "---:|" * len(FIGURES))
    for figures in rounds:
        cells = " | ".join(str(figures.get(name, "✗")) for name in FIGURES)
        terminalreporter.write_line(f"| {figures['seed']} | {cells} |")
    total = sum(int(figures.get("kills", 0)) for figures in rounds)
    terminalreporter.write_line(f"{total} kills in {len(rounds)} rounds")
    shown = [
        (dict(report.user_properties)["fault"], outcome)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call" and "fault" in dict(report.user_properties)
    ]
    terminalreporter.section("other faults")
    terminalreporter.write_line("| fault | rounds | held | |")
    terminalreporter.write_line("|---|---:|---|---|")
    for fault, outcome in shown:
        terminalreporter.write_line(f"| {fault} | {outcome} |")


def _print_others(terminalreporter: pytest.TerminalReporter, rounds: list[dict[str, object]]) -> None:
    """Print what else was done, and for how long."""
    terminalreporter.section("other faults")
    terminalreporter.write_line("| seed | what | seconds |")
    terminalreporter.write_line("|---:|---|---:|")
    for figures in rounds:
        terminalreporter.write_line(f"| {figures['seed']} | {figures['what']} | {figures['seconds']} |")
