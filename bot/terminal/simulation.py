"""`shouwen simulate`: what another policy or rota would have made of past tickets, clock by clock and page by page."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime

import msgspec

from bot.config import Config, rules_of
from bot.store.bodies import record_from
from bot.store.portable import Archive, KeptTicket, Part
from bot.store.registry import open_archive
from bot.tickets.alerts import promise_name
from bot.tickets.errors import N_, TicketError
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.simulating import Course, Page, as_it_went, as_it_would_have_gone
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Verdict, said
from bot.tickets.voices import title

_SIMULATED = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.COMPLAINT)
_SETTLED = (Verdict.KEPT, Verdict.BROKEN)


class NothingToSimulate(TicketError):
    """A policy or a customer that is asked for does not exist; the text says which there are."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which tickets are told again, and under which policy; an empty one means that of their customer."""

    policy: str = ""
    since: date
    until: date | None = None
    customer: str = ""


class Compared(msgspec.Struct, frozen=True):
    """One ticket as it went, and as it would have gone."""

    ticket: Ticket
    then: Course
    now: Course

    @property
    def is_changed(self) -> bool:
        """True where anything would have been different for the customer or for staff."""
        return self.then.outcomes != self.now.outcomes or _told(self.then.pages) != _told(self.now.pages)


async def simulate(config: Config, other: Config, wanted: Wanted, speaker: Speaker) -> list[str]:
    """Return what the tickets of the store of `config` would have come to under `other`, as lines.

    Raises:
        StoreFault: The store cannot be read.
        NothingToSimulate: There is no such policy or customer.
    """
    _check(other, wanted)
    archive = await open_archive(config.store_url)
    try:
        kept = [each async for each in _tickets(archive) if _is_wanted(each.ticket, wanted, speaker)]
    finally:
        await archive.close()
    before, after = rules_of(config), rules_of(other)
    policies = {customer.id: customer.policy for customer in other.customers}
    found: list[Compared] = []
    odd: list[int] = []
    for each in sorted(kept, key=lambda each: each.ticket.number):
        name = wanted.policy or policies.get(each.ticket.customer, "")
        try:
            found.append(_compared(each, name, before, after, speaker.now))
        except KeyError:  # a calendar, or the policy of the customer, is gone
            odd.append(each.ticket.number)
    return list(_report(found, odd, speaker))


def _check(other: Config, wanted: Wanted) -> None:
    policies, customers = tuple(other.policies), tuple(customer.id for customer in other.customers)
    if wanted.policy and wanted.policy not in policies:
        raise NothingToSimulate(N_("没有叫 {name} 的政策；可用：{known}"), name=wanted.policy, known=policies)
    if wanted.customer and wanted.customer not in customers:
        raise NothingToSimulate(
            N_("没有叫 {name} 的客户；可用：{known}"), name=wanted.customer, known=customers
        )


async def _tickets(archive: Archive) -> AsyncIterator[KeptTicket]:
    place = ""
    while page := await archive.export(Part.TICKETS, after=place):
        for _, piece in page:
            if isinstance(piece, KeptTicket):
                yield piece
        place = page[-1][0]


def _is_wanted(ticket: Ticket, wanted: Wanted, speaker: Speaker) -> bool:
    day = ticket.opened_at.astimezone(speaker.zone).date()
    is_then = wanted.since <= day and (wanted.until is None or day <= wanted.until)
    return is_then and wanted.customer in ("", ticket.customer) and ticket.kind in _SIMULATED


def _compared(kept: KeptTicket, policy: str, before: Rules, after: Rules, now: datetime) -> Compared:
    records = [record_from(sheet.body.encode(), sheet.hash) for sheet in kept.sheets]
    then = as_it_went(kept.ticket, records, before, now)
    return Compared(kept.ticket, then, as_it_would_have_gone(records, after.policies[policy], after, now))


def _report(found: Sequence[Compared], odd: Sequence[int], speaker: Speaker) -> Iterator[str]:
    changed = [each for each in found if each.is_changed]
    for each in changed:
        yield from _lines(each, speaker)
    if odd:
        yield speaker.say("算不了（日历或政策已经没有）：{numbers}", numbers=", ".join(map(str, odd)))
    yield speaker.say("{count} 单里 {changed} 单会不一样。", count=len(found), changed=len(changed))
    yield from _shares(found, speaker)
    yield from _people(found, speaker)


def _lines(each: Compared, speaker: Speaker) -> Iterator[str]:
    then, now = each.then, each.now
    level = then.level if then.level == now.level else f"{then.level or '–'} → {now.level or '–'}"
    yield speaker.say(
        "{number} {title}（{level}）", number=each.ticket.number, title=title(each.ticket), level=level
    )
    for clock in dict.fromkeys((*then.outcomes, *now.outcomes)):
        was, is_now = then.outcomes.get(clock), now.outcomes.get(clock)
        if was == is_now:
            continue
        kind = now.kinds.get(clock) or then.kinds[clock]
        name = speaker.say(promise_name(kind)) + ("" if clock == kind.value else f" {clock}")
        words = [
            said(outcome, speaker) if outcome else speaker.say("没有这一条") for outcome in (was, is_now)
        ]
        yield speaker.say("  {promise}：{was} → {now}", promise=name, was=words[0], now=words[1])
    told = [_told(course.pages) for course in (then, now)]
    if told[0] != told[1]:
        yield speaker.say(
            "  叫谁：{was} → {now}", was=_counted(told[0], speaker), now=_counted(told[1], speaker)
        )


def _told(pages: Iterable[Page]) -> Counter[str]:
    return Counter(party.name for page in pages for party in page.told)


def _counted(told: Counter[str], speaker: Speaker) -> str:
    words = tuple(f"{name}×{count}" if count > 1 else name for name, count in told.items())
    return speaker.say("{names}", names=words) if words else speaker.say("没有人")


def _shares(found: Sequence[Compared], speaker: Speaker) -> Iterator[str]:
    """Yield for each kind of promise how many were kept, then and now, of those of which one knows."""
    counted: dict[str, list[Counter[Verdict]]] = {}
    for each in found:
        for place, course in enumerate((each.then, each.now)):
            for clock, outcome in course.outcomes.items():
                kind = course.kinds[clock].value
                counted.setdefault(kind, [Counter(), Counter()])[place][outcome.verdict] += 1
    for kind in (each for each in ClockKind if each.value in counted):
        was, now = (_share(verdicts) for verdicts in counted[kind.value])
        yield speaker.say(
            "{promise}按时：{was} → {now}", promise=speaker.say(promise_name(kind)), was=was, now=now
        )


def _share(verdicts: Counter[Verdict]) -> str:
    return f"{verdicts[Verdict.KEPT]}/{sum(verdicts[verdict] for verdict in _SETTLED)}"


def _people(found: Sequence[Compared], speaker: Speaker) -> Iterator[str]:
    was, now = (Counter[str](), Counter[str]())
    for each in found:
        was.update(_told(each.then.pages))
        now.update(_told(each.now.pages))
    for name in sorted({*was, *now}, key=lambda name: -now[name]):
        yield speaker.say("{name} 被叫：{was} 次 → {now} 次", name=name, was=was[name], now=now[name])
