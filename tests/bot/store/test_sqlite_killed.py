"""What is left when the program is killed in the middle of commits."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.registry import open_store
from bot.tickets.records import first_break

CHILD = Path(__file__).with_name("commits_until_killed.py")
ROUNDS = 20


def acknowledged_until_killed(url: str, after: int) -> dict[int, int]:
    """Run the child, kill it after so many acknowledgements, and return the latest version told of each ticket."""
    with subprocess.Popen([sys.executable, str(CHILD), url], stdout=subprocess.PIPE, text=True) as child:
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        lines += child.stdout.readlines()
    versions: dict[int, int] = {}
    for line in lines:
        if line.endswith("\n"):  # the last one may have been cut
            number, version = map(int, line.split())
            assert version > versions.get(number, 0)
            versions[number] = version
    return versions


@pytest.mark.asyncio
async def test_every_acknowledged_commit_is_there_and_whole(tmp_path, build):
    url = f"sqlite:{tmp_path / 'store.db'}"
    for round_ in range(ROUNDS):
        told = acknowledged_until_killed(url, after=3 + 11 * round_ % 60)
        assert told
        store = await open_store(url, build.at)
        tickets = {ticket.number: ticket for ticket in await store.recent_tickets(limit=1000)}
        for number, version in told.items():
            assert tickets[number].version >= version
        for number, ticket in tickets.items():
            archive = await store.records(number)
            assert first_break(archive) is None
            assert (len(archive), archive[-1].hash) == (ticket.version, ticket.head)
            assert await store.is_seen(ticket.progress)
            assert (await store.outgoing(ticket.progress)).ticket in (number, number - 1)
            partner = tickets[number + 1 if number % 2 else number - 1]
            assert partner.version == ticket.version
        await store.close()
