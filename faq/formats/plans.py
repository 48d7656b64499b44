"""What an import would do to a knowledge base: new, changed, duplicate and faulty rows, and how to say it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from faq.entries import Entry
from faq.formats.rows import DATES, SEVERAL, Fault, Remark, Row, Rows, in_sheet
from faq.text import fold

_GIVEN_ID = re.compile(r"K-([0-9]{1,9})")
_LINES_SHOWN = 10
_ENTRIES_SHOWN, _MOST_SHOWN = 5, 40  # of those to come, and characters of a text


class ImportPlan(msgspec.Struct, frozen=True):
    """What to put into the knowledge base; nothing is ever removed from it."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]  # as they will be, under the ids they have
    duplicate: tuple[Row, ...]
    faulty: tuple[Fault, ...]
    conflicting: tuple[Fault, ...] = ()  # wordings of two entries; they are imported all the same
    remarks: tuple[Remark, ...] = ()  # how the file was understood


def plan(existing: Iterable[Entry], rows: Rows) -> ImportPlan:
    """Compare the rows of a file with the entries there are.

    A row is the entry of the same id, else the one with the same folded question for the same customer. What the file
    has no column for stays as it is. Rows without an id get `K-001` upwards, after the highest there is.
    """
    ledger = _Ledger(existing, rows)
    # Rows that name an entry come first: what they change their questions to decides what the others are.
    named = [row for row in rows.rows if row.id in ledger.known]
    unnamed = [row for row in rows.rows if row.id not in ledger.known]
    # A question that one row wants may be given up by a later one, so the refused try again while there is progress.
    refused = [row for row in named if not ledger.take(row, row.id)]
    while refused and len(still := [row for row in refused if not ledger.take(row, row.id)]) < len(refused):
        refused = still
    ledger.faulty += [
        Fault(
            row.line,
            "问法已有别的编号",
            f"“{row.question}”是别的条目的问法，先改那一条",
            "question has another id",
            f"“{row.question}” is the question of another entry, change that one first",
        )
        for row in refused
    ]
    for row in unnamed:
        ledger.take(row, ledger.id_for(row))
    return ledger.plan()


def _repeats(row: Row, before: Row) -> Fault:
    """Return what is wrong with a row that says otherwise what an earlier one says, perhaps one of another sheet."""
    zh, en = "", ""
    if row.sheet != before.sheet:
        zh = f"工作表“{before.sheet}”" if before.sheet else "第一张工作表"
        en = f" of sheet “{before.sheet}”" if before.sheet else " of the first sheet"
    fault = Fault(
        row.line,
        "与前面重复而内容不同",
        f"与{zh}第 {before.line} 行是同一条，只留一行",
        "differs from an earlier row",
        f"row {before.line}{en} is the same entry, keep one of them",
    )
    return in_sheet(fault, row.sheet) if row.sheet else fault


class _Ledger:
    """The entries as they will be, while the rows of a file are gone through."""

    def __init__(self, existing: Iterable[Entry], rows: Rows) -> None:
        self.known = {entry.id: entry for entry in existing}
        self.faulty = list(rows.faults)
        self._remarks = rows.remarks
        self._ids = {_key(entry.question, entry.customer): entry.id for entry in self.known.values()}
        self._highest = max(
            (_number(id_) for id_ in (*self.known, *(row.id for row in rows.rows))), default=0
        )
        self._places: dict[str, Row] = {}  # id -> the row that settled it
        self._new: dict[str, Entry] = {}
        self._changed: dict[str, Entry] = {}
        self._duplicate: list[Row] = []

    def id_for(self, row: Row) -> str:
        """Return the id of the entry that a row is, or is going to be."""
        if row.id in self.known:
            return row.id
        known = self._ids.get(_key(row.question, row.customer))
        if known is not None:
            return known
        if row.id:
            return row.id
        self._highest += 1
        return f"K-{self._highest:03d}"

    def take(self, row: Row, id_: str) -> bool:
        """Note what a row does to an entry; False if its question belongs to another one."""
        before = self.known.get(id_)
        after = _entry(row, id_, before)
        key = _key(after.question, after.customer)
        if after == before:
            self._duplicate.append(row)
            self._places.setdefault(id_, row)
        elif id_ in self._places and before is not None and _adds_nothing(row, before):
            self._duplicate.append(row)
        elif id_ in self._places:
            self.faulty.append(_repeats(row, self._places[id_]))
        elif self._ids.setdefault(key, id_) != id_:
            return False
        else:
            self._settle(row, before, after)
        return True

    def _settle(self, row: Row, before: Entry | None, after: Entry) -> None:
        self.known[after.id] = after
        self._places[after.id] = row
        if before is None:
            self._new[after.id] = after
            return
        self._changed[after.id] = after
        # The wording an entry gives up is free for another row.
        old = _key(before.question, before.customer)
        if old != _key(after.question, after.customer) and self._ids.get(old) == after.id:
            del self._ids[old]

    def plan(self) -> ImportPlan:
        """Return what was noted."""
        return ImportPlan(
            new=tuple(self._new.values()),
            changed=tuple(self._changed.values()),
            duplicate=tuple(sorted(self._duplicate, key=lambda row: row.line)),
            faulty=tuple(sorted(self.faulty, key=lambda fault: fault.line)),
            conflicting=tuple(sorted(self._conflicts(), key=lambda fault: fault.line)),
            remarks=self._remarks,
        )

    def _conflicts(self) -> Iterator[Fault]:
        """Yield the wordings of imported entries that another entry for the same people has as well."""
        touched = {**self._new, **self._changed}
        if not touched:
            return
        holders: dict[tuple[str, str | None], list[str]] = {
            (fold(wording), entry.customer): []
            for entry in touched.values()
            for wording in (entry.question, *entry.aliases)
        }
        for entry in self.known.values():
            for wording in dict.fromkeys(map(fold, (entry.question, *entry.aliases))):
                if (wording, entry.customer) in holders:
                    holders[wording, entry.customer].append(entry.id)
        for entry in touched.values():
            for wording in (entry.question, *entry.aliases):
                others = [id_ for id_ in holders[fold(wording), entry.customer] if id_ != entry.id]
                if others and fold(wording):
                    yield Fault(
                        self._places[entry.id].line,
                        "问法重复",
                        f"“{wording}”也是 {'、'.join(others[:3])} 的问法，只留一处",
                        "wording used twice",
                        f"“{wording}” is also one of {', '.join(others[:3])}, keep it in one place",
                    )
        while (
            holders
        ):  # bit by bit: to free many at once takes milliseconds in which no other thread has a turn
            holders.popitem()


def _key(question: str, customer: str | None) -> tuple[str, str | None]:
    return fold(question), customer


def _number(id_: str) -> int:
    given = _GIVEN_ID.fullmatch(id_)
    return int(given[1]) if given else 0


def _entry(row: Row, id_: str, before: Entry | None) -> Entry:
    kept = before or Entry(id=id_, question=row.question, answer=row.answer)
    return msgspec.structs.replace(
        kept,
        question=row.question,
        answer=row.answer,
        customer=row.customer if row.has_customer else kept.customer,
        aliases=kept.aliases if row.aliases is None else row.aliases,
        tags=kept.tags if row.tags is None else row.tags,
        category=kept.category if row.category is None else row.category,
        is_enabled=kept.is_enabled if row.is_enabled is None else row.is_enabled,
        **_others(row),
    )


def _adds_nothing(row: Row, before: Entry) -> bool:
    """Say whether a row has nothing that an entry has not: it was copied, and cells were left empty."""
    values = (
        row.answer,
        row.category,
        row.customer,
        *(value for value in _others(row).values() if not isinstance(value, tuple)),
    )
    known = (
        before.answer,
        before.category,
        before.customer,
        *(getattr(before, name) for name, value in _others(row).items() if not isinstance(value, tuple)),
    )
    lists = [(row.aliases or (), before.aliases), (row.tags or (), before.tags)]
    lists += [
        (value, getattr(before, name)) for name, value in _others(row).items() if isinstance(value, tuple)
    ]
    return (
        all(value in (None, "", of) for value, of in zip(values, known, strict=True))
        and all(set(some) <= {*of, before.question} for some, of in lists)
        and row.is_enabled in (None, before.is_enabled)
    )


def _others(row: Row) -> dict[str, Any]:
    """Return the further fields of a row, also of one that has waited as JSON, which knows neither dates nor tuples."""
    found = dict(row.others)
    for name, value in row.others.items():
        if name in DATES and isinstance(value, str):
            found[name] = date.fromisoformat(value)
        elif name in SEVERAL:
            found[name] = tuple(value)
    return found


class _Words(msgspec.Struct, frozen=True):
    """How a plan is told in one language."""

    counts: str
    conflicts: str
    where: tuple[str, str]  # around what is faulty
    at_lines: str
    changed: str
    fault: str
    more_faults: str
    more_conflicts: str
    several: str
    comma: str
    semicolon: str


_WORDS = {
    "zh": _Words(
        counts="读到 {count} 条：新增 {new}、重复 {same}、有改动 {changed}、需看 {faulty}",
        conflicts="、问法冲突 {count}",
        where=("（", "）"),
        at_lines="第 {lines} 行{found}",
        changed="有改动：{ids}",
        fault="第 {line} 行{found}：{expected}",
        more_faults="……另有 {count} 处需看",
        more_conflicts="……另有 {count} 处冲突",
        several=" 等 {count} 处",
        comma="、",
        semicolon="；",
    ),
    "en": _Words(
        counts="{count} read: {new} new, {same} as they were, {changed} changed, {faulty} to look at",
        conflicts=", {count} wordings used twice",
        where=(" (", ")"),
        at_lines="row {lines}: {found}",
        changed="Changed: {ids}",
        fault="Row {line}, {found}: {expected}",
        more_faults="… and {count} more to look at",
        more_conflicts="… and {count} more wordings used twice",
        several=" and others, {count} in all",
        comma=", ",
        semicolon="; ",
    ),
}


def describe(plan: ImportPlan, language: str = "zh", *, has_faults: bool = True) -> list[str]:
    """Return the plan as lines in a language, the counts first; the faults at the end where they are not shown otherwise."""
    words = _WORDS[language]
    new, changed, same, faulty = map(len, (plan.new, plan.changed, plan.duplicate, plan.faulty))
    counts = words.counts.format(
        count=new + changed + same + faulty, new=new, changed=changed, same=same, faulty=faulty
    )
    if plan.conflicting:
        counts += words.conflicts.format(count=len(plan.conflicting))
    if plan.faulty:
        counts += _where(plan.faulty, words, language).join(words.where)
    lines = [counts, *(each.said(language) for each in plan.remarks[:_LINES_SHOWN])]
    if plan.changed:
        lines.append(words.changed.format(ids=_some([entry.id for entry in plan.changed], words)))
    if not has_faults:
        return lines
    lines += _told(plan.faulty, words, words.more_faults, language)
    return lines + _told(plan.conflicting, words, words.more_conflicts, language)


def shown(plan: ImportPlan) -> list[str]:
    """Return the first entries as they would be: of a list without columns somebody has to see how it is understood."""
    return [
        f"{sign} {entry.id} {cut(entry.question, _MOST_SHOWN)} → {cut(entry.answer, _MOST_SHOWN)}"
        for sign, entries in (("+", plan.new), ("*", plan.changed))
        for entry in entries[:_ENTRIES_SHOWN]
    ]


def cut(text: str, most: int) -> str:
    """Return the first characters of a text in one line, with an ellipsis where it has more."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


def _where(faults: Iterable[Fault], words: _Words, language: str) -> str:
    """Return which rows have which faults."""
    lines: dict[str, list[str]] = {}
    for fault in faults:
        lines.setdefault(fault.said(language)[0], []).append(str(fault.line))
    return words.semicolon.join(
        words.at_lines.format(lines=_some(those, words), found=found) for found, those in lines.items()
    )


def _told(faults: tuple[Fault, ...], words: _Words, more: str, language: str) -> list[str]:
    told = [
        words.fault.format(line=fault.line, found=found, expected=expected)
        for fault in faults[:_LINES_SHOWN]
        for found, expected in (fault.said(language),)
    ]
    left = len(faults) - _LINES_SHOWN
    return [*told, more.format(count=left)] if left > 0 else told


def _some(names: list[str], words: _Words) -> str:
    more = words.several.format(count=len(names)) if len(names) > _LINES_SHOWN else ""
    return words.comma.join(names[:_LINES_SHOWN]) + more
