"""What managers ask for in figures: 日报, 周报, 这周超时几个."""

from __future__ import annotations

import asyncio
import re
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec

from bot.aside import AnswersAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.ledgers import Ledgers
from bot.sentences import FIGURES
from bot.store.contract import Store
from bot.tickets.errors import N_
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.standings import line
from bot.tickets.summaries import Facts, facts_of, figures, summed, to_watch
from scheduler.periods import months_later
from scheduler.workdays import instant_on

_PAGE: Final = 100
_AT_ONCE: Final = 10  # tickets that are looked at before messages have their turn
_OPEN_BEFORE: Final = timedelta(
    days=60
)  # a ticket that is done or late in a span was opened no longer before it
_MOST_STANDINGS: Final = 3
_DAY: Final = timedelta(days=1)
_MIDNIGHT: Final = time()


class Span(msgspec.Struct, frozen=True):
    """Days in a row: what they are called, the first, and the one after the last."""

    name: str
    first: date
    following: date
    is_today: bool = False


class Reporting(AnswersAside):
    """Answers managers who ask for figures. `asked` returns False for anything else."""

    def __init__(
        self, *, desk: Desk, drafts: Drafts, store: Store, ledgers: Ledgers, rules: Rules, public_url: str
    ) -> None:
        super().__init__(desk, drafts)
        self._store = store
        self._ledgers = ledgers
        self._rules = rules
        self._public_url = public_url

    async def asked(self, hearing: Hearing) -> bool:
        """Say the figures of the day, week or month that is asked about: to managers among staff, in one message."""
        found = FIGURES.fullmatch(hearing.text.strip()) if hearing.role.is_manager else None
        if found is None:
            return False
        speaker = self._speak(hearing)
        await self._tell(hearing, await self._said(span_of(found, speaker.today), speaker))
        return True

    async def _said(self, span: Span, speaker: Speaker) -> str:
        start, end = (instant_on(self._rules.zone, day, _MIDNIGHT) for day in (span.first, span.following))
        open_tickets = await self._store.open_tickets()
        summary = summed(await self._facts(start, end, open_tickets, speaker.now))
        name = speaker.say(span.name)
        if span.following - span.first > _DAY:
            name = speaker.say(
                "{name}（{first} 至 {last}）",
                name=name,
                first=_day(span.first, speaker),
                last=_day(span.following - _DAY, speaker),
            )
        if summary.is_empty:
            return speaker.say(
                "📊 {name}：没有新单，没有关单，也没有超时。在办 {count}。", name=name, count=summary.in_hand
            )
        lines = [figures(summary, name, speaker)]
        lines += (
            [to_watch(open_tickets, speaker, self._rules)]
            if span.is_today
            else await self._standings(speaker)
        )
        if self._public_url:
            page = "" if span.is_today else "standings"
            lines.append(speaker.say("明细：{url}", url=f"{self._public_url}/{page}"))
        return "\n".join(each for each in lines if each)

    async def _facts(
        self, start: datetime, end: datetime, open_tickets: list[Ticket], now: datetime
    ) -> list[Facts]:
        """Return what counts of every ticket; messages are answered meanwhile."""
        found: dict[int, Facts | None] = {}
        await self._look_at(open_tickets, found, start, end, now)
        before: int | None = None
        while page := await self._store.recent_tickets(limit=_PAGE, before=before):
            await self._look_at(page, found, start, end, now)
            before = page[-1].number
            if all(each.opened_at < start - _OPEN_BEFORE for each in page):
                break
        return [each for each in found.values() if each is not None]

    async def _look_at(
        self,
        tickets: list[Ticket],
        found: dict[int, Facts | None],
        start: datetime,
        end: datetime,
        now: datetime,
    ) -> None:
        for index, ticket in enumerate(tickets):
            if ticket.number not in found:
                found[ticket.number] = facts_of(ticket, start, end, self._rules, now)
            if index % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def _standings(self, speaker: Speaker) -> list[str]:
        """Return how the shares and numbers of contracts stand, those that are missed first."""
        every = [
            (standing.is_attained, each.name, standing)
            for each in await self._ledgers.of((), speaker.now)
            for standing in each.standings
            if standing.used or not standing.is_attained
        ]
        every.sort(key=lambda each: each[0])
        return [
            speaker.say("{customer} {standing}", customer=name, standing=line(standing, speaker))
            for _, name, standing in every[:_MOST_STANDINGS]
        ]


def span_of(found: re.Match[str], today: date) -> Span:
    """Return which days are asked about: 日报 is of today, 周报 and 月报 of the last whole week and month."""
    when = (found["when"] or "").replace("个", "")
    what = found["what"] or found["every"] or ""
    return _SPANS.get(when, _SPANS.get(what.lower(), _this_week))(today)


def _today(today: date) -> Span:
    return Span(N_("今日"), today, today + _DAY, is_today=True)


def _yesterday(today: date) -> Span:
    return Span(N_("昨日"), today - _DAY, today)


def _this_week(today: date) -> Span:
    return Span(N_("本周"), _monday(today), today + _DAY)


def _last_week(today: date) -> Span:
    return Span(N_("上周"), _monday(today) - 7 * _DAY, _monday(today))


def _this_month(today: date) -> Span:
    return Span(N_("本月"), today.replace(day=1), today + _DAY)


def _last_month(today: date) -> Span:
    first = today.replace(day=1)
    return Span(N_("上月"), months_later(first, -1), first)


def _this_year(today: date) -> Span:
    return Span(N_("今年"), today.replace(month=1, day=1), today + _DAY)


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY


def _day(day: date, speaker: Speaker) -> str:
    return speaker.say("{month}-{number}", month=day.month, number=day.day)


_SPANS = {
    "今天": _today, "今日": _today, "日报": _today, "看板": _today, "daily": _today,
    "昨天": _yesterday, "昨日": _yesterday,
    "这周": _this_week, "本周": _this_week,
    "上周": _last_week, "周报": _last_week, "weekly": _last_week,
    "这月": _this_month, "本月": _this_month,
    "上月": _last_month, "月报": _last_month, "monthly": _last_month,
    "今年": _this_year,
}  # fmt: skip
