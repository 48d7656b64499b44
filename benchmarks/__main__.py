"""Measures everything and prints one table."""

from __future__ import annotations

import sys

from benchmarks import store
from benchmarks.table import lines

MEASUREMENTS = {"store": store.run}


def main(names: list[str]) -> None:
    """Run the named measurements, or all of them."""
    chosen = names or list(MEASUREMENTS)
    rows = [row for name in chosen for row in MEASUREMENTS[name]()]
    print("\n".join(lines(rows)))


if __name__ == "__main__":
    main(sys.argv[1:])
