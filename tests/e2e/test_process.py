"""The program as an operating system sees it: signals, a second copy, wrong configurations, a port that is taken."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

pytestmark = pytest.mark.asyncio

CUSTOMER, DUTY = 123456, 654321
REPORTS = 40
FULL = Path("/dev/full")
_OPENED = re.compile(r"已建单 (\d+)")

BROKEN = """
[store]
url = {store}
[web]
listen = "127.0.0.1:{port}"
[bot]
timezone = "Asia/Beijing"
nmae = "小首"
[[rooms]]
id = "yucai"
name = "育才群"
address = "qq:group:1"
kind = "customer"
customer = "nobody"
"""


async def test_sigterm_ends_it_in_five_seconds_and_nothing_is_lost(run, configured, hooks, qq_peer, saved_by):
    config = configured()
    program = await run(config)
    peer = await qq_peer(hooks(await program.address()), token="s3cret")
    for person in range(REPORTS):
        await peer.group_says(
            CUSTOMER, 30_000 + person, f"报障 {person} 号教室没有声音", card=f"老师{person}"
        )
    announced = [await peer.next_sent()]
    program.terminate()
    assert await program.ended(within=5) == 0
    await peer.closed()
    while not peer.nothing_sent():
        announced.append(await peer.next_sent())
    assert "Traceback" not in program.said()

    store = await saved_by(config)
    saved = {ticket.number for ticket in await store.recent_tickets(limit=REPORTS)}
    await store.close()
    told = [int(found[1]) for sent in announced if (found := _OPENED.search(sent.text))]
    assert told
    assert set(told) <= saved
    assert len(told) == len(set(told))

    again = await run(config)
    peer = await qq_peer(hooks(await again.address()), token="s3cret")
    while saved - set(told):  # what was saved but not said any more is said by the next run
        sent = await peer.next_sent()
        told.extend(int(found[1]) for found in _OPENED.finditer(sent.text))
    assert set(told) == saved


async def test_a_second_program_on_the_same_database_is_refused_in_one_sentence(run, configured):
    config = configured()
    first = await run(config)
    await first.address()
    second = await run(config)
    assert await second.ended() == 1
    (line,) = second.said().splitlines()
    assert f"正被另一个进程使用（进程号 {first.process.pid}）" in line
    assert first.process.returncode is None


async def test_a_wrong_configuration_starts_nothing_and_lists_every_mistake(run, configured, free_port):
    config = configured(text=BROKEN, port=free_port)
    program = await run(config)
    assert await program.ended() == 78  # for a service manager: no use in starting it again
    said = program.said()
    for mistake in ("Asia/Beijing", "nmae", "nobody"):
        assert mistake in said
    assert "Traceback" not in said
    assert not config.with_name("store.db").exists()
    with socket.socket() as client:
        assert client.connect_ex(("127.0.0.1", free_port)) != 0


async def test_a_port_that_is_taken_is_said_in_one_sentence_and_the_database_is_let_go(run, configured):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        program = await run(configured(port=port))
        assert await program.ended() == 1
        said = program.said()
        assert str(port) in said
        assert "Traceback" not in said
    other = await run(configured())
    await other.address()


async def test_a_restart_goes_on_with_numbers_and_tickets(run, configured, hooks, qq_peer):
    config = configured()
    first = await run(config)
    peer = await qq_peer(hooks(await first.address()), token="s3cret")
    await peer.group_says(CUSTOMER, 20001, "报障 门禁刷不开", card="王老师")
    assert "已建单 1001" in "".join([(await peer.next_sent()).text, (await peer.next_sent()).text])
    first.terminate()
    assert await first.ended(within=5) == 0

    second = await run(config)
    peer = await qq_peer(hooks(await second.address()), token="s3cret", self_id=10001000)
    await peer.privately_says(
        30001, "在吗"
    )  # takes the id that the report had; another room, so another message
    await peer.next_sent()
    await peer.group_says(DUTY, 20002, "接单", card="老张")
    texts = "".join([(await peer.next_sent()).text, (await peer.next_sent()).text])
    assert "1001 由 老张 接单" in texts
    await peer.group_says(CUSTOMER, 20001, "报障 广播没声音", card="王老师")
    assert "已建单 1002" in "".join([(await peer.next_sent()).text, (await peer.next_sent()).text])


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is always full")
async def test_a_log_that_cannot_be_written_stops_nothing(run, configured, hooks, qq_peer):
    program = await run(configured(), log=FULL)
    peer = await qq_peer(hooks(await program.address()), token="s3cret")
    await peer.group_says(CUSTOMER, 20_001, "报障 教室没有声音", card="王老师")
    assert "已建单" in (await peer.next_sent()).text
    assert program.process.returncode is None
