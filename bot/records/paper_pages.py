"""From a paper to a page (html) that stands alone: to be read in a browser, sent by mail, printed."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from bot.tickets.papers import Paper, Table

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1b2420}"
    "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}"
    "th,td{border:1px solid #bfc7d5;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#e8eef7}tr.marked td{background:#fff2cc}"
)


def page(paper: Paper, language: str) -> bytes:
    """Return a paper as a page; what people wrote is text there, never markup."""
    return "\n".join(_lines(paper, language)).encode()


def _lines(paper: Paper, language: str) -> Iterator[str]:
    title = escape(paper.title)
    yield f'<!doctype html><html lang="{"zh-CN" if language == "zh" else "en"}"><meta charset="utf-8">'
    yield f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
    yield f"<h1>{title}</h1>"
    facts = (f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in paper.facts)
    yield f"<table>{''.join(facts)}</table>"
    for table in paper.tables:
        yield from _table(table)
    for text in (*paper.notes, *paper.signatures):
        yield f"<p>{escape(text)}</p>"


def _table(table: Table) -> Iterator[str]:
    if table.heading:
        yield f"<h2>{escape(table.heading)}</h2>"
    yield f"<table><tr>{''.join(f'<th>{escape(name)}</th>' for name in table.columns)}</tr>"
    for place, row in enumerate(table.rows):
        marked = ' class="marked"' if place in table.marked else ""
        yield f"<tr{marked}>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
    yield "</table>"
