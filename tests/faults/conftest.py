"""How many rounds of faults there are, from which seed, and the table of what was done and what held.

`--long` runs as many rounds as the plan asks for (`make faults`); `--fault-seed N` repeats the choices of a round. A test says which
row of the plan it belongs to with `@pytest.mark.fault("name")`, how often it runs on which store with
`@pytest.mark.on(redis=(short, long), …)`, and notes what it did through the fixture `held`.
"""

from __future__ import annotations

import secrets
import subprocess
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import Protocol

import pytest

from tests.faults.plan import PLAN, STORES
from tests.redis_servers import Cluster, Server, program

Rounds = int | Sequence[int]  # so many, or these values of what a test calls `round_`


class Held(Protocol):
    """Notes that so many rounds held. A figure that begins with `most` is the largest of all rounds, another one their sum."""

    def __call__(self, rounds: int = 1, **figures: float) -> None: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="tests/faults: as many rounds as the plan asks for")
    parser.addoption("--fault-seed", type=int, help="tests/faults: repeat the round of this seed")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "fault(name): the row of tests/faults/plan.py that a test belongs to")
    config.addinivalue_line(
        "markers", "on(store=(short, long), …): how often, or with which `round_`, a test runs where"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    is_long = metafunc.config.getoption("--long", default=False)
    for mark in metafunc.definition.iter_markers("on"):
        wanted: dict[str, Rounds] = {store: rounds[is_long] for store, rounds in mark.kwargs.items()}
        cases = [
            (kind, round_)
            for kind, rounds in wanted.items()
            for round_ in (range(rounds) if isinstance(rounds, int) else rounds)
        ]
        metafunc.parametrize(("kind", "round_"), cases, ids=[f"{kind}-{round_}" for kind, round_ in cases])


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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what runs nowhere in a short run."""
    nowhere = [
        item
        for item in items
        if any(item.iter_markers("on"))
        and isinstance(item, pytest.Function)
        and not isinstance(item.callspec.params["kind"], str)
    ]
    items[:] = [item for item in items if item not in nowhere]
    config.hook.pytest_deselected(items=nowhere)


Starts = Callable[..., Server | Cluster]


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Starts]:
    """Return what gives the servers of a kind with certain options, empty, and starts them when they are wanted first."""
    running: dict[tuple[str, ...], Server | Cluster] = {}

    def of(kind: str, *options: str) -> Server | Cluster:
        name = (kind, *options)
        if name not in running:
            running[name] = start(kind, tmp_path_factory.mktemp(kind), *options)
        running[name].empty()
        return running[name]

    yield of
    for each in running.values():
        each.end()


def start(kind: str, folder: Path, *options: str, before: Sequence[str] = ()) -> Server | Cluster:
    """Start the servers of a kind (redis | valkey | cluster) in a folder, with other words before their command."""
    if kind == "cluster":
        return Cluster("redis", folder, *options, before=before)
    return Server(kind, folder, *options, before=before)


@pytest.fixture
def server(kind: str, started: Starts) -> Server | Cluster:
    """Return empty servers of a kind."""
    return started(kind)


@pytest.fixture
def store_url(kind: str, tmp_path: Path, started: Starts) -> str:
    """Return the URL of an empty store of a kind."""
    return f"sqlite:{tmp_path / 'kind.db'}" if kind == "sqlite" else started(kind).url


@pytest.fixture
def held(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Held:
    """Return what notes the rounds of a test in the row of its fault."""
    (fault,) = request.node.iter_markers("fault")
    asked = PLAN[fault.args[0]].asked
    case = getattr(request.node, "callspec", None)
    store = case.params.get("kind") if case else None
    store = store if store in STORES else next(iter(asked))
    assert store in asked
    record_property("fault", fault.args[0])
    record_property("store", store)
    began = perf_counter()

    def note(rounds: int = 1, **figures: float) -> None:
        record_property("rounds", rounds)
        record_property("figures", figures)
        record_property("seconds", perf_counter() - began)

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print one line per fault and store, and what was owed and not done; not a word in a run with hundreds of other tests."""
    if not terminalreporter.config.getoption("--long", default=False):
        return
    rows: dict[tuple[str, str], _Row] = defaultdict(_Row)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            noted = dict(report.user_properties)
            if report.when == "call" and "fault" in noted:
                rows[noted["fault"], noted["store"]].add(noted, is_passed=outcome == "passed")
    terminalreporter.section("faults")
    terminalreporter.write_line(_versions())
    terminalreporter.write_line(
        "| fault | on | rounds asked | held | failed | what held | figures | seconds |"
    )
    terminalreporter.write_line("|---|---|---:|---:|---:|---|---|---:|")
    owed, skipped = [], 0
    for name, fault in PLAN.items():
        for store, asked in fault.asked.items():
            row = rows[name, store]
            cells = (
                *(
                    fault.words,
                    STORES[store],
                    f"{asked or row.rounds:,}",
                    f"{row.rounds:,}",
                    row.failed or "",
                ),
                *(fault.holds, row.figures, f"{row.seconds:,.0f}"),
            )
            if not row.rounds and not row.failed:
                skipped += 1
                continue
            terminalreporter.write_line(f"| {' | '.join(map(str, cells))} |")
            if row.rounds < asked:
                owed.append(f"{fault.words} ({STORES[store] or '–'}): {row.rounds:,} of {asked:,}")
            if row.seeds:
                terminalreporter.write_line(f"✗ --fault-seed {', '.join(map(str, row.seeds))}")
    for line in owed:
        terminalreporter.write_line(f"still owed: {line}")
    if skipped:
        terminalreporter.write_line(f"{skipped} rows were not run.")
    if not owed and not skipped:
        terminalreporter.write_line("Every row held as often as it was asked for.")


def _versions() -> str:
    """Return which servers the rounds were run against."""
    said = []
    for kind in ("redis", "valkey"):
        with suppress(Exception):  # a table without them is a table
            done = subprocess.run([program(kind), "--version"], capture_output=True, text=True, check=True)
            said.append(" ".join(done.stdout.split()[:3]))
    return ", ".join(said)


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
