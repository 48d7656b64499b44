"""FAQ files that are read or written in a process of its own: it may take long, want too much memory or die, and the bot goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from asyncio import Semaphore, shield, sleep, timeout, to_thread
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path, PurePath
from typing import IO

import msgspec
import structlog

from bot.beside import beside
from bot.knowledge.workshop_job import GIVEN, MADE, REFUSED, TASK, Refusal, Task
from faq.entries import Entry
from faq.formats import NOTHING, Chosen, Rows, UnreadableFile, dump, parse
from faq.formats.pieces import lines_of_entries, rows_of_lines
from faq.formats.undone import died, stopping, too_slow, unable

_PACKED = (".xlsx", ".xlsm", ".docx")  # what may unfold to much more than it seems
_LARGE_BYTES, _LARGE_ENTRIES = (
    200_000,
    1_000,
)  # from here on also what is plain text: a process starts within half a second
_AT_ONCE = 2  # processes
_PATIENCE = timedelta(minutes=5)  # the largest workbook that is allowed takes a quarter of a minute of a core
_LOOKED_EVERY = 0.02  # seconds
_TOLD = 400  # characters of what a process said when it died
# What a process needs to start; the rest of the bot's own variables may hold secrets.
_PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONHOME"),
    *("SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE"),
)
_PROGRAM = (sys.executable, "-P", "-X", "utf8", "-m", "bot.knowledge.workshop_job")


class Workshop:
    """Reads and writes files for one bot, at most two at a time; every failure is an `UnreadableFile` with a sentence."""

    def __init__(self, *, program: Sequence[str] = _PROGRAM, patience: timedelta = _PATIENCE) -> None:
        self._program = program
        self._patience = patience
        self._free = Semaphore(_AT_ONCE)
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False
        self._log = structlog.get_logger("workshop")

    @property
    def count(self) -> int:
        """How many processes there are now."""
        return len(self._running)

    async def read(self, name: str, file: bytes | IO[bytes], chosen: Chosen = NOTHING) -> Rows:
        """Return the rows and the faults of a file, as `faq.formats.parse` does with what was said of its columns.

        Raises:
            UnreadableFile: Nothing in it can be used, or whoever read it came to no end.
        """
        if not await to_thread(_is_for_a_process, name, file):
            return await beside(_parsed, name, file, chosen)
        async with _folder(name) as folder:
            with _plainly(name):
                await to_thread(_put, folder, Task(name, is_written=False, chosen=dict(chosen)), file)
                await self._done(folder, name)
                return await beside(_taken, folder / MADE)

    @asynccontextmanager
    async def written(self, name: str, entries: Sequence[Entry]) -> AsyncIterator[Path]:
        """Give a file of entries, as `faq.formats.dump` makes it, for as long as it is needed.

        Raises:
            UnreadableFile: The suffix is none of ours, or whoever wrote it came to no end.
        """
        async with _folder(name) as folder:
            with _plainly(name):
                if PurePath(name).suffix in _PACKED or len(entries) >= _LARGE_ENTRIES:
                    await beside(_put_entries, folder, Task(name, is_written=True), entries)
                    await self._done(folder, name)
                else:
                    await beside(_put_dumped, folder, name, entries)
            yield folder / MADE

    def close(self) -> None:
        """End what is being read or written; whoever waits for it hears that."""
        self._is_closed = True
        for process in self._running:
            process.kill()

    async def _done(self, folder: Path, name: str) -> None:
        """Let a process do what a folder says, once one may, and wait for its end."""
        async with self._free:
            code = await self._ended(folder, name)
        if code:
            said = (await to_thread(_said, folder))[-_TOLD:]
            self._log.error("a process for a file died", action="workshop_died", code=code, said=said)
            raise died(name)
        await to_thread(_refuse, folder / REFUSED)

    async def _ended(self, folder: Path, name: str) -> int:
        """Start a process and return how it ended; nothing is left of it, whatever happens meanwhile."""
        if self._is_closed:
            raise stopping(name)
        process = await to_thread(self._started, folder)
        self._running.add(process)
        try:
            async with timeout(self._patience.total_seconds()):
                while process.poll() is None:  # noqa: ASYNC110 - a process that ends tells no event loop alike on every system
                    await sleep(_LOOKED_EVERY)
        except TimeoutError as error:
            raise too_slow(name, self._patience) from error
        finally:
            self._running.discard(process)
            process.kill()  # nothing where it has ended by itself
            await shield(to_thread(process.__exit__, None, None, None))
        if self._is_closed:
            raise stopping(name)
        return process.returncode

    def _started(self, folder: Path) -> subprocess.Popen[bytes]:
        """Start a process. It notices by its input when this one is gone, however it went."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(path or "." for path in sys.path)
        with (folder / "said").open("wb") as said:
            return subprocess.Popen(  # noqa: S603 - this very program
                [*self._program, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                env=environment,
                start_new_session=True,  # Ctrl-C is for the bot, which ends it
                creationflags=_creation_flags(),
            )


def _creation_flags() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    else:  # noqa: RET505 - or mypy would call the rest unreachable on Windows
        return 0


@asynccontextmanager
async def _folder(name: str) -> AsyncIterator[Path]:
    """Give a folder that nobody else may look into, and remove it."""
    with _plainly(name):
        folder = Path(await to_thread(tempfile.mkdtemp, prefix="shouwen-file-"))
    try:
        yield folder
    finally:
        await shield(to_thread(shutil.rmtree, folder, ignore_errors=True))


@contextmanager
def _plainly(name: str) -> Iterator[None]:
    """Say what the system refuses as a sentence."""
    try:
        yield
    except OSError as error:
        raise unable(name, error.strerror or str(error)) from error


def _is_for_a_process(name: str, file: bytes | IO[bytes]) -> bool:
    if PurePath(name).suffix.lower() in _PACKED:
        return True
    return (len(file) if isinstance(file, bytes) else file.seek(0, os.SEEK_END)) >= _LARGE_BYTES


def _parsed(name: str, file: bytes | IO[bytes], chosen: Chosen) -> Rows:
    if isinstance(file, bytes):
        return parse(name, file, chosen)
    file.seek(0)
    return parse(name, file.read(), chosen)


def _put(folder: Path, task: Task, file: bytes | IO[bytes]) -> None:
    (folder / TASK).write_bytes(msgspec.json.encode(task))
    with (folder / GIVEN).open("wb") as given:
        if isinstance(file, bytes):
            given.write(file)
        else:
            file.seek(0)
            shutil.copyfileobj(file, given)


def _put_entries(folder: Path, task: Task, entries: Sequence[Entry]) -> None:
    (folder / TASK).write_bytes(msgspec.json.encode(task))
    with (folder / GIVEN).open("wb") as given:
        given.writelines(lines_of_entries(entries))


def _put_dumped(folder: Path, name: str, entries: Sequence[Entry]) -> None:
    (folder / MADE).write_bytes(dump(name, entries))


def _taken(path: Path) -> Rows:
    with path.open("rb") as made:
        return rows_of_lines(made)


def _said(folder: Path) -> str:
    return (folder / "said").read_text("utf-8", errors="replace").strip()


def _refuse(path: Path) -> None:
    if path.exists():
        why = msgspec.json.decode(path.read_bytes(), type=Refusal)
        raise UnreadableFile(why.chinese, why.english, why.columns)
