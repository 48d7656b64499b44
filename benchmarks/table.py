"""What a measurement says: our figure beside that of the barest program that does the same, and whether that is good enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of one figure of a row: its `ratio`, `ours`, or by how much ours is larger (`more`)."""

    figure: str  # ratio | ours | more
    bound: float
    is_upper: bool

    def is_met(self, row: Row) -> bool:
        """Say whether a row is good enough."""
        value = {"ratio": row.ratio, "ours": row.ours, "more": row.ours - (row.peer or 0.0)}[self.figure]
        return value is not None and (value <= self.bound if self.is_upper else value >= self.bound)

    def __str__(self) -> str:
        """Return the goal as the table shows it."""
        sign = "≤" if self.is_upper else "≥"
        return {"ratio": f"{sign} {self.bound:g} ×", "ours": f"{sign} {self.bound:,g}"}.get(
            self.figure, f"{sign} {self.bound:g} more"
        )


def ratio_of(bound: float) -> Goal:
    """Wanted: at least so many times the peer's figure."""
    return Goal("ratio", bound, is_upper=False)


def at_least(bound: float) -> Goal:
    """Wanted: our figure is not below this."""
    return Goal("ours", bound, is_upper=False)


def at_most(bound: float) -> Goal:
    """Wanted: our figure is not above this."""
    return Goal("ours", bound, is_upper=True)


def more_by(bound: float) -> Goal:
    """Wanted: our figure is above the peer's by this at most."""
    return Goal("more", bound, is_upper=True)


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `peer` is None where there is nothing to compare with; `note` says what the peer is or lacks."""

    name: str
    ours: float
    peer: float | None
    unit: str
    goal: Goal | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Our figure divided by the peer's."""
        return self.ours / self.peer if self.peer else None

    @property
    def is_met(self) -> bool:
        """True also where nothing is wanted."""
        return self.goal is None or self.goal.is_met(self)


def lines(rows: Iterable[Row]) -> list[str]:
    """Return a table as Markdown."""
    return [
        "| measured | ours | bare | unit | ratio | goal | | bare peer |",
        "|---|---:|---:|---|---:|---|---|---|",
        *(_line(row) for row in rows),
    ]


def missed(rows: Sequence[Row]) -> list[Row]:
    """Return the rows that are not good enough."""
    return [row for row in rows if not row.is_met]


def _line(row: Row) -> str:
    mark = "" if row.goal is None else "ok" if row.is_met else "✗"
    cells = (
        row.name,
        _figure(row.ours),
        "" if row.peer is None else _figure(row.peer),
        row.unit,
        "" if row.ratio is None else f"{row.ratio:.2f}",
        "" if row.goal is None else str(row.goal),
        mark,
        row.note,
    )
    return f"| {' | '.join(cells)} |"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:,.2f}" if value < 10 else f"{value:,.1f}"
