"""The command that writes the service record of a ticket into a file, also beside a running bot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.clock import SystemClock
from bot.command_line import config_option, explained, loaded, voice_of
from bot.config import Config, rules_of
from bot.directory import Directory
from bot.paper_files import workbook
from bot.paperwork import Paperwork
from bot.store.bodies import record_from
from bot.store.faults import StoreFault
from bot.store.messages import Queued
from bot.store.portable import Archive, KeptTicket, Part
from bot.store.registry import open_archive
from bot.tickets.errors import N_
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
    voice = voice_of(config.bot.language)
    if out.suffix.lower() != ".xlsx":
        raise StoreFault(N_("{path} 要写成 .xlsx。"), path=out)
    paper = asyncio.run(_paper(config, number))
    if paper is None:
        raise StoreFault(N_("没有单号 {number}。"), number=number)
    try:
        out.write_bytes(workbook(paper))
    except OSError as error:
        raise StoreFault(N_("{path} 写不了（{error}）。"), path=out, error=error.strerror) from error
    click.echo(voice.say("已写到 {path}", path=out))


async def _paper(config: Config, number: int) -> Paper | None:
    archive = await open_archive(config.store_url)
    try:
        kept = await _kept(archive, number)
        said = await _said(archive, number) if kept else []
    finally:
        await archive.close()
    if kept is None:
        return None
    translate = voice_of(config.bot.language).translate
    speaker = Speaker(translate, config.bot.zone, SystemClock().now(), config.bot.language)
    shelf = OneTicket(kept, said)
    work = Paperwork(store=shelf, directory=Directory(config), rules=rules_of(config))
    file = await work.record(kept.ticket, speaker)
    return file.of if isinstance(file.of, Paper) else None


async def _kept(archive: Archive, number: int) -> KeptTicket | None:
    place = ""
    while page := await archive.export(Part.TICKETS, after=place):
        for place, piece in page:  # noqa: B007 - the last place is where to go on
            if isinstance(piece, KeptTicket) and piece.ticket.number == number:
                return piece
    return None


async def _said(archive: Archive, number: int) -> list[Queued]:
    place, found = "", list[Queued]()
    while page := await archive.export(Part.OUTBOX, after=place):
        found += [piece for _, piece in page if isinstance(piece, Queued) and piece.ticket == number]
        place = page[-1][0]
    return found
