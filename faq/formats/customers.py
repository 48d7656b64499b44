"""For whom a row is: customers are named in files as people call them, and kept by their id."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from faq.formats.rows import Fault, Row, Rows
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
    return Rows(tuple(kept), tuple(faults), rows.remarks)
