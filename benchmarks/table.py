"""What a measurement says: our figure beside that of the barest program that does the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `goal` says in words what the ratio `ours / peer` should be, for example `≥ 0.8`."""

    name: str
    ours: float
    peer: float
    unit: str
    goal: str

    @property
    def ratio(self) -> float:
        """Our figure divided by the peer's."""
        return self.ours / self.peer


def lines(rows: Iterable[Row]) -> list[str]:
    """Return a table as Markdown."""
    return [
        "| measured | ours | peer | unit | ratio | goal |",
        "|---|---:|---:|---|---:|---|",
        *(
            f"| {row.name} | {row.ours:,.1f} | {row.peer:,.1f} | {row.unit} | {row.ratio:.2f} | {row.goal} |"
            for row in rows
        ),
    ]
