"""The file of a backup: compressed JSON lines that end with their own count and checksum, readable without this program.

The first line says what it is, then each line holds one piece as `["part", {…}]`, and the last line holds how many there were of
each part and the SHA-256 of all lines before it.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, cast

import msgspec

from bot.asks import Ask
from bot.lessons import Lesson
from bot.store.contract import Failure, Kept, Link
from bot.store.faults import StoreFault
from bot.store.knowledge_contract import Uses
from bot.store.messages import Queued
from bot.store.pages import Page
from bot.store.portable import KeptEntry, KeptFile, KeptTicket, Part, Piece, SeenKey, page_size
from bot.tickets.errors import N_

FORMAT = 2  # 1 had no files
_PAGE = 500

_encoder = msgspec.json.Encoder()
_DECODERS: dict[Part, msgspec.json.Decoder[Piece]] = {
    Part.SEEN: msgspec.json.Decoder(SeenKey),
    Part.KEPT: msgspec.json.Decoder(Kept),
    Part.ENTRIES: msgspec.json.Decoder(KeptEntry),
    Part.USES: msgspec.json.Decoder(Uses),
    Part.LESSONS: msgspec.json.Decoder(Lesson),
    Part.ASKS: msgspec.json.Decoder(Ask),
    Part.LINKS: msgspec.json.Decoder(Link),
    Part.OUTBOX: msgspec.json.Decoder(Queued),
    Part.FILES: msgspec.json.Decoder(KeptFile),
    Part.FAILURES: msgspec.json.Decoder(Failure),
    Part.TICKETS: msgspec.json.Decoder(KeptTicket),
}


class Head(msgspec.Struct, frozen=True, kw_only=True, tag_field="shouwen", tag="backup"):
    """The first line."""

    format: int
    program: str
    at: datetime
    store: str  # its kind: sqlite, redis …


class Foot(msgspec.Struct, frozen=True, kw_only=True, tag_field="shouwen", tag="end"):
    """The last line."""

    counts: dict[str, int]
    sha256: str


_head = msgspec.json.Decoder(Head)
_foot = msgspec.json.Decoder(Foot)
_line = msgspec.json.Decoder(tuple[Part, msgspec.Raw])


class Writer:
    """Writes one backup. It stands under its name only once it is whole and on disk."""

    def __init__(self, file: BinaryIO, head: Head) -> None:
        self._file = file
        self._sum = hashlib.sha256()
        self._counts: dict[str, int] = {part.value: 0 for part in Part}
        self._write(_encoder.encode(head))

    def add(self, page: Page) -> None:
        """Write the pieces of a page."""
        self._counts[page.part] += len(page.pieces)
        for piece in page.pieces:
            self._write(_encoder.encode((page.part, piece)))

    def end(self) -> None:
        """Write the last line."""
        foot = Foot(counts=self._counts, sha256=self._sum.hexdigest())
        self._file.write(_encoder.encode(foot) + b"\n")

    def _write(self, line: bytes) -> None:
        self._sum.update(line + b"\n")
        self._file.write(line + b"\n")


@contextmanager
def writing(path: Path, head: Head) -> Iterator[Writer]:
    """Write a new backup; only its owner may read it, since customers' words stand in it.

    Raises:
        StoreFault: There is such a file already, or it cannot be written.
    """
    if path.exists():
        raise StoreFault(N_("{path} 已经有了，没有动它；请换一个文件名。"), path=path)
    partial = path.with_name(path.name + ".partial")
    try:
        handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=6) as file:
                writer = Writer(cast(BinaryIO, file), head)
                yield writer
                writer.end()
            raw.flush()
            os.fsync(raw.fileno())
        partial.rename(path)
    except OSError as error:
        raise StoreFault(
            N_("备份 {path} 写不了（{error}）；请检查文件夹、权限和磁盘空间。"),
            path=path,
            error=error.strerror,
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def head_of(path: Path) -> Head:
    """Return the first line of a backup.

    Raises:
        StoreFault: It is no backup, or one of a newer program.
    """
    with _opened(path) as file:
        return _read_head(file, path)


def read(path: Path) -> Iterator[Page]:
    """Yield a backup page by page; a place is the number of the line. The checksum is compared at the end.

    Raises:
        StoreFault: It is no backup, it is damaged, or one of a newer program.
    """
    with _opened(path) as file:
        _read_head(file, path)
        file.seek(0)
        try:
            yield from _pages(file)
        except (ValueError, msgspec.MsgspecError) as error:
            raise _damaged(path, str(error)) from error


def _pages(file: BinaryIO) -> Iterator[Page]:
    checksum, counts = hashlib.sha256(), {part.value: 0 for part in Part}
    pieces: list[Piece] = []
    part, foot, place, line = Part.SEEN, None, 0, b""
    for place, line in enumerate(file):
        if foot is not None:
            raise ValueError("more after the end")
        if line.startswith(b'{"shouwen":"end"'):
            foot = _foot.decode(line)
            continue
        checksum.update(line)
        if place == 0:
            continue
        of_part, body = _line.decode(line)
        if pieces and (of_part is not part or len(pieces) >= page_size(part, _PAGE)):
            yield Page(part, str(place - 1), pieces)
            pieces = []
        part = of_part
        pieces.append(_DECODERS[part].decode(body))
        counts[part] += 1
    if foot is None or not line.endswith(b"\n"):
        raise ValueError("it ends too early")
    if ({**dict.fromkeys(counts, 0), **foot.counts}, foot.sha256) != (counts, checksum.hexdigest()):
        raise ValueError("checksum")
    if pieces:
        yield Page(part, str(place - 1), pieces)


def _read_head(file: BinaryIO, path: Path) -> Head:
    try:
        head = _head.decode(file.readline())
    except (msgspec.MsgspecError, gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise StoreFault(N_("{path} 不是 shouwen 的备份，或者已损坏；请换一个文件。"), path=path) from error
    if head.format > FORMAT:
        raise StoreFault(
            N_("备份 {path} 是更新的程序（{program}）写的；请先升级程序。"), path=path, program=head.program
        )
    return head


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with gzip.open(path, "rb") as file:
            yield cast(BinaryIO, file)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _damaged(path, str(error)) from error
    except OSError as error:
        raise StoreFault(N_("读不到 {path}（{error}）。"), path=path, error=error.strerror) from error


def _damaged(path: Path, why: str) -> StoreFault:
    return StoreFault(N_("备份 {path} 已损坏（{why}），没有用它；请换一份备份。"), path=path, why=why)
