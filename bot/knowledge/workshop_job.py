"""One FAQ file that is read or written in a process of its own: what that process does, between its start and its end.

It is started by `bot.knowledge.workshop` with a folder: `task.json` says what to do, `given` is read, `made` is written. It ends when that is done, or
when whoever started it is gone, whose end of the pipe at its input then closes.
"""

from __future__ import annotations

import gc
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from threading import Thread

import msgspec

from faq.formats import Column, UnreadableFile, dump, parse
from faq.formats.pieces import entries_of_lines, lines_of_rows

TASK, GIVEN, MADE, REFUSED = "task.json", "given", "made", "refused.json"
# A workbook of 100,000 rows takes 0.3 GB. What wants more is no FAQ, and would take it from the bot.
MOST_MEMORY = 800_000_000  # bytes of addresses; where the system knows such a limit
_GENTLER = 5  # than the bot: it comes first where there is one core


class Task(msgspec.Struct, frozen=True):
    """What is to be done with a file of this name; its suffix says the format."""

    name: str
    is_written: bool  # of entries; else it is read
    chosen: dict[str, str] = {}  # what somebody said of its columns


class Refusal(msgspec.Struct, frozen=True):
    """Why a file was not read, in both languages, and its columns where somebody can say which is what."""

    chinese: str
    english: str
    columns: tuple[Column, ...] = ()


def main(folder: Path) -> None:
    """Do what the folder says."""
    Thread(target=_end_with_the_bot, args=(folder,), daemon=True).start()
    _be_modest()
    gc.disable()  # what is made here is kept until the end, and then all is over
    task = msgspec.json.decode((folder / TASK).read_bytes(), type=Task)
    refused: Refusal | None = None
    try:
        if task.is_written:
            _written(task.name, folder)
        else:
            _read(task, folder)
    except UnreadableFile as fault:
        refused = Refusal(fault.said("zh"), fault.said("en"), fault.columns)
    if refused:  # by now what filled the memory is let go
        (folder / REFUSED).write_bytes(msgspec.json.encode(refused))
    os._exit(0)  # nothing to tidy up bit by bit


def _read(task: Task, folder: Path) -> None:
    rows = parse(task.name, (folder / GIVEN).read_bytes(), task.chosen)
    with (folder / MADE).open("wb") as made:
        made.writelines(lines_of_rows(rows))


def _written(name: str, folder: Path) -> None:
    with (folder / GIVEN).open("rb") as given:
        body = dump(name, entries_of_lines(given))
    (folder / MADE).write_bytes(body)


def _end_with_the_bot(folder: Path) -> None:
    """Wait until nobody holds the other end of the input any more: then nobody wants what is made here."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


def _be_modest() -> None:
    """Take no more memory than a large FAQ needs, and the processor after the bot."""
    if sys.platform != "win32":
        # Imported here: Windows has no such limits; there a lower priority was given at the start.
        import resource

        os.nice(_GENTLER)
        with suppress(OSError):  # where memory ends all the same, it is not the bot that goes
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        least = MOST_MEMORY if most == resource.RLIM_INFINITY else min(most, MOST_MEMORY)
        resource.setrlimit(resource.RLIMIT_AS, (least, most))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
