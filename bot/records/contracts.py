"""The ends of contracts: which word about one is due, and how contracts that end soon are spoken of.

Pure: what was said about a contract is one small value, which time turns into the next one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import msgspec

from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.validity import ended_at, notices
from scheduler.workdays import instant_on, is_working_day, local_day, working_day_from

ENDED = -1  # as days left: the contract is over
_STILL_MORNING = timedelta(hours=1)


class Said(msgspec.Struct, frozen=True):
    """The latest word about the end of one contract: of which last day, and so many days ahead."""

    last: date
    days_left: int


class Word(msgspec.Struct, frozen=True):
    """A word about a contract that is said from an instant on; `days_left` is `ENDED` once it is over."""

    customer: str
    last: date
    days_left: int
    at: datetime

    @property
    def said(self) -> Said:
        """What is remembered once it was said."""
        return Said(self.last, self.days_left)


def words(customer: str, rules: Rules) -> Iterator[Word]:
    """Yield every word about the end of a customer's contract, the first one first; none where it has no end."""
    validity, care = rules.validities.get(customer), rules.contract_rules
    if validity is None or validity.last is None:
        return
    calendar = rules.calendars[care.calendar]
    for notice in notices(validity, calendar, care.notice_days, care.at):
        yield Word(customer, validity.last, notice.days_left, notice.at)
    if (over := ended_at(validity, calendar, care.at)) is not None:
        yield Word(customer, validity.last, ENDED, over)


def due(customer: str, said: Said | None, rules: Rules, now: datetime) -> Word | None:
    """Return the word that is due, of several the latest: after a downtime nobody reads three of them."""
    open_words = _open(customer, said, rules)
    return max((each for each in open_words if each.at <= now), key=lambda each: each.at, default=None)


def next_at(customer: str, said: Said | None, rules: Rules) -> datetime | None:
    """Return when the next word about a contract is due, which may be long ago; None when nothing is left to say."""
    return min((each.at for each in _open(customer, said, rules)), default=None)


def _open(customer: str, said: Said | None, rules: Rules) -> list[Word]:
    """A contract that was made longer is watched anew; of one that ends as before, what is less pressing is over."""
    every = list(words(customer, rules))
    is_of_this = said is not None and any(each.last == said.last for each in every)
    return [each for each in every if said is None or not is_of_this or each.days_left < said.days_left]


def said_at(due_at: datetime, rules: Rules, now: datetime) -> datetime:
    """Return when a word is said that is due at an instant: then, or where that is over on the next morning that is a working day.

    So nobody is told at night, and after a downtime two words of one day are one.
    """
    if due_at >= now:
        return due_at
    care, calendar = rules.contract_rules, rules.calendars[rules.contract_rules.calendar]
    today = local_day(calendar, now)
    morning = instant_on(calendar.zone, today, care.at)
    if is_working_day(calendar, today) and now - morning <= _STILL_MORNING:
        return max(due_at, morning)
    return instant_on(calendar.zone, working_day_from(calendar, today + timedelta(days=1)), care.at)


class Ending(msgspec.Struct, frozen=True):
    """A contract that is over, or ends within the time that is watched; `days_left` is negative once it is over."""

    customer: str
    name: str
    last: date
    days_left: int


def endings(rules: Rules, now: datetime) -> list[Ending]:
    """Return the contracts that are over or end soon, those that ended first first."""
    today = now.astimezone(rules.zone).date()
    watched = max(rules.contract_rules.notice_days, default=0)
    found = [
        Ending(customer, rules.customers.get(customer, customer), validity.last, (validity.last - today).days)
        for customer, validity in rules.validities.items()
        if validity.last is not None and (validity.last - today).days <= watched
    ]
    return sorted(found, key=lambda each: each.last)


def sentence(ending: Ending, speaker: Speaker) -> str:
    """Return how a contract stands, in one sentence."""
    values: dict[str, object] = {"customer": ending.name, "day": _day(ending.last), "days": ending.days_left}
    if ending.days_left < 0:
        return speaker.say("{customer} 的合同已于 {day} 到期，之后的报障先请经理决定", **values)
    if ending.days_left == 0:
        return speaker.say("{customer} 的合同今天（{day}）到期", **values)
    return speaker.say("{customer} 的合同 {day} 到期，还有 {days} 天", **values)


def notice(found: list[Ending], speaker: Speaker) -> str:
    """Return what whoever looks after contracts reads: one line for each, and what to do."""
    lines = [f"📄 {sentence(each, speaker)}。" for each in found]
    return "\n".join([*lines, speaker.say("续约后请改配置里的合同日期；不续约请提前告诉客户。")])


def _day(day: date) -> str:
    return f"{day.year}-{day.month}-{day.day}"
