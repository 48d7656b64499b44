"""The index of a large knowledge base as a file on this machine: read at the start, written beside the work, never trusted."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import structlog

from bot.beside import Unhurried
from bot.config import Config
from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.saved import is_full, made_by, packed, restored
from faq.sections import Unusable, sealed, sections_of
from faq.sentences import Sentences

_WORTH_KEEPING = 20_000  # phrasings; fewer are made anew within a second
# It is written anew when this share of the entries is not as it was saved: reading does those anew, which is quick.
_SHARE_CHANGED = 0.05
_ABANDONED_SECONDS = 3_600


def index_file(config: Config, env: Mapping[str, str]) -> Path:
    """Return where the index of a configuration's knowledge is kept; several workers on one machine share it."""
    given, scheme = config.faq.index_folder, config.store_url.partition(":")[0]
    if scheme == "sqlite":
        database = Path(config.store_url.removeprefix("sqlite:"))
        return (given or database.parent) / f"{database.stem}.index"
    address = urlsplit(config.store_url)  # without name and password
    server = f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
    folder = given or Path(env.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "shouwen"
    return folder / f"knowledge-{hashlib.sha256(server.encode()).hexdigest()[:16]}.index"


def read_base(
    path: Path,
    entries: Collection[Entry],
    *,
    sentences: Sentences | None = None,
    worth_keeping: int = _WORTH_KEEPING,
) -> tuple[KnowledgeBase, bool]:
    """Return the knowledge base of entries and whether the file was of use; where it was not the log says why, and all is made anew."""
    if sum(1 + len(entry.aliases) for entry in entries) >= worth_keeping:
        log = structlog.get_logger("knowledge")
        try:
            base = restored(
                sections_of(memoryview(path.read_bytes()), made_by()), entries, sentences=sentences
            )
        except FileNotFoundError:
            base, why = None, "there is none yet"
        except (OSError, Unusable) as fault:
            base, why = None, str(fault)
        else:
            why = "too much was changed since"
        if base is not None:
            log.info("index read", action="index_read", file=str(path), phrasings=len(base.index))
            return base, True
        log.info("index made anew", action="index_made", file=str(path), why=why)
    return KnowledgeBase(entries, sentences=sentences), False


class KeptIndex:
    """Keeps the file of one knowledge base up to date, well enough: what changed since is done anew by whoever reads it."""

    def __init__(self, path: Path, *, worth_keeping: int = _WORTH_KEEPING) -> None:
        self._path = path
        self._worth_keeping = worth_keeping  # phrasings
        self._kept = -1  # how many changes the base had had when it was saved, -1 before
        self._log = structlog.get_logger("knowledge")

    def read(self, entries: Collection[Entry], sentences: Sentences | None) -> KnowledgeBase:
        """Return the knowledge base of entries."""
        base, is_read = read_base(self._path, entries, sentences=sentences, worth_keeping=self._worth_keeping)
        self._kept = 0 if is_read else -1
        return base

    async def keep(self, base: KnowledgeBase) -> bool:
        """Write the file where that is worth while and say whether it was; slice by slice, and not at all when the base is changed meanwhile."""
        changes = base.changes
        if len(base.index) < self._worth_keeping or not is_full(base) or not self._is_old(base):
            return False
        try:
            is_written = await self._written(base)
        except OSError as fault:
            self._log.warning("the index cannot be kept", action="index_unkept", why=str(fault))
            self._kept = changes  # the next try comes with the next changes
            return False
        if is_written:
            self._kept = changes
            self._log.info("index kept", action="index_kept", file=str(self._path), phrasings=len(base.index))
        return is_written

    def _is_old(self, base: KnowledgeBase) -> bool:
        changed = base.changes - self._kept
        return self._kept < 0 or changed >= _SHARE_CHANGED * len(base)

    async def _written(self, base: KnowledgeBase) -> bool:
        """Write beside the old file and take its place at once: a reader sees the one or the other, whole."""
        partial = self._path.with_suffix(f".{os.getpid()}")
        changes = base.changes
        file = await asyncio.to_thread(_opened, partial)
        try:
            with file:
                unhurried = Unhurried()
                for some in sealed(packed(base), made_by()):
                    await asyncio.to_thread(file.write, some)
                    await unhurried.rest()
                    if base.changes != changes:
                        return False
                await asyncio.to_thread(_settled, file)
            await asyncio.to_thread(partial.replace, self._path)
        finally:
            await asyncio.to_thread(partial.unlink, missing_ok=True)
        return True


def _opened(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    _tidied(path)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _settled(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _tidied(path: Path) -> None:
    """Remove what workers left that were killed while they wrote."""
    path.touch(mode=0o600)
    now = path.stat().st_mtime
    for other in path.parent.glob(f"{path.stem}.*"):
        if other.suffix[1:].isdecimal() and other.stat().st_mtime < now - _ABANDONED_SECONDS:
            other.unlink(missing_ok=True)
