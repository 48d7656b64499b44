"""What customers thought of it, for the figures of some days (客户满意度调查单): each rating, and each call with what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bot.tickets.calling import why
from bot.tickets.errors import N_
from bot.tickets.kinds import Kind
from bot.tickets.model import Ticket
from bot.tickets.papers import Table
from bot.tickets.rules import Rules
from bot.tickets.service_records import dated
from bot.tickets.speaker import Speaker

_RATED: Final = (N_("单号"), N_("客户"), N_("提出人"), N_("工程师"), N_("速度"), N_("质量"), N_("意见"))
_CALLED: Final = (
    N_("单号"),
    N_("客户"),
    N_("提出人"),
    N_("回访原因"),
    N_("回访人"),
    N_("回访时间"),
    N_("回访结果"),
)
_WIDTHS: Final = (12, 18, 14, 14, 12, 17, 44)


def satisfaction(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> Iterator[Table]:
    """Yield a table of the ratings and remarks on these tickets, and one of the calls among them that were made."""
    rated = [_rating(each, rules) for each in tickets if _is_rated(each)]
    if rated:
        yield _table(N_("满意度"), _RATED, rated, speaker)
    called = [_call(each, speaker, rules) for each in tickets if _is_made(each)]
    if called:
        yield _table(N_("回访"), _CALLED, called, speaker)


def _table(heading: str, columns: tuple[str, ...], rows: list[tuple[str, ...]], speaker: Speaker) -> Table:
    return Table(
        heading=speaker.translate(heading),
        columns=tuple(map(speaker.translate, columns)),
        rows=tuple(rows),
        widths=_WIDTHS,
    )


def _is_rated(ticket: Ticket) -> bool:
    return ticket.survey is not None and (ticket.survey.speed is not None or bool(ticket.survey.comment))


def _is_made(ticket: Ticket) -> bool:
    return ticket.kind is Kind.CALLBACK and ticket.resolution is not None


def _rating(ticket: Ticket, rules: Rules) -> tuple[str, ...]:
    survey = ticket.survey
    assert survey is not None
    scores = ("" if each is None else str(each) for each in (survey.speed, survey.quality))
    engineer = survey.engineer.name if survey.engineer else ""
    return (*_whose(ticket, rules), engineer, *scores, survey.comment)


def _call(call: Ticket, speaker: Speaker, rules: Rules) -> tuple[str, ...]:
    done = call.resolution
    assert done is not None
    return (
        *_whose(call, rules),
        why(call, speaker),
        done.by.name,
        dated(call.solved_at, speaker),
        done.method,
    )


def _whose(ticket: Ticket, rules: Rules) -> tuple[str, str, str]:
    number = ticket.subject or ticket.number
    return str(number), rules.customers.get(ticket.customer, ticket.customer), ticket.requester.name
