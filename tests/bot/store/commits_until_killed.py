"""A program that commits without end and says after each commit what was acknowledged; `test_sqlite_killed.py` kills it."""

import asyncio
import os
import sys
from datetime import UTC, datetime

import msgspec

from bot.store.contract import Change, Saved
from bot.store.messages import Queued
from bot.store.registry import open_store
from bot.tickets.events import Noted
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.records import Record, sealed

AT = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)
ZHANG = Party("zhang", "老张")
CALLERS = 6


def noted(ticket: Ticket, text: str) -> Saved:
    record = sealed(
        Record(number=ticket.number, seq=ticket.version + 1, at=AT, event=Noted(by=ZHANG, text=text)),
        ticket.head,
    )
    later = msgspec.structs.replace(ticket, version=record.seq, head=record.hash, progress=text)
    return Saved(ticket=later, expected_version=ticket.version, records=(record,), next_due_at=AT)


def new(number: int) -> Ticket:
    return Ticket(
        number=number,
        version=0,
        kind=Kind.FAULT,
        room="yucai",
        requester=ZHANG,
        account="qq:1",
        text="坏了",
        opened_at=AT,
    )


async def caller(store, pair):
    """Write the same note to two tickets in one change, again and again."""
    tickets = [await store.ticket(number) or new(number) for number in pair]
    while True:
        text = f"{pair[0]}-{tickets[0].version + 1}"
        saved = tuple(noted(ticket, text) for ticket in tickets)
        message = Queued(key=text, adapter="qq", room="qq:group:1", text=text, created_at=AT, ticket=pair[0])
        await store.commit(Change(at=AT, seen=text, tickets=saved, outgoing=(message,)))
        os.write(1, f"{pair[0]} {saved[0].ticket.version}\n".encode())
        tickets = [one.ticket for one in saved]


async def main(url: str) -> None:
    store = await open_store(url, AT)
    await asyncio.gather(*(caller(store, (2 * n + 1, 2 * n + 2)) for n in range(CALLERS)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
