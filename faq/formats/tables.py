"""Tables, whatever file they stand in: where the headings are, and what the rows under them say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from faq.formats.headings import columns
from faq.formats.rows import Draft, Fault, UnreadableFile, draft

_LOOKED_AT = 10  # rows in which the headings may stand: titles and remarks come before them
_NO_HEADINGS = (
    "前 10 行里没有找到列名：要有“标准问法”和“答案”（或 question 和 answer）。",
    "The first 10 rows name no columns: question and answer are needed.",
)


class NoHeadings(UnreadableFile):
    """There are rows, but none that names question and answer."""


Line = tuple[int, Sequence[str] | Fault]  # a row with its number; a fault where it cannot be read


def drafts(
    rows: Iterable[Line], *, is_exact: bool = False, goes_on: Collection[tuple[int, int]] = ()
) -> list[Draft | Fault]:
    """Return the rows of a table, under the first row that names question and answer.

    `is_exact`: a cell beyond the last heading is a fault, since a comma has cut it off. `goes_on` are the cells, by line and column,
    that were merged with the one above: a question that goes on has a longer answer.

    Raises:
        UnreadableFile: No row names them, or there is none.
    """
    headings: list[str | None] | None = None
    named: list[str] = []
    found: list[Draft | Fault] = []
    looked_at = 0
    for line, cells in rows:
        if isinstance(cells, Fault):
            found.append(cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif headings is None:
            looked_at += 1
            headings, named = columns(cells), list(cells)
            if headings is None and looked_at == _LOOKED_AT:
                break
        elif is_exact and any(cell.strip() for cell in cells[len(headings) :]):
            found.append(
                Fault(
                    line,
                    "格数比列名多",
                    "格里有逗号时，整格要用英文双引号括起来",
                    "more cells than columns",
                    "a cell with a comma stands between double quotes",
                )
            )
        elif list(cells) != named:  # headings come again on every printed page
            each, before = draft(line, headings, cells), found[-1] if found else None
            is_more = (line, headings.index("question")) in goes_on
            if is_more and isinstance(before, Draft):
                found[-1] = _continued(before, each)
            else:
                found.append(each)
    if not looked_at and not found:
        raise UnreadableFile(
            "文件是空的：要有列名“标准问法”和“答案”。",
            "The file is empty: it needs the columns question and answer.",
        )
    if headings is None:
        raise NoHeadings(*_NO_HEADINGS)
    return found


def _continued(before: Draft, more: Draft) -> Draft:
    """Return a row whose question goes on in the row under it, as where cells were merged: its answer has more lines then."""
    return replace(
        before,
        answer="\n".join(filter(None, (before.answer, more.answer if more.answer != before.answer else ""))),
        aliases=None if before.aliases is None else (*before.aliases, *(more.aliases or ())),
        tags=None if before.tags is None else (*before.tags, *(more.tags or ())),
    )
