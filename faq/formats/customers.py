"""Whom a row is for and who answers for it: files name customers and people as they are called, and ids are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from faq.formats.rows import Fault, Remark, Row, Rows
from faq.text import fold

_NAMES_SHOWN = 5


def named_customers(rows: Rows, customers: Sequence[tuple[str, str]]) -> Rows:
    """Return rows with the ids of their customers, which are given by id and name; an unknown one makes a row faulty."""
    ids = {fold(word): id_ for id_, name in customers for word in (id_, name)}
    kept: list[Row] = []
    faults = list(rows.faults)
    for row in rows.rows:
        if row.customer is None:
            kept.append(row)
        elif (id_ := ids.get(fold(row.customer))) is not None:
            kept.append(replace(row, customer=id_))
        else:
            known = "、".join(name for _, name in customers[:_NAMES_SHOWN])
            faults.append(
                Fault(
                    row.line,
                    "没有这个客户",
                    f"“{row.customer}”应为{known}；所有客户请留空",
                    "no such customer",
                    f"“{row.customer}” should be one of {known}; leave it empty for all",
                )
            )
    return replace(rows, rows=tuple(kept), faults=tuple(faults))


def named_owners(rows: Rows, people: Mapping[str, str]) -> Rows:
    """Return rows with the ids of those who answer for them; people are given as id → name. Who is not known is kept and told."""
    ids = {fold(word): id_ for id_, name in people.items() for word in (id_, name)}
    unknown: dict[str, None] = {}
    kept: list[Row] = []
    for row in rows.rows:
        owner = row.others.get("owner")
        if not owner:
            kept.append(row)
            continue
        if (id_ := ids.get(fold(owner))) is None:
            unknown[owner] = None
        kept.append(replace(row, others={**row.others, "owner": id_ or owner}))
    if not unknown:
        return replace(rows, rows=tuple(kept))
    names = list(unknown)[:_NAMES_SHOWN]
    remark = Remark(
        f"负责人 {'、'.join(names)} 不在配置的人员里：答案有误时通知知识管理员。",
        f"{', '.join(names)} (owner) is nobody in the configuration: the knowledge managers are told when an answer is wrong.",
    )
    return replace(rows, rows=tuple(kept), remarks=(*rows.remarks, remark))
