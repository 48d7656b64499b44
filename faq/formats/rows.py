"""What a row of an FAQ file may hold, whatever the format: the columns, how cells are split, and which rows are faulty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zipfile import ZipFile

import msgspec
from msgspec.structs import replace

from faq.formats.headings import COLUMNS, LISTS
from faq.formats.taken import Column, merged
from faq.text import fold

LONGEST = 4000

SEVERAL = ("pictures", "links")
DATES = ("valid_from", "valid_until", "review_on")
OTHERS = (*SEVERAL, *DATES, "owner")  # fields that most files have no column for

_SEPARATORS = "\n|；;"
_ESCAPED_OR_SEPARATOR = re.compile(rf"\\([\\{_SEPARATORS}])|[{_SEPARATORS}]")
_MUST_ESCAPE = re.compile(rf"[\\{_SEPARATORS}]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_ID = re.compile(r"[^\s{}|;；/\\]{1,64}")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T ]00:00(?::00)?)?")
_LINK = re.compile(r"(?:[^\n]{0,200}\s)?https?://\S+", re.IGNORECASE)
_PICTURE = re.compile(r"https?://\S+", re.IGNORECASE)
_EVERYBODY = frozenset({"", "全部", "所有", "通用", "全部客户", "所有客户", "all"})
_ALWAYS = frozenset(
    {"", "长期", "长期有效", "永久", "永久有效", "无", "无限期", "不限", "-", "/", "always", "none"}
)
_NO = frozenset({"否", "停用", "no", "n", "false", "0", "off", "不启用", "关"})
_RETIRED = frozenset(
    {"停用", "已停用", "禁用", "作废", "已作废", "废弃", "失效", "已失效", "过期", "已过期", "下线", "已下线", "下架", "已下架", "草稿", "未发布", "待审核"}
    | {"draft", "archived", "inactive", "disabled", "unpublished", "retired", "obsolete", "expired"}
)  # fmt: skip
_YES = frozenset({"", "是", "启用", "yes", "y", "true", "1", "on", "开"})


BROKEN = frozenset({"#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"})


class UnreadableFile(Exception):
    """Nothing in a file can be used; the text says why and what to do, in one sentence, in Chinese; `said` in both languages.

    `columns` are there where somebody could help by saying which is what.
    """

    def __init__(self, chinese: str, english: str, columns: Iterable[Column] = ()) -> None:
        super().__init__(chinese)
        self._english = english
        self.columns = tuple(columns)

    def said(self, language: str) -> str:
        """Return the sentence in a language."""
        return str(self) if language == "zh" else self._english


class Fault(msgspec.Struct, frozen=True, gc=False):
    """A place in a file that somebody has to look at."""

    line: int
    found: str  # short: "缺答案"
    expected: str  # "答案列要有内容"
    found_en: str  # the same in English
    expected_en: str

    def said(self, language: str) -> tuple[str, str]:
        """Return what was found and what is expected in a language."""
        return (self.found, self.expected) if language == "zh" else (self.found_en, self.expected_en)


class Remark(msgspec.Struct, frozen=True, gc=False):
    """How something in a file was understood, for whoever imports it, in both languages."""

    zh: str
    en: str
    is_guess: bool = False  # that there are questions and answers at all was guessed

    def said(self, language: str) -> str:
        """Return the remark in a language."""
        return self.zh if language == "zh" else self.en


class Draft(msgspec.Struct, frozen=True, gc=False):
    """A row as it stands in the file. None: the file has no such column, so nothing is said about it."""

    line: int
    question: str = ""
    answer: str = ""
    id: str = ""
    aliases: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    category: str | None = None
    customer: str | None = None
    is_enabled: str | None = None
    sheet: str = ""  # where a file has several
    others: dict[str, str | tuple[str, ...]] = msgspec.field(
        default_factory=dict
    )  # by name, those there is a column for


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row that can be imported. None: the file does not say."""

    line: int
    question: str
    answer: str
    id: str  # empty: to be given
    customer: str | None  # None: for all customers
    has_customer: bool  # False: the file does not say for whom
    aliases: tuple[str, ...] | None
    tags: tuple[str, ...] | None
    category: str | None
    is_enabled: bool | None
    others: dict[str, Any]  # further fields by name, those there is a column for
    sheet: str = ""  # where a file has several, all but the first


Read = Draft | Fault | Remark | Column  # what a format makes of a file, in its order


class Rows(msgspec.Struct, frozen=True):
    """What was read: rows in the order of the file, the faults beside them, and how the file was understood."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    remarks: tuple[Remark, ...] = ()
    columns: tuple[Column, ...] = ()  # of what has some

    @property
    def is_guess(self) -> bool:
        """Whether the columns had names of their own: the file may be about something else."""
        return any(each.is_guess for each in self.remarks)


def split(cell: str) -> tuple[str, ...]:
    """Return the values of a cell that holds several: one a line, or between `|`, `；` or `;`.

    A backslash before a separator or another backslash takes its meaning away.
    """
    values, current, position = [], "", 0
    for found in _ESCAPED_OR_SEPARATOR.finditer(_plain(cell)):
        current += _plain(cell)[position : found.start()]
        position = found.end()
        if found[1] is not None:
            current += found[1]
        else:
            values.append(current)
            current = ""
    values.append(current + _plain(cell)[position:])
    return _distinct(values)


def join(values: Iterable[str], separator: str = "\n") -> str:
    """Return the cell that `split` takes apart into these values."""
    return separator.join(_MUST_ESCAPE.sub(lambda found: "\\" + found[0], value) for value in values)


def draft(line: int, headings: Sequence[str | None], cells: Sequence[str]) -> Draft:
    """Return the row of a table whose columns are these fields; unknown columns are passed over."""
    values: dict[str, str] = {}
    for name, cell in zip(headings, cells, strict=False):
        if name in values and (name in LISTS or name == "answer"):
            values[name] = f"{values[name]}\n{cell}" if cell.strip() else values[name]
        elif name is not None:
            values[name] = cell
    aliases, tags = values.get("aliases"), values.get("tags")
    return Draft(
        line=line,
        question=values.get("question", ""),
        answer=values.get("answer", ""),
        id=values.get("id", ""),
        aliases=None if aliases is None else split(aliases),
        tags=None if tags is None else split(tags),
        category=values.get("category"),
        customer=values.get("customer"),
        is_enabled=values.get("is_enabled", _state(values)),
        others={
            name: split(values[name]) if name in SEVERAL else values[name]
            for name in OTHERS
            if name in values
        },
    )


def _state(values: Mapping[str, str]) -> str | None:
    """Return 否 where another program says that an article is not in use, None where it does not say so."""
    is_draft = fold(values.get("draft", "")) in _YES - {""}
    return "否" if is_draft or fold(values.get("state", "")) in _RETIRED else None


def too_long(line: int) -> Fault:
    """Return that a cell holds more than an entry may."""
    return Fault(line, "太长", f"每一格最多 {LONGEST} 字", "too long", f"at most {LONGEST} characters a cell")


def pictures_in(members: ZipFile, folder: str) -> list[Remark]:
    """Return that pictures of a workbook or document are not taken along, where it has some."""
    count = sum(name.startswith(folder) for name in members.namelist())
    return [pictures_left_out(count)] if count else []


def pictures_left_out(count: int) -> Remark:
    """Return that so many pictures come with no address on the web."""
    return Remark(
        f"文件里的 {count} 张图片没有带进来；答案要配图，就在“图片”列写图片的网址。",
        f"The {count} pictures in the file are not taken along; for a picture with an answer write its address in the column pictures.",
    )


def remark_in_sheet(remark: Remark, title: str) -> Remark:
    """Return a remark with the sheet it is about."""
    return replace(remark, zh=f"工作表“{title}”：{remark.zh}", en=f"sheet “{title}”: {remark.en}")


def in_sheet(fault: Fault, title: str) -> Fault:
    """Return a fault with the sheet it is in."""
    return replace(
        fault,
        expected=f"工作表“{title}”：{fault.expected}",
        expected_en=f"sheet “{title}”: {fault.expected_en}",
    )


def check(found: Iterable[Read]) -> Rows:
    """Return the rows that can be imported, cleaned, and a fault for each of the others."""
    rows: list[Row] = []
    faults: list[Fault] = []
    remarks: list[Remark] = []
    columns: list[Column] = []
    by_id: dict[str, Row] = {}
    for item in found:
        if isinstance(item, Remark):
            remarks.append(item)
            continue
        if isinstance(item, Column):
            columns.append(item)
            continue
        result = item if isinstance(item, Fault) else _checked(item)
        if isinstance(result, Row) and result.id:
            before = by_id.setdefault(result.id, result)
            if replace(before, line=result.line) != result:
                result = Fault(
                    result.line,
                    "编号重复",
                    f"编号 {result.id} 第 {before.line} 行已用于“{before.question}”",
                    "id used twice",
                    f"id {result.id} is that of “{before.question}” in row {before.line}",
                )
        if isinstance(result, Row):
            rows.append(result)
        elif isinstance(item, Draft) and item.sheet:
            faults.append(in_sheet(result, item.sheet))
        else:
            faults.append(result)
    return Rows(tuple(rows), tuple(faults), tuple(dict.fromkeys(remarks)), merged(columns))


def _checked(draft: Draft) -> Row | Fault:
    row = replace(
        draft,
        question=" ".join(_plain(draft.question).split("\n")).strip(),
        answer=_plain(draft.answer).strip(),
        id=draft.id.strip(),
        aliases=None if draft.aliases is None else _distinct(draft.aliases),
        tags=None if draft.tags is None else _distinct(draft.tags),
        category=None if draft.category is None else _plain(draft.category).strip(),
        customer=None if draft.customer is None else _plain(draft.customer).strip(),
    )
    others, unread = _others(row)
    if fault := _fault(row) or unread:
        return fault
    return Row(
        line=row.line,
        question=row.question,
        answer=row.answer,
        id=row.id,
        customer=None if fold(row.customer or "") in _EVERYBODY else row.customer,
        has_customer=row.customer is not None,
        aliases=row.aliases,
        tags=row.tags,
        category=row.category,
        is_enabled=None if row.is_enabled is None else fold(row.is_enabled) not in _NO,
        others=others,
        sheet=row.sheet,
    )


def _others(row: Draft) -> tuple[dict[str, Any], Fault | None]:
    """Return the further fields of a row as values, or what is wrong with them."""
    found: dict[str, Any] = {}
    for name, value in row.others.items():
        title = COLUMNS[name][0]
        if isinstance(value, tuple):
            found[name] = _distinct(value)
            form = _PICTURE if name == "pictures" else _LINK
            if any(not form.fullmatch(each) for each in found[name]):
                return {}, Fault(
                    row.line,
                    f"{title}看不懂",
                    "一行一个，要以 http:// 或 https:// 的地址结尾",
                    f"{name} make no sense",
                    "one a line, with an address of http:// or https:// at the end",
                )
        elif name in DATES:
            day = _day(value.strip())
            if isinstance(day, str):
                return {}, Fault(
                    row.line,
                    f"{title}看不懂",
                    "日期写成 2026-09-01，没有就留空",
                    f"{name} makes no sense",
                    "write dates as 2026-09-01, or leave it empty",
                )
            found[name] = day
        else:
            found[name] = " ".join(_plain(value).split())
    begins, ends = found.get("valid_from"), found.get("valid_until")
    if begins is not None and ends is not None and ends < begins:
        return {}, Fault(
            row.line,
            "失效日早于生效日",
            "失效日当天还有效，应不早于生效日",
            "ends before it begins",
            "the last day still counts, it cannot come before the first",
        )
    return found, None


def _day(text: str) -> date | str | None:
    """Return a date, None for an empty cell, the text itself where it is none."""
    if fold(text) in _ALWAYS:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else text
    except ValueError:
        return text


def _fault(row: Draft) -> Fault | None:
    texts = (
        row.question,
        row.answer,
        row.id,
        row.category or "",
        row.customer or "",
        *(row.aliases or ()),
        *(row.tags or ()),
        *(part for value in row.others.values() for part in ((value,) if isinstance(value, str) else value)),
    )
    if row.question in BROKEN or row.answer in BROKEN:
        return Fault(
            row.line,
            "公式出错",
            "表格里这一格是错误或没有算出来的公式，请改成文字",
            "failed formula",
            "the cell shows an error or a formula nobody worked out, write text in it",
        )
    if any("\ufffd" in text for text in texts):
        return Fault(
            row.line,
            "有认不出的字",
            "文件要存成 UTF-8 或 GB18030 编码",
            "unreadable characters",
            "save the file as UTF-8 or GB18030",
        )
    if any(_CONTROL.search(text) for text in texts):
        return Fault(
            row.line,
            "有控制字符",
            "只能有文字、空格和换行",
            "control characters",
            "only text, spaces and line breaks",
        )
    if not fold(row.question):
        return Fault(row.line, "缺问法", "标准问法要有文字", "no question", "the question needs words")
    if not row.answer:
        return Fault(row.line, "缺答案", "答案要有内容", "no answer", "the answer needs words")
    if any(len(text) > LONGEST for text in texts):
        return too_long(row.line)
    if row.id and not _ID.fullmatch(row.id):
        return Fault(
            row.line,
            "编号不合规",
            "编号不带空格和 { } | ; / \\，最多 64 个字符",
            "odd id",
            "without spaces and { } | ; / \\, at most 64 characters",
        )
    if row.is_enabled is not None and fold(row.is_enabled) not in _NO | _YES:
        return Fault(row.line, "启用一栏看不懂", "写“是”或“否”", "enabled makes no sense", "write yes or no")
    return None


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    stripped = (" ".join(_plain(value).split("\n")).strip() for value in values)
    return tuple(dict.fromkeys(value for value in stripped if value))
