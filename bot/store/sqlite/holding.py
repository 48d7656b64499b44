"""Who may use a database file: one process at a time, and how a database makes room for another."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from bot.store.faults import StoreFault, StoreInUse
from bot.store.lockfile import Held, LockFile
from bot.store.sqlite.faults import of_file
from bot.tickets.errors import N_


def locked(path: Path) -> LockFile:
    """Return the lock of a database.

    Raises:
        StoreInUse: Another process has it.
        StoreFault: The folder cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return LockFile(path.with_name(path.name + ".lock"))
    except Held as held:
        raise StoreInUse(
            N_(
                "数据库 {path} 正被另一个进程使用（进程号 {holder}）；请先停掉它，一个数据库只能由一个机器人写。"
            ),
            path=path,
            holder=held.holder or "?",
        ) from held
    except OSError as error:
        raise of_file(path.parent, error) from error


def refuse_second_name(path: Path) -> None:
    """Refuse a database that has another name on the disk: each name has its own log, and two of them spoil the file.

    Raises:
        StoreFault: It has one.
    """
    if path.is_file() and path.stat().st_nlink > 1:
        raise StoreFault(
            N_(
                "数据库 {path} 在硬盘上还有别的名字（硬链接），从两个名字打开会写坏它；请把多的名字删掉，备份用 shouwen backup。"
            ),
            path=path,
        )


def set_sqlite_aside(path: Path, now: datetime) -> Path | None:
    """Rename a database with the files beside it; return its new name, or None when there is none.

    Raises:
        StoreFault: It is in use, or cannot be renamed.
    """
    lock = locked(path)
    try:
        if not path.exists():
            return None
        aside = path.with_name(f"{path.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
        for suffix in ("-wal", "-shm", ""):  # the database last: until then a repetition finds everything
            beside = path.with_name(path.name + suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
    except OSError as error:
        raise StoreFault(
            N_("数据库 {path} 没法改名（{error}）；请检查文件夹的权限。"), path=path, error=error.strerror
        ) from error
    finally:
        lock.release()
    return aside
