"""What SQLite or the system refuses, as one sentence that says what to do about it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from bot.store.faults import StoreFault
from bot.tickets.errors import N_

# By the first byte of SQLite's result code: what an extended code adds changes nothing of what to do.
_OF_DATABASES: Mapping[int, str] = {
    sqlite3.SQLITE_FULL: N_("磁盘满了（{error}），存不进数据库 {path}；请清出空间。"),
    sqlite3.SQLITE_READONLY: N_(
        "数据库 {path} 只能读，写不了（{error}）；请检查文件和文件夹的权限，以及磁盘是不是只读。"
    ),
    sqlite3.SQLITE_IOERR: N_(
        "磁盘读写数据库 {path} 出错（{error}）；请检查磁盘空间，再看系统日志里这块磁盘是不是坏了。"
    ),
    sqlite3.SQLITE_CORRUPT: N_(
        "数据库 {path} 已损坏（{error}）；请停掉机器人，用 shouwen restore --replace 恢复最近的备份。"
    ),
    sqlite3.SQLITE_NOTADB: N_(
        "{path} 不是数据库，或已损坏（{error}）；请移走它，或用 shouwen restore --replace 恢复最近的备份。"
    ),
    sqlite3.SQLITE_BUSY: N_("数据库 {path} 正被别的程序占着（{error}）；请关掉打开它的工具。"),
    sqlite3.SQLITE_CANTOPEN: N_(
        "数据库 {path} 打不开（{error}）；请检查文件夹在不在、能不能写，磁盘是不是只读。"
    ),
}
_OTHERWISE = N_("数据库 {path} 用不了（{error}）；请检查文件，或从备份恢复。")

_OF_FILES: Mapping[int, str] = {
    errno.ENOSPC: N_("磁盘满了，{path} 写不了（{error}）；请清出空间。"),
    errno.EDQUOT: N_("磁盘配额用完了，{path} 写不了（{error}）；请清出空间，或加大配额。"),
    errno.EROFS: N_("磁盘是只读的，{path} 写不了（{error}）；请检查磁盘，或换一个 [store] url。"),
    errno.EISDIR: N_(
        "{path} 是文件夹，写不了（{error}）；请在 [store] url 里写到文件名，如 sqlite:data/shouwen.db。"
    ),
}
_UNWRITABLE = N_("{path} 写不了（{error}）；请检查文件夹的权限，或换一个 [store] url。")


def of_database(path: Path, error: BaseException) -> StoreFault:
    """Return what is wrong with a database that cannot be used."""
    code = getattr(error, "sqlite_errorcode", None)
    template = _OTHERWISE if code is None else _OF_DATABASES.get(code & 0xFF, _OTHERWISE)
    return StoreFault(template, path=path, error=error)


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether the file is to blame, and not what keeps it from being read."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def of_file(path: Path, error: OSError) -> StoreFault:
    """Return what is wrong with a file or folder that cannot be written."""
    template = _OF_FILES.get(error.errno or 0, _UNWRITABLE)
    return StoreFault(template, path=path, error=error.strerror or error)
