"""What is broken on purpose, where and how often the long run breaks it, and what must hold then: the rows of the printed table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

NOWHERE = ""  # for what has nothing to do with where the data lies
STORES = {
    "sqlite": "SQLite",
    "redis": "Redis",
    "redis, three shards": "Redis, 3 shards",
    "valkey": "Valkey",
    "cluster": "cluster of 3",
    NOWHERE: "",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is broken, what must hold then, and how many rounds the long run owes on each kind of store."""

    words: str
    holds: str
    asked: Mapping[str, int]


_TOLD = "no ticket, answer, rung or claim lost; repeats marked; archives whole"
_ONCE = "each note saved once or refused; archives whole"


def _on(sqlite: int = 0, redis: int = 0, valkey: int = 0, cluster: int = 0) -> Mapping[str, int]:
    counts = {"sqlite": sqlite, "redis": redis, "valkey": valkey, "cluster": cluster}
    return {store: count for store, count in counts.items() if count}


PLAN = {
    "worker": Fault(
        "SIGKILL of a worker under load (beside SQLite the only one, else one of two)", _TOLD, _on(300, 300, 40, 40)
    ),
    "rolling": Fault(
        "rolling restart of two workers under load", "nothing lost, nothing said twice", _on(0, 20, 4, 4)
    ),
    "lease": Fault(
        "SIGKILL of the worker that has a connection", "the other one has it within 15 s; nothing lost", _on(0, 20, 5, 5)
    ),
    "server": Fault(
        "SIGKILL of the server, or of a node of the cluster, under load (`appendfsync always`)",
        f"{_ONCE}; back within 5 s, and said so",
        _on(0, 51, 21, 21),
    ),
    "paused": Fault("the server, or a node of the cluster, paused for 30 s", _ONCE, _on(0, 50, 10, 10)),
    "cut": Fault("connections cut in mid-answer (on Redis: one shard and six)", _ONCE, _on(0, 100, 20, 20)),
    "slow": Fault("slow network", _ONCE, _on(0, 50, 20, 20)),
    "half-way": Fault("worker dead between two shards of a commit", "ended by whoever meets it", _on(0, 1, 1, 1)),
    "delivery": Fault(
        "stores, leases, platforms and workers fail while messages are on their way (on Redis: 3 workers)",
        "nothing lost; what is said twice is marked; in order",
        _on(300, 150, 20, 0),
    ),
    "failover": Fault(
        "master lost, sentinels name another; node of a cluster lost, its replica takes over",
        "followed; nothing acknowledged is missing",
        _on(0, 3, 3, 3),
    ),
    "claims": Fault(
        "race for 10,000 claims (SQLite: all in one worker; Redis, cluster: 2, 4, 8 workers; Valkey: 4)",
        "one owner each, losers told who; history linearizable",
        _on(10_000, 30_000, 10_000, 30_000),
    ),
    "deadlines": Fault(
        "10,000 tickets due on two workers at once (SQLite: one)",
        "each rung exactly once",
        _on(10_000, 10_000, 10_000, 10_000),
    ),
    "deliveries": Fault(
        "a message delivered 1–5 times, reordered, to four workers (SQLite: one)",
        "one ticket, one answer",
        _on(10_000, 10_000, 10_000, 10_000),
    ),
    "disk": Fault(
        "disk full, read-only, takes nothing (servers: full)",
        "one sentence; nothing half-written; goes on when freed",
        _on(4, 1, 1, 1),
    ),
    "page": Fault(
        "damaged page, the last and random ones", "refused, never wrong; restored from backup", _on(sqlite=12)
    ),
    "log": Fault("torn end of the log", "opens, consistent, only what was torn is missing", _on(sqlite=8)),
    "aof": Fault(
        "torn and damaged end of the AOF (of one node of the cluster)",
        "opens whole, or is refused in one sentence until repaired or restored",
        _on(0, 16, 8, 8),
    ),
    "clock": Fault("wall clock jumps ±1 h, ±1 day", "no rung twice, none lost", _on(12, 12, 12, 12)),
    "zone": Fault("time zone of the host changes", "same times, no rung twice", _on(4, 4, 4, 4)),
    "platform": Fault(
        "platform answers after 60 s, never, 429 for 20 min, cuts every send, adapter raises",
        "others at once; urgent first; stale dropped with a record; dead letters say why",
        _on(5, 5, 5, 5),
    ),
    "poison": Fault(
        "a message or deadline at which the program fails",
        "put aside with its traceback, next one served",
        _on(8, 8, 8, 8),
    ),
    "day": Fault("24 h of load on a compressed clock", "memory, files, log and keys flat", _on(1, 1, 1, 1)),
    "year": Fault(
        "a year with 2,000 tickets, pauses and restarts", "every rung once, when and to whom it should", _on(sqlite=1)
    ),
    "payloads": Fault(
        "spoilt payloads of nine platforms, a million of each",
        "read or refused, nothing else raised",
        {NOWHERE: 9_000_000},
    ),
    "transcripts": Fault(
        "conversations",
        "all say the same",
        dict.fromkeys(("redis", "redis, three shards", "valkey", "cluster"), 0),
    ),
}  # fmt: skip
