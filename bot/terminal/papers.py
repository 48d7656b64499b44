"""The commands that write the service record of a ticket, and the figures of some days, into a file, also beside a running bot."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import click

from bot.clock import SystemClock
from bot.config import Config, rules_of
from bot.records.figuring import Figuring
from bot.records.ledgers import Ledgers
from bot.records.paper_files import workbook
from bot.records.paper_pages import page
from bot.records.paperwork import Paperwork
from bot.records.spans import Span, span_between
from bot.rooms.directory import Directory
from bot.store.bodies import record_from
from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.store.portable import Archive, KeptTicket, Part
from bot.store.registry import open_archive
from bot.terminal.command_line import config_option, explained, loaded, voice_of
from bot.tickets.errors import N_
from bot.tickets.kinds import Status
from bot.tickets.model import Ticket
from bot.tickets.papers import Paper
from bot.tickets.records import Record
from bot.tickets.speaker import Speaker


class OneTicket:
    """What an archive holds about one ticket."""

    def __init__(self, kept: KeptTicket, said: list[Queued]) -> None:
        self._kept = kept
        self._said = said

    async def ticket(self, number: int) -> Ticket | None:
        return self._kept.ticket if number == self._kept.ticket.number else None

    async def records(self, number: int) -> list[Record]:
        return [record_from(sheet.body.encode(), sheet.hash) for sheet in self._kept.sheets if number]

    async def said_about(self, number: int) -> list[Queued]:
        return [message for message in self._said if message.ticket == number]


@click.command()
@config_option
@click.argument("number", type=int)
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="File to write (xlsx)."
)
@explained
def record(config_file: Path | None, number: int, out: Path) -> None:
    """Write the service record of a ticket, for the customer to sign."""
    config = loaded(config_file)
    if out.suffix.lower() != ".xlsx":
        raise StoreFault(N_("{path} 要写成 .xlsx。"), path=out)
    paper = asyncio.run(_paper(config, number))
    if paper is None:
        raise StoreFault(N_("没有单号 {number}。"), number=number)
    _written(out, workbook(paper), config)


async def _paper(config: Config, number: int) -> Paper | None:
    archive = await open_archive(config.store_url)
    try:
        kept = await _kept(archive, number)
        said = await _said(archive, number) if kept else []
    finally:
        await archive.close()
    if kept is None:
        return None
    speaker = _speaker(config)
    shelf = OneTicket(kept, said)
    work = Paperwork(store=shelf, directory=Directory(config), rules=rules_of(config))
    file = await work.record(kept.ticket, speaker)
    return file.of if isinstance(file.of, Paper) else None


class AllTickets:
    """The tickets of an archive, as what reckons reads them."""

    def __init__(self, every: list[Ticket]) -> None:
        self._every = sorted(every, key=lambda each: -each.number)

    async def open_tickets(self) -> list[Ticket]:
        return [each for each in reversed(self._every) if each.status is not Status.CLOSED]

    async def ticket(self, number: int) -> Ticket | None:
        place = bisect_left(self._every, -number, key=lambda each: -each.number)
        found = self._every[place] if place < len(self._every) else None
        return found if found is not None and found.number == number else None

    async def closed_since(self, since: datetime) -> list[int]:
        return [each.number for each in reversed(self._every) if each.closed_at and each.closed_at >= since]

    async def recent_tickets(self, *, limit: int = 50, before: int | None = None) -> list[Ticket]:
        start = 0 if before is None else bisect_right(self._every, -before, key=lambda each: -each.number)
        return self._every[start : start + limit]


_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@config_option
@click.option("--from", "first", required=True, type=_DAY, help="First day, 2026-03-01.")
@click.option("--to", "last", required=True, type=_DAY, help="Last day, included.")
@click.option("--customer", default="", help="Id of a customer; all without it.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write (xlsx, html).",
)
@explained
def report(config_file: Path | None, first: datetime, last: datetime, customer: str, out: Path) -> None:
    """Write the figures of some days.

    With what contracts promise and the tickets behind them: a workbook or a page, of all customers or one.
    """
    config = loaded(config_file)
    if out.suffix.lower() not in (".xlsx", ".html"):
        raise StoreFault(N_("{path} 要写成 .xlsx 或 .html。"), path=out)
    if last < first:
        raise StoreFault(N_("--to 不能早于 --from。"))
    if customer and customer not in rules_of(config).customers:
        raise StoreFault(N_("没有客户 {customer}。"), customer=customer)
    paper = asyncio.run(_figures(config, span_between(first.date(), last.date()), customer))
    content = workbook(paper) if out.suffix.lower() == ".xlsx" else page(paper, config.bot.language)
    _written(out, content, config)


def _written(out: Path, content: bytes, config: Config) -> None:
    try:
        out.write_bytes(content)
    except OSError as error:
        raise StoreFault(N_("{path} 写不了（{error}）。"), path=out, error=error.strerror) from error
    click.echo(voice_of(config.bot.language).say("已写到 {path}", path=out))


async def _figures(config: Config, span: Span, customer: str) -> Paper:
    archive = await open_archive(config.store_url)
    try:
        tickets = AllTickets([kept.ticket async for kept in _every(archive)])
    finally:
        await archive.close()
    rules, speaker = rules_of(config), _speaker(config)
    figuring = Figuring(tickets, Ledgers(tickets, lambda: config.customers, rules), rules, "")
    file = await figuring.paper(await figuring.of(span, speaker.now, customer=customer), speaker, customer)
    if not isinstance(file.of, Paper):
        raise TypeError("figures are a paper")
    return file.of


def _speaker(config: Config) -> Speaker:
    translate = voice_of(config.bot.language).translate
    return Speaker(translate, config.bot.zone, SystemClock().now(), config.bot.language)


async def _every(archive: Archive) -> AsyncIterator[KeptTicket]:
    place = ""
    while pieces := await archive.export(Part.TICKETS, after=place):
        for place, piece in pieces:  # noqa: B007 - the last place is where to go on
            if isinstance(piece, KeptTicket):
                yield piece


async def _kept(archive: Archive, number: int) -> KeptTicket | None:
    async for kept in _every(archive):
        if kept.ticket.number == number:
            return kept
    return None


async def _said(archive: Archive, number: int) -> list[Queued]:
    place, found = "", list[Queued]()
    while pieces := await archive.export(Part.OUTBOX, after=place):
        found += [piece for _, piece in pieces if isinstance(piece, Queued) and piece.ticket == number]
        place = pieces[-1][0]
    return found
