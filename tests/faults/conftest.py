"""How many rounds of faults there are, from which seed, and the table of what was done and what held.

`--long` runs as many rounds as the plan asks for (`make faults`); `--fault-seed N` repeats the choices of a round. A test says which
row of the plan it belongs to with `@pytest.mark.fault("name")`, how often it runs with `@pytest.mark.rounds(short, long)`, and
notes what it did through the fixture `held`.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Protocol

import pytest

from tests.faults.plan import PLAN

Figures = Mapping[str, float]


class Held(Protocol):
    """Notes that so many rounds held. A figure that begins with `most` is the largest of all rounds, another one their sum."""

    def __call__(self, rounds: int = 1, **figures: float) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="tests/faults: as many rounds as the plan asks for")
    parser.addoption("--fault-seed", type=int, help="tests/faults: repeat the round of this seed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(name): the row of tests/faults/plan.py that a test belongs to")
    config.addinivalue_line("markers", "rounds(short, long): how often a test with `round_` runs")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "round_" in metafunc.fixturenames:
        (rounds,) = metafunc.definition.iter_markers("rounds")
        is_long = metafunc.config.getoption("--long", default=False)
        metafunc.parametrize("round_", range(rounds.args[1] if is_long else rounds.args[0]))


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


@pytest.fixture
def held(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Held:
    """Return what notes the rounds of a test in the row of its fault."""
    (fault,) = request.node.iter_markers("fault")
    assert fault.args[0] in PLAN
    record_property("fault", fault.args[0])
    began = perf_counter()

    def note(rounds: int = 1, **figures: float) -> None:
        record_property("rounds", rounds)
        record_property("figures", figures)
        record_property("seconds", perf_counter() - began)

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line per fault; not a word in a run with hundreds of other tests."""
    if not terminalreporter.config.getoption("--long", default=False):
        return
    rows: dict[str, _Row] = defaultdict(_Row)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            noted = dict(report.user_properties)
            if report.when == "call" and "fault" in noted:
                rows[noted["fault"]].add(noted, is_passed=outcome == "passed")
    terminalreporter.section("faults")
    terminalreporter.write_line("| fault | rounds asked | held | failed | what held | figures | seconds |")
    terminalreporter.write_line("|---|---:|---:|---:|---|---|---:|")
    for name, fault in PLAN.items():
        if name in rows:
            row = rows[name]
            cells = (
                fault.words,
                f"{fault.asked or row.rounds:,}",
                f"{row.rounds:,}",
                row.failed or "",
                fault.holds,
            )
            terminalreporter.write_line(
                f"| {' | '.join(map(str, cells))} | {row.figures} | {row.seconds:,.0f} |"
            )
    for name, row in rows.items():
        if row.seeds:
            terminalreporter.write_line(f"✗ {name}: --fault-seed {', '.join(map(str, row.seeds))}")


class _Row:
    """What the rounds of one fault have come to."""

    def __init__(self) -> None:
        self.rounds = self.failed = 0
        self.seconds = 0.0
        self.seeds: list[object] = []
        self._figures: dict[str, float] = {}

    def add(self, noted: Mapping[str, object], *, is_passed: bool) -> None:
        if not is_passed:
            self.failed += 1
            self.seeds.append(noted.get("seed", "?"))
            return
        self.rounds += int(str(noted["rounds"]))
        self.seconds += float(str(noted["seconds"]))
        figures = noted["figures"]
        assert isinstance(figures, dict)
        for name, figure in figures.items():
            before = self._figures.get(name)
            if before is None:
                self._figures[name] = figure
            elif name.startswith("most"):
                self._figures[name] = max(before, figure)
            else:
                self._figures[name] = before + figure

    @property
    def figures(self) -> str:
        """Return the figures with their names, whole numbers without a point."""
        return ", ".join(
            f"{name.replace('_', ' ')} {figure:,.1f}"
            if figure % 1
            else f"{name.replace('_', ' ')} {figure:,.0f}"
            for name, figure in self._figures.items()
        )
