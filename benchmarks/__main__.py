"""Measures speed and size and prints one table: `python -m benchmarks [--strict] [store|road|chatter|…]`."""

from __future__ import annotations

import sys

from benchmarks import (
    chatter,
    clocks,
    deadlines,
    deadlines_redis,
    faq,
    holding,
    redis_store,
    road,
    router,
    semantic,
    several_workers,
    size,
    startup,
    store,
    wecom,
)
from benchmarks.table import lines, missed

MEASUREMENTS = {
    "store": store.run,
    "redis": redis_store.run,
    "workers": several_workers.run,
    "road": road.run,
    "router": router.run,
    "chatter": chatter.run,
    "clocks": clocks.run,
    "deadlines": deadlines.run,
    "deadlines-redis": deadlines_redis.run,
    "faq": faq.run,
    "semantic": semantic.run,
    "loop": holding.run,
    "wecom": wecom.run,
    "startup": startup.run,
    "size": size.run,
}


def main(words: list[str]) -> int:
    """Run the named measurements, or all of them; with `--strict` a missed goal is an error."""
    names = [word for word in words if not word.startswith("-")] or list(MEASUREMENTS)
    unknown = [name for name in names if name not in MEASUREMENTS]
    unknown += [word for word in words if word.startswith("-") and word != "--strict"]
    if unknown:
        print(f"no such measurement: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
        return 2
    rows = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows.extend(MEASUREMENTS[name]())
    print("\n".join(lines(rows)))
    return 1 if "--strict" in words and missed(rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
