"""A disk that is full, read-only or damaged: a clear sentence, nothing half-written, nothing acknowledged is lost, and it goes on when it can."""

from __future__ import annotations

import asyncio
import json
import random
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.store import copying
from bot.store.contract import Change, Saved
from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.store.pages import tallied
from bot.store.registry import open_store
from bot.terminal.command_line import voice_of
from bot.terminal.doctor import examined_store
from bot.tickets.events import Noted
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.records import Record, sealed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of POSIX")

AT = datetime(2026, 3, 6, 1, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("store_on_a_bad_disk.py")
_NAMESPACE = ["unshare", "-rm"]


def can_mount() -> bool:
    """Say whether this machine lets us mount in a namespace of our own; where it does not, limits stand for it."""
    if shutil.which("unshare") is None:
        return False
    probe = [*_NAMESPACE, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


WAYS = ["limit", "nothing", *(["full", "readonly"] if can_mount() else [])]


@pytest.mark.fault("disk")
@pytest.mark.parametrize("way", WAYS)
def test_a_disk_that_takes_no_more_is_told_and_survived(way, tmp_path, held):
    command = [sys.executable, str(CHILD), way, str(tmp_path)]
    if way in ("full", "readonly"):
        command = [*_NAMESPACE, *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert len(told["faults"]) == 5
    word = {"full": "磁盘满了", "readonly": "磁盘是只读的"}.get(way, "磁盘读写数据库")
    assert all(word in fault and "；请" in fault for fault in told["faults"])
    assert told["reads"] == [True, True]  # what is there can still be read
    assert (told["half_written"], told["lost"], told["broken"]) == ([], [], [])
    assert told["acknowledged"] >= 5
    held(refusals=len(told["faults"]), acknowledged=told["acknowledged"])


def test_a_folder_that_cannot_be_written_is_one_sentence():
    async def opened():
        await open_store("sqlite:/proc/shouwen/store.db", AT)

    with pytest.raises(StoreFault, match=r"/proc/shouwen 写不了.*检查文件夹"):
        asyncio.run(opened())


def saved(number: int, count: int) -> Saved:
    ticket = Ticket(
        number=number,
        version=0,
        kind=Kind.FAULT,
        room="r",
        requester=Party("w", "王老师"),
        account="qq:1",
        text="x",
        opened_at=AT,
    )
    records, head = [], ""
    for seq in range(1, count + 1):
        record = sealed(
            Record(number=number, seq=seq, at=AT, event=Noted(by=Party("z", "老张"), text=f"话 {seq}" * 9)),
            head,
        )
        head = record.hash
        records.append(record)
    return Saved(
        ticket=Ticket(
            **{name: getattr(ticket, name) for name in ticket.__struct_fields__}
            | {"version": count, "head": head}
        ),
        expected_version=0,
        records=tuple(records),
        next_due_at=AT,
    )


async def filled(path: Path, *, is_closed: bool = True):
    store = await open_store(f"sqlite:{path}", AT)
    for number in range(1, 31):
        message = Queued(
            key=f"o{number}", adapter="qq", room="qq:group:1", text=f"话 {number}", created_at=AT
        )
        await store.commit(Change(at=AT, seen=f"m{number}", tickets=(saved(number, 8),), outgoing=(message,)))
    if is_closed:
        await store.close()
    return store


async def looked_through(path: Path) -> tuple[int, bool]:
    """Read everything there is and commit once more; return how many tickets were whole, and whether anything was refused."""
    whole, is_refused = 0, False
    try:
        store = await open_store(f"sqlite:{path}", AT)
    except StoreFault:
        return 0, True
    try:
        for number in range(1, 31):
            try:
                ticket, records = await store.ticket(number), await store.records(number)
            except StoreFault:
                is_refused = True
                continue
            assert ticket is None or ticket.text == "x"
            whole += ticket is not None and len(records) == ticket.version
        for read in (
            store.waiting("qq"),
            store.due(AT),
            store.open_tickets(),
            store.failures(),
            tallied(store),
        ):
            try:
                await read
            except StoreFault:
                is_refused = True
        try:
            await store.commit(Change(at=AT, seen="after"))
        except StoreFault:
            is_refused = True
    finally:
        await store.close()
    return whole, is_refused


@pytest.mark.asyncio
@pytest.mark.fault("page")
async def test_a_damaged_page_is_never_taken_for_good(tmp_path, seed, held):
    chance, good = random.Random(seed), tmp_path / "good.db"
    await filled(good)
    backup = tmp_path / "good.backup"
    await copying.back_up(f"sqlite:{good}", backup, AT)
    pages = good.stat().st_size // 4096
    refused = 0
    chosen = [pages - 1, *chance.sample(range(pages - 1), 11)]
    for index in chosen:
        damaged = tmp_path / f"damaged{index}.db"
        shutil.copy(good, damaged)
        with damaged.open("r+b") as file:
            file.seek(index * 4096)
            file.write(chance.randbytes(4096))
        whole, is_refused = await looked_through(damaged)
        refused += is_refused
        assert is_refused or whole == 30
        await copying.restore(f"sqlite:{damaged}", backup, AT, is_replacing=True)
        assert await looked_through(damaged) == (30, False)
    assert refused
    held(len(chosen), refused=refused)


@pytest.mark.asyncio
@pytest.mark.fault("log")
async def test_a_torn_end_of_the_log_loses_at_most_what_it_tore(tmp_path, seed, held):
    chance, path = random.Random(seed), tmp_path / "store.db"
    store = await filled(path, is_closed=False)
    rounds = 8
    for number in range(rounds):
        folder = tmp_path / f"crash{number}"
        folder.mkdir()
        for suffix in ("", "-wal"):  # as after a power cut: the process never closed it
            shutil.copy(f"{path}{suffix}", folder / f"store.db{suffix}")
        log = folder / "store.db-wal"
        size = log.stat().st_size
        torn = chance.randint(1, 4096)
        if number % 2:
            with log.open("r+b") as file:
                file.truncate(size - torn)
        else:
            with log.open("r+b") as file:
                file.seek(size - torn)
                file.write(chance.randbytes(torn))
        again = await open_store(f"sqlite:{folder / 'store.db'}", AT)
        tally = await tallied(again)
        assert tally.broken == []
        seen = [await again.is_seen(f"m{n}") for n in range(1, 31)]
        assert seen == sorted(seen, reverse=True)  # a prefix of what was committed
        assert sum(seen) >= 29
        assert [ticket is not None for ticket in [await again.ticket(n) for n in range(1, 31)]] == seen
        await again.commit(Change(at=AT, seen="after"))
        await again.close()
    await store.close()
    held(rounds)


@pytest.mark.asyncio
async def test_the_doctor_finds_a_damaged_database(tmp_path):
    path = tmp_path / "store.db"
    await filled(path)
    assert (await examined_store(f"sqlite:{path}", voice_of("zh")))[0].is_well
    with sqlite3.connect(path) as database:
        (root,) = database.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'records'").fetchone()
    database.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(bytes(4096))
    (finding,) = await examined_store(f"sqlite:{path}", voice_of("zh"))
    assert not finding.is_well
    assert "恢复" in finding.says
