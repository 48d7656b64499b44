"""Files that hold an FAQ: which format reads and writes which suffix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import cast

from msgspec.structs import replace

from faq.entries import Entry
from faq.formats.office import refuse_old
from faq.formats.plans import ImportPlan, cut, describe, plan, shown
from faq.formats.rows import Fault, Read, Remark, Row, Rows, UnreadableFile, check
from faq.formats.taken import NOTHING, Chosen, Column, Unsuitable, key, said

__all__ = [
    "EXAMPLE",
    "NOTHING",
    "SUFFIXES",
    "Chosen",
    "Column",
    "Fault",
    "ImportPlan",
    "Remark",
    "Row",
    "Rows",
    "UnreadableFile",
    "Unsuitable",
    "cut",
    "describe",
    "dump",
    "key",
    "parse",
    "plan",
    "read",
    "said",
    "shown",
    "template",
    "told_to",
    "write",
]

# An FAQ of ten thousand entries is about 5 MB; what is larger is another kind of file.
MOST_BYTES = 20_000_000


_Reading = Callable[[bytes, Chosen], list[Read]]
_Writing = Callable[[Iterable[Entry]], bytes]

# What an empty file of ours shows; not in use, so that importing it by mistake answers nobody.
EXAMPLE = Entry(
    id="",
    question="示例：打印机找不到（填好自己的内容后删掉这一条）",
    aliases=("搜不到打印机", "打印机列表是空的"),
    answer="在“设置-设备”里点“重新搜索”，仍没有就重启打印服务。",
    category="打印",
    tags=("打印机",),
    is_enabled=False,
)

# Names, not functions: what reads a spreadsheet is loaded with the first one.
_FORMATS: dict[str, tuple[str, str, str]] = {
    ".csv": ("sheets", "parse", "dump"),
    ".xlsx": ("workbooks", "parse", "dump"),
    ".xlsm": ("workbooks", "parse", ""),
    ".md": ("markdown", "parse", "dump"),
    ".jsonl": ("lines", "parse", "dump"),
    ".json": ("lines", "parse", ""),  # a list of objects
    ".docx": ("documents", "parse", ""),  # lists that people wrote; read, not written
    ".txt": ("prose", "parse_text", ""),
}
SUFFIXES = tuple(_FORMATS)
# What people have beside these, and as what to save it.
_SAVED_AS = {".xls": ".xlsx", ".et": ".xlsx", ".ods": ".xlsx", ".numbers": ".xlsx"} | dict.fromkeys(
    (".doc", ".wps", ".rtf", ".pdf", ".odt", ".pages"), ".docx"
)


def parse(name: str, data: bytes, chosen: Chosen = NOTHING) -> Rows:
    """Return the rows and the faults of a file's content; the suffix of `name` says how to read it.

    `chosen` says what columns are, where somebody knows it better than their names (`said` makes it of words).

    Raises:
        UnreadableFile: Nothing in it can be used; the text says why in one sentence.
    """
    suffix = Path(name).suffix.lower()
    if suffix in _SAVED_AS:
        raise UnreadableFile(
            f"{name} 读不了，请打开后另存为 {_SAVED_AS[suffix]} 再发来。",
            f"{name} cannot be read, open it and save it as {_SAVED_AS[suffix]}.",
        )
    if suffix not in _FORMATS:
        raise UnreadableFile(
            f"不认识 {name} 的格式，请用 {'、'.join(_FORMATS)}。",
            f"The format of {name} is unknown, use {', '.join(_FORMATS)}.",
        )
    if len(data) > MOST_BYTES:
        raise UnreadableFile(
            f"{name} 太大了（超过 {MOST_BYTES // 1_000_000} MB），请分成几个文件。",
            f"{name} is too large (more than {MOST_BYTES // 1_000_000} MB), make several files of it.",
        )
    refuse_old(data, suffix)
    module, reading, _ = _FORMATS[suffix]
    try:
        rows = check(cast(_Reading, getattr(_module(module), reading))(data, chosen))
    except UnreadableFile as why:
        _see_that_all_are_there(chosen if why.columns else NOTHING, why.columns)
        raise
    except MemoryError as error:
        raise UnreadableFile(
            f"读 {name} 要的内存太多，请分成几个文件。",
            f"Reading {name} takes too much memory, make several files of it.",
        ) from error
    _see_that_all_are_there(chosen, rows.columns)
    # The example of a template that was left in it is nobody's question.
    return replace(rows, rows=tuple(row for row in rows.rows if row.question != EXAMPLE.question))


def _see_that_all_are_there(chosen: Chosen, columns: Collection[Column]) -> None:
    """Refuse what was said of columns that a file has not.

    Raises:
        UnreadableFile: There is one.
    """
    there = {key(word) for column in columns for word in (column.name, column.letter)}
    for missing in [each for each in chosen if each not in there]:
        zh, en = "、".join(each.name for each in columns), ", ".join(each.name for each in columns)
        raise UnreadableFile(
            f"没有“{missing}”这一列（有：{zh or '没有列'}）。",
            f"There is no column “{missing}” (there are: {en or 'none'}).",
        )


def read(path: Path, chosen: Chosen = NOTHING) -> Rows:
    """Return the rows and the faults of a file.

    Raises:
        UnreadableFile: It is not there, or nothing in it can be used.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(
            f"读不到 {path}：{error.strerror or error}。",
            f"{path} cannot be read: {error.strerror or error}.",
        ) from error
    return parse(path.name, data, chosen)


def dump(name: str, entries: Iterable[Entry]) -> bytes:
    """Return entries as the content of a file; the suffix of `name` says in which format.

    Reading it again gives the same entries, as long as they hold what a file may hold (see `rows.check`).

    Raises:
        UnreadableFile: The suffix is not one of ours.
    """
    module, _, writing = _FORMATS.get(Path(name).suffix.lower(), ("", "", ""))
    if not writing:
        written = [suffix for suffix, (_, _, writes) in _FORMATS.items() if writes]
        raise UnreadableFile(
            f"不能写成 {name} 这种格式，请用 {'、'.join(written)}。",
            f"{name} is no format that can be written, use {', '.join(written)}.",
        )
    return cast(_Writing, getattr(_module(module), writing))(entries)


def template(name: str) -> bytes:
    """Return a file to fill in, with its columns and one example that is not in use.

    Raises:
        UnreadableFile: The suffix is not one we write.
    """
    return dump(name, (EXAMPLE,))


def told_to(customer: str, entries: Iterable[Entry], today: date) -> Iterator[Entry]:
    """Yield the entries that a customer is told today, for everybody or for them, without who answers for them and who changed them why."""
    for entry in entries:
        if entry.holds_on(today) and entry.customer in (None, customer):
            yield replace(entry, owner="", changed_by="", changed_at=None, reason="")


def write(path: Path, entries: Iterable[Entry]) -> None:
    """Write entries to a file, replacing it at once or not at all.

    Raises:
        UnreadableFile: The suffix is not one of ours.
    """
    data = dump(path.name, entries)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_bytes(data)
    unfinished.replace(path)


def _module(name: str) -> ModuleType:
    return import_module(f"{__name__}.{name}")
