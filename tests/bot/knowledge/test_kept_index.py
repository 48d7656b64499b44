"""The index of a large knowledge base is kept as a file, and nothing depends on it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
import structlog
from msgspec.structs import replace

from bot.config import load
from bot.knowledge.kept_index import KeptIndex, index_file, read_base
from faq.entries import Entry
from faq.knowledge import KnowledgeBase

_ENTRIES = [
    Entry(id=f"K-{number}", question=f"第{number}台投影仪打不开", answer=str(number)) for number in range(40)
]


_MANY = 30  # phrasings


def _said(path: Path, entries: list[Entry]) -> tuple[bool, list[str]]:
    with structlog.testing.capture_logs() as logs:
        base, is_read = read_base(path, entries, worth_keeping=_MANY)
    assert [hit.entry.answer for hit in base.match("第7台投影仪打不开", limit=1)] == ["7"]
    return is_read, [each.get("why", each["action"]) for each in logs]


def _names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


@pytest.mark.asyncio
async def test_the_next_start_reads_what_was_kept(tmp_path: Path) -> None:
    path, index = (
        tmp_path / "new" / "shouwen.index",
        KeptIndex(tmp_path / "new" / "shouwen.index", worth_keeping=_MANY),
    )
    base = index.read(_ENTRIES, None)
    assert await index.keep(base)
    assert not await index.keep(base)  # nothing has changed
    assert _said(path, _ENTRIES) == (True, ["index_read"])
    assert path.stat().st_mode & 0o077 == 0
    assert _names(path.parent) == ["shouwen.index"]


@pytest.mark.asyncio
async def test_it_is_kept_again_when_much_has_changed(tmp_path: Path) -> None:
    index = KeptIndex(tmp_path / "shouwen.index", worth_keeping=_MANY)
    base = index.read(_ENTRIES, None)
    await index.keep(base)
    base.put(replace(_ENTRIES[0], question="别的"))
    assert not await index.keep(base)
    for number in range(3):
        base.put(replace(_ENTRIES[number], question=f"别的{number}"))
    assert await index.keep(base)


@pytest.mark.asyncio
async def test_a_small_base_is_made_anew_and_nothing_is_written(tmp_path: Path) -> None:
    index = KeptIndex(tmp_path / "shouwen.index", worth_keeping=_MANY)
    assert not await index.keep(index.read(_ENTRIES[:20], None))
    assert _names(tmp_path) == []


@pytest.mark.asyncio
async def test_a_file_that_is_no_good_is_told_and_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "shouwen.index"
    assert _said(path, _ENTRIES) == (False, ["there is none yet"])
    index = KeptIndex(path, worth_keeping=_MANY)
    await index.keep(index.read(_ENTRIES, None))
    body = path.read_bytes()
    path.write_bytes(body[:-1])
    assert _said(path, _ENTRIES) == (False, ["damaged"])
    path.write_bytes(b"something else altogether, long enough to be looked at" * 3)
    assert _said(path, _ENTRIES) == (False, ["not such a file"])
    path.write_bytes(body)
    others = [replace(each, question=each.question.replace("投影仪", "电脑")) for each in _ENTRIES]
    others[7] = _ENTRIES[7]
    assert _said(path, others) == (False, ["too much was changed since"])


@pytest.mark.asyncio
async def test_a_base_that_changes_meanwhile_is_not_written(tmp_path: Path) -> None:
    index = KeptIndex(tmp_path / "shouwen.index", worth_keeping=_MANY)
    base = index.read(_ENTRIES, None)
    keeping = asyncio.create_task(index.keep(base))
    await asyncio.sleep(0)
    base.put(replace(_ENTRIES[0], question="别的"))
    assert not await keeping
    assert _names(tmp_path) == []
    assert await index.keep(base)


@pytest.mark.asyncio
async def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="ascii")
    index = KeptIndex(tmp_path / "file" / "shouwen.index", worth_keeping=_MANY)
    with structlog.testing.capture_logs() as logs:
        assert not await index.keep(KnowledgeBase(_ENTRIES))
    assert [each["action"] for each in logs] == ["index_unkept"]


@pytest.mark.asyncio
async def test_what_a_killed_worker_left_is_cleared_away(tmp_path: Path) -> None:
    left, of_another = tmp_path / "shouwen.123", tmp_path / "shouwen.124"
    for each in (left, of_another):
        each.write_bytes(b"half")
    os.utime(left, (1_000_000_000, 1_000_000_000))
    await KeptIndex(tmp_path / "shouwen.index", worth_keeping=_MANY).keep(KnowledgeBase(_ENTRIES))
    assert _names(tmp_path) == ["shouwen.124", "shouwen.index"]


@pytest.mark.parametrize(
    ("store", "folder", "expected"),
    [
        ("sqlite:data/desk.db", "", "{here}/data/desk.index"),
        ("sqlite:data/desk.db", "fast", "{here}/fast/desk.index"),
        ("redis://:secret@host:6379/0", "", "{home}/shouwen/knowledge-"),
        ("redis://host:6379/0", "fast", "{here}/fast/knowledge-"),
    ],
)
def test_where_it_lies(tmp_path: Path, store: str, folder: str, expected: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[store]\nurl = "{store}"\n[faq]\nindex_folder = "{folder}"\n', encoding="utf-8")
    path = str(index_file(load(file, {}), {"XDG_CACHE_HOME": "/home/cache"}))
    assert path.startswith(expected.format(here=tmp_path, home="/home/cache"))
    assert "secret" not in path


def test_a_password_does_not_change_where_it_lies(tmp_path: Path) -> None:
    def of(url: str) -> Path:
        file = tmp_path / "config.toml"
        file.write_text(f'[store]\nurl = "{url}"\n', encoding="utf-8")
        return index_file(load(file, {}), {"XDG_CACHE_HOME": "/cache"})

    assert of("redis://:one@host:6379/0") == of("redis://:two@host:6379/0") != of("redis://host:6379/1")
