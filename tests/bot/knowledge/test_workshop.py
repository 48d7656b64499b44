"""Files are read and written in a process of its own, and whatever becomes of it ends in a sentence and leaves nothing behind."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import tempfile
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from bot.knowledge.workshop import Workshop
from faq.entries import Entry
from faq.formats import UnreadableFile, parse, said

_HANGS = (sys.executable, "-c", "import time; time.sleep(600)")
_DIES = (
    sys.executable,
    "-c",
    "import os, sys; print('out of luck', file=sys.stderr); sys.stderr.flush(); os._exit(9)",
)
_IN_LITTLE_MEMORY = (
    *(sys.executable, "-c"),
    "import sys, pathlib; from bot.knowledge import workshop_job as job; job.MOST_MEMORY = 200_000_000; job.main(pathlib.Path(sys.argv[1]))",
)
_ENTRIES = [
    Entry(id="K-1", question="打印机坏了怎么办", aliases=("打不了", "=1+1"), answer="重启。\n再试。"),
    Entry(id="K-2", question="密码忘了", answer="点忘记密码。", is_enabled=False),
]


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files lie while they are worked on; empty again at the end of every test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def _left_in(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


@pytest.mark.asyncio
async def test_what_is_written_apart_is_what_is_read_apart(folders: Path) -> None:
    workshop = Workshop()
    async with workshop.written("faq.xlsx", _ENTRIES) as file:
        body = file.read_bytes()
    found = await workshop.read("faq.xlsx", io.BytesIO(body))
    assert found == parse("faq.xlsx", body)
    assert [row.question for row in found.rows] == ["打印机坏了怎么办", "密码忘了"]
    chosen = said(["标准问法=答案", "答案=标准问法"])
    found = await workshop.read("faq.xlsx", io.BytesIO(body), chosen)
    assert [row.answer for row in found.rows] == ["打印机坏了怎么办", "密码忘了"]
    with pytest.raises(UnreadableFile, match="没有看出") as unread:
        await workshop.read("faq.xlsx", io.BytesIO(body), said(["标准问法="]))
    assert "标准问法" in [each.name for each in unread.value.columns]
    assert _left_in(folders) == []


@pytest.mark.asyncio
async def test_faults_remarks_and_a_large_text_come_from_there_as_they_are() -> None:
    text = "标题,处理结果\n" + "".join(f"问题{n},{'答' * 30 if n % 3 else ''}\n" for n in range(3_000))
    found = await Workshop().read("大.csv", text.encode())
    assert (len(found.rows), len(found.faults)) == (2_000, 1_000)
    assert found.remarks
    assert found == parse("大.csv", text.encode())


@pytest.mark.asyncio
async def test_a_file_that_is_none_is_refused_in_the_words_of_its_format() -> None:
    with pytest.raises(UnreadableFile) as refused:
        await Workshop().read("a.xlsx", b"no workbook")
    assert "另存为 .xlsx" in refused.value.said("zh")
    assert "save it as .xlsx" in refused.value.said("en")


@pytest.mark.skipif(os.name != "posix", reason="only posix limits a process")
@pytest.mark.asyncio
async def test_what_unfolds_to_too_much_is_refused_and_not_the_bot_s_death(folders: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr("word/document.xml", b"<a>" + b"<b/>" * 3_000_000 + b"</a>")
    with pytest.raises(UnreadableFile, match="内存太多"):
        await Workshop(program=_IN_LITTLE_MEMORY).read("a.docx", packed.getvalue())
    assert _left_in(folders) == []


@pytest.mark.asyncio
async def test_a_process_that_dies_is_a_sentence(folders: Path) -> None:
    workshop = Workshop(program=_DIES)
    with pytest.raises(UnreadableFile, match="出错停了"):
        await workshop.read("a.xlsx", b"")
    with pytest.raises(UnreadableFile, match="出错停了"):
        async with workshop.written("a.xlsx", _ENTRIES):
            pass
    assert _left_in(folders) == []


@pytest.mark.asyncio
async def test_a_process_that_cannot_be_started_is_a_sentence(folders: Path) -> None:
    with pytest.raises(UnreadableFile, match="看磁盘和内存够不够"):
        await Workshop(program=(str(folders / "gone"),)).read("a.xlsx", b"")


@pytest.mark.asyncio
async def test_a_process_that_comes_to_no_end_is_given_up(folders: Path) -> None:
    with pytest.raises(UnreadableFile, match="停下了，什么都没有改"):
        await Workshop(program=_HANGS, patience=timedelta(milliseconds=50)).read("a.docx", b"")
    assert _left_in(folders) == []


@pytest.mark.asyncio
async def test_the_end_of_the_bot_ends_what_is_being_read_and_what_waits(folders: Path) -> None:
    workshop = Workshop(program=_HANGS)
    reading = [asyncio.create_task(workshop.read(f"{n}.xlsx", b"")) for n in range(3)]
    while workshop.count < 2:  # noqa: ASYNC110 - processes start when they start
        await asyncio.sleep(0.01)
    workshop.close()
    ends = await asyncio.gather(*reading, return_exceptions=True)
    assert [str(each)[:7] for each in ends] == ["机器人正在停，"] * 3
    assert (workshop.count, _left_in(folders)) == (0, [])


@pytest.mark.skipif(os.name != "posix", reason="named pipes")
def test_a_process_whose_bot_was_killed_ends_and_tidies_up(folders: Path) -> None:
    folder = folders / "left"
    folder.mkdir()
    (folder / "task.json").write_text('{"name":"a.xlsx","is_written":false}')
    os.mkfifo(folder / "given")  # which nobody will ever write
    with subprocess.Popen(
        [sys.executable, "-m", "bot.knowledge.workshop_job", str(folder)], stdin=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 1
    assert not folder.exists()
