"""Tables, whatever file they stand in: where the headings are, and what the rows under them say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

import msgspec
from msgspec.structs import replace

from faq.formats.cells import tidied
from faq.formats.headings import COLUMNS, HEADINGS, STATES, columns, field_of
from faq.formats.likeness import also_likely, is_counted, is_reserving, likely, meant_by, names_in
from faq.formats.rows import Draft, Fault, Read, Remark, UnreadableFile, draft
from faq.formats.taken import NOTHING, Chosen, Column, Samples, Unsuitable, key, letter, names_of, overlaid
from faq.text import looks_like_question

_LOOKED_AT = 10  # rows in which the headings may stand: titles and remarks come before them
_LEAST_UNNAMED, _MOSTLY = 3, 0.8  # rows of a table without headings, and the share of them that ask
_NAMES_SHOWN = 8
_CALLED = {
    "question": ("问法", "the question"),
    "answer": ("答案", "the answer"),
    "aliases": ("相似问法", "other wordings"),
    "category": ("分类", "the category"),
}


class NoHeadings(UnreadableFile):
    """There are rows, but none that names question and answer."""


Line = tuple[int, Sequence[str] | Fault]  # a row with its number; a fault where it cannot be read


class _Head(msgspec.Struct, frozen=True):
    """What the columns of a table are."""

    fields: list[str | None]
    names: list[str]
    guessed: dict[int, str]  # by place; empty where the names are ours
    at: int  # which of the first rows they stand in; -1: none
    is_guess: bool = False  # even question and answer were guessed
    is_chosen: bool = False  # somebody said what they are


def drafts(
    rows: Iterable[Line],
    *,
    chosen: Chosen = NOTHING,
    is_exact: bool = False,
    goes_on: Collection[tuple[int, int]] = (),
) -> list[Read]:
    """Return the rows of a table, under the first row that names question and answer, ours or the words of others.

    What somebody has `chosen` a column to be comes before what its name says.
    `is_exact`: a cell beyond the last heading is a fault, since a comma has cut it off. `goes_on` are the cells, by line and column,
    that were merged with the one above: a question that goes on has a longer answer. What columns were taken for, and which were passed over, is told.

    Raises:
        UnreadableFile: No row names them, or there is none.
    """
    samples = Samples()
    going_on = iter(rows)
    first = list(_first(going_on))
    head = _head([cells for _, cells in first if not isinstance(cells, Fault)], chosen)
    found: list[Read] = [cells for _, cells in first if isinstance(cells, Fault)]
    named = [each for each in first if not isinstance(each[1], Fault)]
    passed: set[int] = set()
    for line, cells in chain(named[head.at + 1 :], going_on):
        if isinstance(cells, Fault):
            found.append(cells)
        elif not any(cell.strip() for cell in cells):
            continue
        elif is_exact and any(cell.strip() for cell in cells[len(head.fields) :]):
            found.append(
                Fault(
                    line,
                    "格数比列名多",
                    "格里有逗号时，整格要用英文双引号括起来",
                    "more cells than columns",
                    "a cell with a comma stands between double quotes",
                )
            )
        elif list(cells) != head.names:  # headings come again on every printed page
            samples.see(cells)
            each, before = draft(line, head.fields, cells), found[-1] if found else None
            is_more = (line, head.fields.index("question")) in goes_on
            if is_more and isinstance(before, Draft):
                found[-1] = _continued(before, each)
            else:
                found.append(each)
            passed.update(
                place
                for place, (field, cell) in enumerate(zip(head.fields, cells, strict=False))
                if field is None and cell.strip()
            )
    is_ours = tuple(head.names) == HEADINGS
    known = samples.columns(names_of(head.names), head.fields)
    seen = [
        place for place in sorted(passed) if place >= len(head.names) or key(head.names[place]) not in chosen
    ]
    return [*known, *_remarks(head, seen), *(found if is_ours else tidied(found))]


def _first(rows: Iterator[Line]) -> Iterator[Line]:
    """Yield the rows among which the headings are looked for, without empty ones."""
    count = 0
    for line, cells in rows:
        if isinstance(cells, Fault):
            yield line, cells
        elif any(cell.strip() for cell in cells):
            yield line, cells
            count += 1
            if count == _LOOKED_AT:
                return


def _head(rows: Sequence[Sequence[str]], chosen: Chosen) -> _Head:
    """Return what the columns are by the first rows, and by what somebody said.

    Raises:
        UnreadableFile: There are no rows, or it is not clear.
    """
    if not rows:
        raise UnreadableFile(
            "文件是空的：要有列名“标准问法”和“答案”。",
            "The file is empty: it needs the columns question and answer.",
        )
    if chosen and (head := _chosen(rows, chosen)) is not None:
        return head
    if (head := _named(rows) or _unnamed(rows)) is not None:
        return head
    raise _no_headings(rows)


def _named(rows: Sequence[Sequence[str]]) -> _Head | None:
    """Return what the columns are by the names that one of the first rows gives them; None where none does."""
    for at, cells in enumerate(rows):
        if (fields := columns(cells)) is not None:
            guessed = also_likely(cells, fields)
            fields = [guessed.get(place, field) for place, field in enumerate(fields)]
            return _Head(fields, list(cells), guessed, at)
    for at, cells in enumerate(rows):
        if (guess := likely(cells)) is not None:
            return _Head(guess.fields, list(cells), guess.guessed, at, is_guess=True)
    return None


def _chosen(rows: Sequence[Sequence[str]], chosen: Chosen) -> _Head | None:
    """Return what the columns are by what somebody said of them, and by their names for the rest.

    None where no row has one of those names: another sheet.

    Raises:
        UnreadableFile: No column is the question then, or none the answer, or two are what only one can be.
    """
    named = _named(rows)
    has_said = False
    for at, cells in enumerate(rows):
        if not any(key(cell) in chosen for cell in cells if cell.strip()):
            continue
        has_said = True
        own = named.fields if named is not None and named.at == at else columns(cells, is_whole=False) or []
        fields = _overlaid(names_of(cells), own, chosen, _offered(rows, at))
        if "question" in fields and "answer" in fields:
            guessed = named.guessed if named is not None and named.at == at else {}
            guessed = {place: field for place, field in guessed.items() if key(cells[place]) not in chosen}
            return _Head(fields, list(cells), guessed, at, is_chosen=True)
    width = max(map(len, rows))
    letters = [letter(place) for place in range(width)]
    if not has_said and all(each in map(key, letters) for each in chosen):
        fields = _overlaid(letters, [None] * width, chosen, _offered(rows, -1))
        if "question" in fields and "answer" in fields:
            at = named.at if named is not None else _like_headings(rows)
            return _Head(fields, list(rows[at]) if at >= 0 else [], {}, at, is_chosen=True)
        has_said = True
    if has_said:
        raise _no_headings(rows)
    return None


def _like_headings(rows: Sequence[Sequence[str]]) -> int:
    """Return which row looks like headings although it does not say enough, -1 for none: half of its cells are words for columns."""
    for at, cells in enumerate(rows):
        if names := names_in([cells]):
            known = sum(field_of(name) is not None or meant_by(name) != "" for name in names)
            if 2 * known >= len(names):
                return at
    return -1


def _overlaid(
    names: Sequence[str], fields: Sequence[str | None], chosen: Chosen, offered: Sequence[Column]
) -> list[str | None]:
    try:
        return overlaid(names, fields, chosen)
    except Unsuitable as why:
        raise UnreadableFile(str(why), why.english, offered) from why


def _unnamed(rows: Sequence[Sequence[str]]) -> _Head | None:
    """Return the columns of a table that has no headings: two, of which one asks; None where that is not so."""
    places = sorted({place for cells in rows for place, cell in enumerate(cells) if cell.strip()})
    if len(places) != len(("question", "answer")) or len(rows) < _LEAST_UNNAMED:
        return None
    asking = [
        sum(looks_like_question(cells[place]) for cells in rows if place < len(cells)) for place in places
    ]
    if asking[0] < _MOSTLY * len(rows) or asking[1] > len(rows) / 2:
        return None
    fields: list[str | None] = [None] * (places[1] + 1)
    fields[places[0]], fields[places[1]] = "question", "answer"
    return _Head(fields, [], {}, -1, is_guess=True)


def _no_headings(rows: Sequence[Sequence[str]]) -> NoHeadings:
    """Return why a table is not read; where a row looks like its headings, they are asked about."""
    names = names_in(rows)
    at = next((at for at, cells in enumerate(rows) if [c.strip() for c in cells if c.strip()] == names), -1)
    offered = _offered(rows, at)
    if not names:
        return NoHeadings(
            "前 10 行里没有找到列名：要有“标准问法”和“答案”（或 question 和 answer）。",
            "The first 10 rows name no columns: question and answer are needed.",
            offered,
        )
    zh, en = "、".join(names[:_NAMES_SHOWN]), ", ".join(names[:_NAMES_SHOWN])
    return NoHeadings(
        f"没有看出哪一列是问法、哪一列是答案（列名：{zh}）：请把这两列改名为“标准问法”和“答案”再发一次。",
        f"It is not clear which column holds the question and which the answer (columns: {en}): call these two question and answer and send it again.",
        offered,
    )


def _offered(rows: Sequence[Sequence[str]], at: int) -> list[Column]:
    """Return the columns that somebody can say something of, by what their names say so far; none where there is only one.

    `at` is the row of their names, -1 where there is none.
    """
    samples = Samples()
    for cells in rows[at + 1 :]:
        samples.see(cells)
    named = rows[at] if at >= 0 else []
    found = samples.columns(names_of(named), columns(named, is_whole=False) or [])
    return found if len(found) > 1 else []


def _remarks(head: _Head, passed: Sequence[int]) -> Iterator[Remark]:
    """Yield what the columns were taken for, and which were passed over although something stands in them."""
    if head.is_chosen:
        yield _by_choice(head)
    elif head.at < 0:
        yield Remark(
            "没有列名：前一列当作问法，后一列当作答案。",
            "There are no headings: the first column is taken for the question, the second for the answer.",
            is_guess=True,
        )
    if head.guessed:
        pairs = [(head.names[place].strip(), _CALLED[field]) for place, field in sorted(head.guessed.items())]
        zh = "、".join(f"“{name}”当作{called[0]}" for name, called in pairs)
        en = ", ".join(f"“{name}” is taken for {called[1]}" for name, called in pairs)
        yield Remark(f"按列名猜的：{zh}。", f"Guessed by their names: {en}.", is_guess=head.is_guess)
    names = [head.names[place].strip() for place in passed if place < len(head.names)]
    names = [name for name in dict.fromkeys(names) if name and not is_counted(name)]
    for name in filter(is_reserving, names):
        yield Remark(
            f"“{name}”这一列没有用：如果说的是给哪个客户用，请把列名改成“适用客户”，否则答案对所有客户都说。",
            f"The column “{name}” is not used: if it says for which customer an answer is, call it customer, or everybody is given it.",
        )
    if others := [name for name in names if not is_reserving(name)]:
        zh, en = "、".join(others[:_NAMES_SHOWN]), ", ".join(others[:_NAMES_SHOWN])
        yield Remark(f"没有用到的列：{zh}。", f"Columns that are not used: {en}.")


def _by_choice(head: _Head) -> Remark:
    """Return what the columns are, where somebody had a say in it."""
    names = [*map(str, names_of(head.names)), *map(letter, range(len(head.names), len(head.fields)))]
    pairs = [
        (name, (COLUMNS | STATES)[field][0], field)
        for name, field in zip(names, head.fields, strict=False)
        if field is not None
    ]
    zh = "、".join(f"“{name}”当作{title}" for name, title, _ in pairs)
    en = ", ".join(f"“{name}” is {field}" for name, _, field in pairs)
    return Remark(f"按选定的列：{zh}。", f"By the columns chosen: {en}.")


def _continued(before: Draft, more: Draft) -> Draft:
    """Return a row whose question goes on in the row under it, as where cells were merged: its answer has more lines then."""
    return replace(
        before,
        answer="\n".join(filter(None, (before.answer, more.answer if more.answer != before.answer else ""))),
        aliases=None if before.aliases is None else (*before.aliases, *(more.aliases or ())),
        tags=None if before.tags is None else (*before.tags, *(more.tags or ())),
    )
