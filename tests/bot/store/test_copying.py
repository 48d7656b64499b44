"""Backup, restore and moving house, between stores of every kind."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from bot.lessons import Lesson, Missed
from bot.store import copying
from bot.store.contract import Change, Kept, Link
from bot.store.faults import StoreFault
from bot.store.messages import Delivery
from bot.store.pages import tallied
from bot.store.portable import Part, refuse_half_a_copy
from bot.store.registry import open_store

pytestmark = pytest.mark.asyncio


@pytest.fixture
def other_url(tmp_path):
    return f"sqlite:{tmp_path / 'other.db'}"


async def fill(store, build, count=3):
    for number in range(1001, 1001 + count):
        ticket = build.opened(number, due=build.at + timedelta(minutes=number))
        await store.commit(
            build.change(
                seen=f"m{number}",
                tickets=(ticket,),
                outgoing=(build.message(f"o{number}", ticket=number),),
                asks=(build.ask(f"a{number}"),),
                links=(Link(build.room, f"m{number}", number),),
            )
        )
        await store.commit(build.change(tickets=(build.noted(ticket.ticket),)))
    await store.learn(
        build.learning(
            entries=(build.entry("K-001"),),
            lessons=(Lesson(id="l1", at=build.at, matter=Missed(question="?")),),
        )
    )


@pytest.fixture
def backup_file(tmp_path):
    return tmp_path / "shouwen.backup"


class TestBackup:
    async def test_it_is_made_while_the_store_goes_on_and_restored_into_another(
        self, store, store_url, other_url, build, backup_file
    ):
        await fill(store, build)
        path, copied = await copying.back_up(store_url, backup_file, build.at)
        assert path == backup_file
        assert (copied.counts[Part.TICKETS], copied.counts[Part.ENTRIES], copied.broken) == (3, 1, [])
        await store.commit(build.change(seen="later"))
        restored = await copying.restore(other_url, backup_file, build.at, is_replacing=False)
        assert restored.counts == copied.counts
        other = await open_store(other_url, build.at)
        for number in range(1001, 1004):
            assert await other.ticket(number) == await store.ticket(number)
            assert await other.records(number) == await store.records(number)
        assert not await other.is_seen("later")
        assert await other.kept("") == {}
        await other.close()

    async def test_what_waited_may_have_been_said_since(
        self, store, store_url, other_url, build, backup_file
    ):
        messages = [build.message(state.value, state=state) for state in Delivery]
        await store.commit(build.change(outgoing=tuple(messages)))
        await copying.back_up(store_url, backup_file, build.at)
        await copying.restore(other_url, backup_file, build.at, is_replacing=False)
        other = await open_store(other_url, build.at)
        marked = {state: (await other.outgoing(state.value)).is_unknown for state in Delivery}
        assert marked == {
            Delivery.QUEUED: True,
            Delivery.SENDING: True,
            Delivery.HELD: True,
            Delivery.SENT: False,
            Delivery.DEAD: False,
            Delivery.DROPPED: False,
        }
        await other.close()

    async def test_it_never_overwrites_and_names_itself_in_a_folder(self, store, store_url, build, tmp_path):
        names = [(await copying.back_up(store_url, tmp_path, build.at))[0].name for _ in range(2)]
        assert names == ["shouwen-20260306T084500Z.backup", "shouwen-20260306T084500Z-2.backup"]
        before = (tmp_path / names[0]).read_bytes()
        with pytest.raises(StoreFault, match="已经有了"):
            await copying.back_up(store_url, tmp_path / names[0], build.at)
        assert (tmp_path / names[0]).read_bytes() == before

    @pytest.mark.skipif(os.name != "posix", reason="rights of files are another matter elsewhere")
    async def test_only_its_owner_may_read_it(self, store, store_url, build, backup_file):
        await copying.back_up(store_url, backup_file, build.at)
        assert stat.S_IMODE(backup_file.stat().st_mode) == 0o600

    async def test_it_cannot_be_written_nowhere(self, store, store_url, build, tmp_path):
        with pytest.raises(StoreFault, match="写不了"):
            await copying.back_up(store_url, tmp_path / "missing" / "x.backup", build.at)
        assert not list(tmp_path.glob("*.partial"))

    async def test_anybody_can_read_it(self, store, store_url, build, backup_file):
        await fill(store, build, 1)
        await copying.back_up(store_url, backup_file, build.at)
        with gzip.open(backup_file, "rt", encoding="utf-8") as lines_of_json:
            head, *lines, foot = map(json.loads, lines_of_json)
        assert (head["shouwen"], head["format"], foot["shouwen"]) == ("backup", 2, "end")
        assert [part for part, _ in lines].count("tickets") == foot["counts"]["tickets"] == 1


class TestDamage:
    async def made(self, store, store_url, build, backup_file):
        await fill(store, build)
        await copying.back_up(store_url, backup_file, build.at)
        return gzip.decompress(backup_file.read_bytes())

    @pytest.mark.parametrize(
        "harm",
        [
            lambda text: text.replace("打印机坏了".encode(), "打印机好了".encode(), 1),
            lambda text: text[: len(text) // 2],
            lambda text: text[: text.rindex(b'{"shouwen":"end"')],
            lambda text: text + b'["seen",{"key":"x","at":"2026-03-06T08:45:00Z"}]\n',
            lambda text: text.replace(b'"tickets"', b'"tickest"', 1),
            lambda text: b"".join(line for line in text.splitlines(True) if b'"asks",' not in line),
        ],
        ids=["changed", "cut", "without an end", "more", "unknown", "missing lines"],
    )
    async def test_a_changed_backup_is_not_used(self, store, store_url, other_url, build, backup_file, harm):
        text = await self.made(store, store_url, build, backup_file)
        backup_file.write_bytes(gzip.compress(harm(text)))
        with pytest.raises(StoreFault, match="已损坏"):
            copying.examine(backup_file)
        with pytest.raises(StoreFault, match="已损坏"):
            await copying.restore(other_url, backup_file, build.at, is_replacing=False)
        other = await open_store(other_url, build.at)
        assert sum((await tallied(other)).counts.values()) == 0
        await other.close()

    async def test_damage_of_the_compressed_bytes_is_told(self, store, store_url, build, backup_file):
        await self.made(store, store_url, build, backup_file)
        whole = backup_file.read_bytes()
        for harmed in (whole[:-20], whole[:100] + bytes(50) + whole[150:]):
            backup_file.write_bytes(harmed)
            with pytest.raises(StoreFault, match="已损坏"):
                copying.examine(backup_file)

    @pytest.mark.parametrize(
        "content",
        [b"", b"hello", gzip.compress(b"hello\n"), gzip.compress(b"")],
        ids=["empty", "text", "compressed text", "compressed nothing"],
    )
    async def test_something_else_is_no_backup(self, backup_file, content):
        backup_file.write_bytes(content)
        with pytest.raises(StoreFault, match="不是 shouwen 的备份"):
            copying.examine(backup_file)

    async def test_a_newer_format_is_refused(self, backup_file):
        head = {
            "shouwen": "backup",
            "format": 3,
            "program": "9.0",
            "at": "2026-03-06T08:45:00Z",
            "store": "sqlite",
        }
        backup_file.write_bytes(gzip.compress(json.dumps(head).encode() + b"\n"))
        with pytest.raises(StoreFault, match=r"9\.0"):
            copying.examine(backup_file)


class TestRestore:
    async def test_what_is_there_is_not_touched(self, store, store_url, other_url, build, backup_file):
        await copying.back_up(store_url, backup_file, build.at)
        other = await open_store(other_url, build.at)
        await other.commit(build.change(tickets=(build.opened(7),)))
        await other.close()
        with pytest.raises(StoreFault, match="--replace"):
            await copying.restore(other_url, backup_file, build.at, is_replacing=False)
        other = await open_store(other_url, build.at)
        assert await other.ticket(7) is not None
        await other.close()

    async def test_with_replace_it_is_put_aside_even_when_it_is_broken(
        self, store, store_url, other_url, build, backup_file, tmp_path
    ):
        await fill(store, build)
        await copying.back_up(store_url, backup_file, build.at)
        (tmp_path / "other.db").write_bytes(b"no database")
        copied = await copying.restore(other_url, backup_file, build.at, is_replacing=True)
        assert (tmp_path / "other.db.before-restore-20260306T084500Z").read_bytes() == b"no database"
        assert copied.aside.endswith("other.db.before-restore-20260306T084500Z")
        other = await open_store(other_url, build.at)
        assert len(await other.open_tickets()) == 3
        await other.close()

    @pytest.mark.parametrize("kind", ["redis", "cluster"])
    async def test_with_replace_what_is_on_redis_is_saved_beside_the_backup_first(
        self, kind, request, build, backup_file
    ):
        server = request.getfixturevalue(f"{kind}_server")
        server.empty()
        store = await open_store(server.url, build.at)
        await fill(store, build)
        await copying.back_up(server.url, backup_file, build.at)
        await store.commit(build.change(tickets=(build.opened(77),)))
        await store.close()
        copied = await copying.restore(server.url, backup_file, build.at, is_replacing=True)
        assert copied.aside == str(backup_file.with_name("before-restore-20260306T084500Z.backup"))
        again = await open_store(server.url, build.at)
        assert await again.ticket(77) is None
        assert len(await again.open_tickets()) == 3
        await again.close()
        await copying.restore(
            server.url, Path(copied.aside), build.at + timedelta(minutes=1), is_replacing=True
        )  # and back
        again = await open_store(server.url, build.at)
        assert await again.ticket(77) is not None
        assert len(await again.open_tickets()) == 4
        await again.close()

    async def test_with_replace_a_redis_in_use_is_left_alone(self, redis_server, build, backup_file):
        redis_server.empty()
        store = await open_store(redis_server.url, build.at)
        await fill(store, build)
        await copying.back_up(redis_server.url, backup_file, build.at)
        await store.alive()
        with pytest.raises(StoreFault, match="正被机器人使用"):
            await copying.restore(redis_server.url, backup_file, build.at, is_replacing=True)
        assert len(await store.open_tickets()) == 3
        await store.close()

    async def test_a_store_in_use_is_refused(self, store, store_url, other_url, build, backup_file):
        await copying.back_up(store_url, backup_file, build.at)
        other = await open_store(other_url, build.at)
        for is_replacing in (False, True):
            with pytest.raises(StoreFault, match="正被另一个进程使用"):
                await copying.restore(other_url, backup_file, build.at, is_replacing=is_replacing)
        await other.close()


class TestMigrate:
    async def test_everything_arrives_and_the_source_stays(self, store, store_url, other_url, build):
        await fill(store, build)
        before = await tallied(store)
        await store.close()
        copied = await copying.migrate(store_url, other_url, build.at)
        assert copied.counts[Part.TICKETS] == 3
        for url in (store_url, other_url):
            opened = await open_store(url, build.at)
            assert (await tallied(opened)).differing(before) == []
            assert await opened.kept(copying.COPYING) == {}
            await opened.close()

    @pytest.mark.parametrize("stop_after", [0, 1, 3, 6])
    async def test_an_interrupted_move_goes_on(self, store, store_url, other_url, build, stop_after):
        await fill(store, build, 4)
        before = await tallied(store)
        await store.close()
        await _interrupted(store_url, other_url, build, stop_after)
        half = await open_store(other_url, build.at)
        with pytest.raises(StoreFault, match="还没复制完"):
            await refuse_half_a_copy(half)
        await half.close()
        await copying.migrate(store_url, other_url, build.at)
        moved = await open_store(other_url, build.at)
        assert (await tallied(moved)).differing(before) == []
        await refuse_half_a_copy(moved)
        await moved.close()

    async def test_half_a_copy_of_another_store_is_not_mixed(self, store, store_url, other_url, build):
        await store.close()
        other = await open_store(other_url, build.at)
        await other.commit(Change(at=build.at, kept=(Kept(copying.COPYING + "from", "redis://elsewhere"),)))
        await other.close()
        with pytest.raises(StoreFault, match="elsewhere"):
            await copying.migrate(store_url, other_url, build.at)

    async def test_a_source_that_changed_after_an_interruption_is_noticed(
        self, store, store_url, other_url, build
    ):
        await fill(store, build)
        await store.close()
        await _interrupted(store_url, other_url, build, 6)
        changed = await open_store(store_url, build.at)
        await changed.commit(build.change(seen="a0"))  # sorts before what was copied already
        await changed.close()
        with pytest.raises(StoreFault, match="核对不上"):
            await copying.migrate(store_url, other_url, build.at)
        copied = await copying.migrate(store_url, other_url, build.at)
        assert copied.counts[Part.SEEN] == 4

    async def test_a_source_in_use_is_refused(self, store, store_url, other_url, build):
        with pytest.raises(StoreFault):
            await copying.migrate(store_url, store_url, build.at)
        if store_url.startswith("sqlite:"):
            with pytest.raises(StoreFault, match="正被另一个进程使用"):
                await copying.migrate(store_url, other_url, build.at)


async def _interrupted(source_url, target_url, build, after):
    """Begin a move and stop it after some pages."""
    source, target = await open_store(source_url, build.at), await open_store(target_url, build.at)
    put_back, done = target.put_back, 0

    async def until(pieces):
        nonlocal done
        if done == after:
            raise asyncio.CancelledError
        done += 1
        await put_back(pieces)

    target.put_back = until
    try:
        with pytest.raises(asyncio.CancelledError):
            await copying._copy(
                lambda place: copying.pages(source, after=place), target, copying.shown(source_url), build.at
            )
    finally:
        await source.close()
        await target.close()


async def test_the_audit_reads_beside_a_bot_and_names_what_was_changed(store, store_url, build):
    await fill(store, build)
    assert (await copying.audit(store_url)).broken == []
    forged = [piece for _, piece in await store.export(Part.TICKETS)][1]
    sheet = forged.sheets[1]
    changed = type(sheet)(sheet.body.replace("看过了", "没看过"), sheet.hash)
    await store.put_back([type(forged)(ticket=forged.ticket, sheets=(forged.sheets[0], changed))])
    assert (await copying.audit(store_url)).broken == [(1002, 2)]
