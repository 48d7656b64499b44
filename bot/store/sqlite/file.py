"""The database file: whose it is, which version of the tables it has, and how it is brought up to date."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import msgspec
import structlog

from bot.store.faults import StoreFault
from bot.store.instants import milliseconds
from bot.store.sqlite.faults import is_damage, of_database, of_file
from bot.tickets.errors import N_

# "SHOU": tells our databases from those of other programs.
APPLICATION_ID = 0x53484F55
_OLDEST_SQLITE = (3, 37, 0)  # STRICT tables


class Migration(msgspec.Struct, frozen=True):
    """What leads from one version of the tables to the next. `script` is SQL without BEGIN and COMMIT."""

    version: int
    script: str


def known_migrations() -> tuple[Migration, ...]:
    """Return the migrations of this program, oldest first."""
    folder = files("bot.store.sqlite").joinpath("migrations")
    scripts = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name
    )
    return tuple(
        Migration(version=int(file.name.partition("_")[0]), script=file.read_text(encoding="utf-8"))
        for file in scripts
    )


def open_for_writing(path: Path, now: datetime, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """Return a connection for one writer, after bringing the tables up to date.

    Before an existing database is changed, a copy is left beside it as `PATH.before-vN`.

    Raises:
        StoreFault: The file cannot be used.
    """
    _check_sqlite()
    with _explained(path):
        _check_header(path)
        _keep_from_others(path)
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
        try:
            _migrate(connection, path, now, migrations)
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Return a connection that can only read, for one thread at a time.

    Raises:
        StoreFault: The file cannot be opened.
    """
    with _explained(path):
        return sqlite3.connect(
            reading_address(path, may_write=os.access(path.resolve().parent, os.W_OK)),
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=5,
        )


def reading_address(path: Path, *, may_write: bool) -> str:
    """Return the address under which a database is opened only to be read.

    SQLite makes files of its own beside it to read what others write meanwhile. Where it may not, and there is no log, nobody
    has the database open, and it is read as a file that does not change.
    """
    file = path.resolve()
    is_at_rest = not may_write and not file.with_name(f"{file.name}-wal").exists()
    return f"{file.as_uri()}?mode=ro{'&immutable=1' if is_at_rest else ''}"


def damage_of(path: Path) -> str:
    """Return the first thing that is wrong with a database, which a bot may be using; "" when it is whole.

    Raises:
        StoreFault: It cannot be read at all.
    """
    with _explained(path), closing(open_for_reading(path)) as connection:
        try:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                return str(error)
            raise
    return "" if found == "ok" else str(found)


def free_beside(path: Path) -> int | None:
    """Return how many bytes more fit on the disk that a file lies on, or will lie on; None where the system does not tell."""
    folder = next(each for each in path.resolve().parents if each.exists())
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return None


def copy(source: sqlite3.Connection, path: Path) -> None:
    """Copy a database, in use or not, into one file that needs no other beside it; an older copy there is replaced.

    Raises:
        StoreFault: The copy cannot be written.
    """
    partial = path.with_name(path.name + ".partial")
    with _explained(path):
        partial.unlink(missing_ok=True)
        _keep_from_others(partial)
        with closing(sqlite3.connect(partial, isolation_level=None)) as target:
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")
        partial.replace(path)


def _keep_from_others(path: Path) -> None:
    """Make a new file that only its user can read, before SQLite would make one for all; what SQLite keeps beside it is then alike."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def check_ours(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Refuse a database that is not ours or of another version; reading it for the first time happens here.

    Raises:
        StoreFault: It is.
    """
    with _explained(path):
        found = _pragma(connection, "user_version")
        if _is_empty(connection):  # what a first start leaves that found no room on the disk
            raise StoreFault(N_("数据库 {path} 里还什么都没有；请先运行一次机器人。"), path=path)
        if _pragma(connection, "application_id") != APPLICATION_ID:
            raise StoreFault(N_("{path} 是别的程序的数据库；请换一个 [store] url。"), path=path)
        if found > version:
            raise _newer(path, found, version)
        if found < version:
            raise StoreFault(
                N_(
                    "数据库 {path} 是旧版本（{found}）写的；先用这个程序打开它一次（shouwen doctor），它会先备份再升级。"
                ),
                path=path,
                found=found,
            )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise of_database(path, error) from error
    except OSError as error:
        raise of_file(path, error) from error


def _check_sqlite() -> None:
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        oldest = ".".join(map(str, _OLDEST_SQLITE))
        raise StoreFault(
            N_("SQLite {found} 太旧，至少要 {oldest}；请换用自带新版 SQLite 的 Python 3.11。"),
            found=sqlite3.sqlite_version,
            oldest=oldest,
        )


def _check_header(path: Path) -> None:
    if not path.exists():
        return
    with path.open("r+b") as file:  # for writing, so that a missing right shows here
        header = file.read(16)
    if header not in (b"", b"SQLite format 3\0"):
        raise StoreFault(N_("{path} 不是数据库文件；请移走它，或换一个 [store] url。"), path=path)


def _migrate(
    connection: sqlite3.Connection, path: Path, now: datetime, migrations: Sequence[Migration]
) -> None:
    version, is_new = _pragma(connection, "user_version"), _is_empty(connection)
    if not is_new and _pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreFault(N_("{path} 是别的程序的数据库；请换一个 [store] url。"), path=path)
    newest = migrations[-1].version
    if version > newest:
        raise _newer(path, version, newest)
    outstanding = [migration for migration in migrations if migration.version > version]
    if outstanding and not is_new:
        copy(connection, path.with_name(f"{path.name}.before-v{newest}"))
    if outstanding:
        _apply(connection, outstanding, now)
    if outstanding and not is_new:
        structlog.get_logger("store").info(
            "the database was brought up to date",
            action="store_upgraded",
            found=version,
            now=newest,
            kept=f"{path.name}.before-v{newest}",
        )


def _newer(path: Path, found: int, newest: int) -> StoreFault:
    return StoreFault(
        N_(
            "数据库 {path} 是更新的版本（{found}）写的，这个程序只认识到 {newest}；请升级程序，或恢复升级前的备份。"
        ),
        path=path,
        found=found,
        newest=newest,
    )


def _apply(connection: sqlite3.Connection, migrations: Sequence[Migration], now: datetime) -> None:
    """Bring the tables up to date in one transaction: stopped half-way the database is as before, and so is what an earlier copy is of."""
    scripts = "".join(
        f"{each.script}\nINSERT INTO meta (key, value) VALUES ('migrated_at:{each.version}', '{milliseconds(now)}');\n"
        for each in migrations
    )
    # If a statement fails, closing the connection takes the transaction back.
    connection.executescript(
        f"BEGIN IMMEDIATE;\n{scripts}"
        f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {migrations[-1].version};\nCOMMIT;"
    )


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreFault(N_("{path} 所在的文件系统不支持 WAL；请放到本机磁盘上，不要用网络盘。"), path=path)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")  # what savepoints put aside


def _is_empty(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    (value,) = connection.execute(f"PRAGMA {name}").fetchone()
    return int(value)
