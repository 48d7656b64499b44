"""Who is on duty on some day, as the rotas plan it: `明天谁值班`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

import msgspec

from bot.duty.words import OnDuty, people_of, said
from bot.meaning.moments import day_at_start
from bot.tickets.model import Party
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.rota import Rota, next_change, on_call


class Turn(msgspec.Struct, frozen=True):
    """Who is on duty from one instant of a day up to another."""

    start: datetime
    end: datetime
    people: tuple[Party, ...]


def turns(rota: Rota, day: date, rules: Rules) -> tuple[Turn, ...]:
    """Return the turns of a day of the rota's zone, cut at its midnights."""
    return tuple(_merged(_turns(rota, day, rules)))


def _turns(rota: Rota, day: date, rules: Rules) -> Iterator[Turn]:
    start, end = (datetime.combine(each, time(), rota.zone) for each in (day, day + timedelta(days=1)))
    reached = start
    while reached < end:
        until = min(next_change(rota, reached), end)
        people = people_of(on_call(rota, reached), rules)
        yield Turn(reached, until, people)
        reached = until


def _merged(found: Iterator[Turn]) -> Iterator[Turn]:
    """Yield the turns with those in a row of the same people as one."""
    last: Turn | None = None
    for turn in found:
        if last is not None and turn.people == last.people:
            last = Turn(last.start, turn.end, last.people)
            continue
        if last is not None:
            yield last
        last = turn
    if last is not None:
        yield last


def said_of_day(rota: Rota, day: date, speaker: Speaker, rules: Rules) -> str:
    """Return who is on duty on a day, with the hours where it is more than one."""
    say = speaker.say
    found = turns(rota, day, rules)
    if len(found) == 1:
        people = found[0].people or say("没有人值班")
        return say("{name} {day}：{people}。", name=rota.name, day=speaker.day(day), people=people)
    parts = tuple(_part(turn, found, speaker, rota) for turn in found)
    return say("{name} {day}：{parts}。", name=rota.name, day=speaker.day(day), parts=parts)


def _part(turn: Turn, found: tuple[Turn, ...], speaker: Speaker, rota: Rota) -> str:
    say = speaker.say
    start, end = (f"{each.astimezone(rota.zone):%H:%M}" for each in (turn.start, turn.end))
    people = turn.people or say("没有人值班")
    if turn is found[0]:
        return say("{end} 前 {people}", end=end, people=people)
    if turn is found[-1]:
        return say("{start} 起 {people}", start=start, people=people)
    return say("{start}–{end} {people}", start=start, end=end, people=people)


def said_on(words: str, now_on: Sequence[OnDuty], speaker: Speaker, rules: Rules) -> list[str]:
    """Return a line a rota: of the day that words begin with, or how it stands now (`now_on`)."""
    day = day_at_start(words, speaker.now, speaker.zone)
    if day is None or day == speaker.now.astimezone(speaker.zone).date():
        return [said(each, speaker) for each in now_on]
    return [said_of_day(rota, day, speaker, rules) for rota in rules.rotas.values()]
