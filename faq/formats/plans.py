"""What an import would do to a knowledge base: new, changed, duplicate and faulty rows, and how to say it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from faq.formats.rows import Fault, Row, Rows
from faq.knowledge import Entry
from faq.text import fold

_GIVEN_ID = re.compile(r"K-([0-9]{1,9})")
_LINES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What to put into the knowledge base; nothing is ever removed from it."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]  # as they will be, under the ids they have
    duplicate: tuple[Row, ...]
    faulty: tuple[Fault, ...]


def plan(existing: Iterable[Entry], rows: Rows) -> ImportPlan:
    """Compare the rows of a file with the entries there are.

    A row is the entry of the same id, else the one with the same folded question for the same customer. What the file
    has no column for stays as it is. Rows without an id get `K-001` upwards, after the highest there is.
    """
    known = {entry.id: entry for entry in existing}
    ids = {_key(entry.question, entry.customer): entry.id for entry in known.values()}
    planned: dict[str, int] = {}  # id -> line that decided it
    highest = max((_number(id_) for id_ in (*known, *(row.id for row in rows.rows))), default=0)
    new: dict[str, Entry] = {}
    changed: dict[str, Entry] = {}
    duplicate: list[Row] = []
    faulty = list(rows.faults)
    for row in rows.rows:
        id_ = row.id if row.id in known else ids.get(_key(row.question, row.customer))
        before = known.get(id_) if id_ is not None else None
        if before is None:
            if row.id:
                id_ = row.id
            else:
                highest += 1
                id_ = f"K-{highest:03d}"
        assert id_ is not None
        after = _entry(row, id_, before)
        if after == before:
            duplicate.append(row)
            planned.setdefault(id_, row.line)
            continue
        if id_ in planned:
            faulty.append(
                Fault(row.line, "与前面重复而内容不同", f"与第 {planned[id_]} 行是同一条，只留一行")
            )
            continue
        key = _key(after.question, after.customer)
        if ids.setdefault(key, id_) != id_:
            faulty.append(Fault(row.line, "问法已有别的编号", f"{ids[key]} 已有这个问法，先改它"))
            continue
        # The wording an entry gives up is free for another row.
        if (
            before is not None
            and (old := _key(before.question, before.customer)) != key
            and ids.get(old) == id_
        ):
            del ids[old]
        if before is None:
            new[id_] = after
        else:
            changed[id_] = after
        known[id_] = after
        planned[id_] = row.line
    return ImportPlan(
        tuple(new.values()),
        tuple(changed.values()),
        tuple(duplicate),
        tuple(sorted(faulty, key=lambda fault: fault.line)),
    )


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
    )


def describe(plan: ImportPlan) -> list[str]:
    """Return the plan in Chinese lines, the counts first."""
    new, changed, duplicate, faulty = map(len, (plan.new, plan.changed, plan.duplicate, plan.faulty))
    where = "；".join(
        f"第 {_some([str(fault.line) for fault in plan.faulty if fault.found == found])} 行{found}"
        for found in dict.fromkeys(fault.found for fault in plan.faulty)
    )
    lines = [
        f"读到 {new + changed + duplicate + faulty} 条：新增 {new}、重复 {duplicate}、有改动 {changed}、需看 {faulty}"
        + (f"（{where}）" if where else "")
    ]
    if plan.changed:
        lines.append(f"有改动：{_some([entry.id for entry in plan.changed])}")
    lines += [f"第 {fault.line} 行{fault.found}：{fault.expected}" for fault in plan.faulty[:_LINES_SHOWN]]
    if faulty > _LINES_SHOWN:
        lines.append(f"……另有 {faulty - _LINES_SHOWN} 处需看")
    return lines


def _some(names: list[str]) -> str:
    more = f" 等 {len(names)} 处" if len(names) > _LINES_SHOWN else ""
    return "、".join(names[:_LINES_SHOWN]) + more
