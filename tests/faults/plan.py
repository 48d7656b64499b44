"""What is broken on purpose, how often the long run breaks it, and what must hold then: the rows of the printed table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One row. `asked` rounds are wanted of the long run."""

    words: str
    asked: int
    holds: str


_TOLD = "no ticket, answer, rung or claim lost; repeats marked; archives whole"
_ONCE = "each note saved once or refused; archives whole"

PLAN = {
    "worker-sqlite": Fault("SIGKILL of the bot under load, SQLite", 300, _TOLD),
    "worker-redis": Fault("SIGKILL of one of two workers under load, Redis", 300, _TOLD),
    "rolling": Fault("rolling restart of two workers under load", 20, "nothing lost, nothing said twice"),
    "lease": Fault(
        "SIGKILL of the worker that has a connection", 20, "the other one has it within 15 s; nothing lost"
    ),
    "redis-killed": Fault(
        "SIGKILL of Redis under load (`appendfsync always`)", 50, f"{_ONCE}; back within 5 s, and said so"
    ),
    "redis-paused": Fault("Redis paused for 30 s", 50, _ONCE),
    "redis-cut": Fault("connections to Redis cut in mid-answer, one shard and six", 100, _ONCE),
    "redis-slow": Fault("slow network to Redis", 50, _ONCE),
    "half-way": Fault("worker dead between two shards of a commit", 1, "ended by whoever meets it"),
    "failover": Fault("master lost, sentinels name another", 3, "followed; nothing acknowledged is missing"),
    "claims": Fault(
        "2, 4, 8 workers race for 10,000 claims", 30_000, "one owner each, losers told who; history linearizable"
    ),
    "deadlines": Fault("10,000 tickets due on two workers at once", 10_000, "each rung exactly once"),
    "deliveries": Fault(
        "a message delivered 1–5 times, reordered, to four workers", 10_000, "one ticket, one answer"
    ),
    "disk-full": Fault(
        "disk full, read-only, takes nothing (SQLite)", 4, "one sentence; nothing half-written; goes on when freed"
    ),
    "page": Fault("damaged page of SQLite, the last and random ones", 12, "refused, never wrong; restored from backup"),
    "log": Fault("torn end of SQLite's log", 8, "opens, consistent, only what was torn is missing"),
    "redis-disk": Fault("disk full under Redis", 1, "one sentence; nothing half-written; goes on when freed"),
    "aof": Fault(
        "torn and damaged end of the AOF", 16, "opens whole, or is refused in one sentence until repaired or restored"
    ),
    "clock": Fault("wall clock jumps ±1 h, ±1 day", 12, "no rung twice, none lost"),
    "zone": Fault("time zone of the host changes", 4, "same times, no rung twice"),
    "platform": Fault(
        "platform answers after 60 s, never, 429 for 20 min, cuts every send, adapter raises",
        5,
        "others at once; urgent first; stale dropped with a record; dead letters say why",
    ),
    "poison": Fault("a message or deadline at which the program fails", 8, "put aside with its traceback, next one served"),
    "day": Fault("24 h of load on a compressed clock, SQLite and Redis", 2, "memory, files, log and keys flat"),
    "year": Fault("a year with 2,000 tickets, pauses and restarts", 1, "every rung once, when and to whom it should"),
    "payloads": Fault("spoilt payloads of nine platforms", 6_000_000, "read or refused, nothing else raised"),
    "transcripts": Fault(
        "conversations on Redis, Redis in three shards, Valkey, a cluster of three", 0, "all say the same as on SQLite"
    ),
}  # fmt: skip
