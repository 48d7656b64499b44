"""What a day, a week or a month came to, in figures: what came in and was done, what was too late, how it was rated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from bot.tickets import timing
from bot.tickets.errors import N_, Phrase
from bot.tickets.kinds import ClockKind, Closing, Kind, Status
from bot.tickets.model import Survey, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Verdict, outcome
from scheduler.calendar import working_time_between

_COUNTED: Final = (
    Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING, Kind.COMPLAINT, Kind.HAZARD
)  # fmt: skip
_MOST_NAMED: Final = 3


class Late(msgspec.Struct, frozen=True):
    """A ticket with a promise that was broken, by how much; None while it is still not kept."""

    number: int
    by: timedelta | None


class Facts(msgspec.Struct, frozen=True):
    """What counts of one ticket in a span of time."""

    number: int
    is_new: bool = False
    is_done: bool = False
    is_in_hand: bool = False
    is_solved: bool = False  # its requester has not said yet whether it works
    is_withdrawn: bool = False
    answered_after: timedelta | None = None  # of those that came in: working time until the first response
    late: Late | None = None
    score: float | None = None  # mean of speed and quality, of those that were done
    calls_owed: int = 0
    calls_made: int = 0


class Summary(msgspec.Struct, frozen=True):
    """Figures of a span of time; what is in hand, waits for a confirmation and is owed is as it stands now."""

    new: int
    done: int
    in_hand: int
    solved: int
    withdrawn: int
    answered_after: timedelta | None
    late: tuple[Late, ...]
    score: float | None
    scores: int
    calls_owed: int
    calls_made: int

    @property
    def is_empty(self) -> bool:
        """True where nothing happened at all; what is in hand stands in 待办."""
        return not (self.new or self.done or self.withdrawn or self.late or self.calls_made)


def facts_of(ticket: Ticket, start: datetime, end: datetime, rules: Rules, now: datetime) -> Facts | None:
    """Return what counts of a ticket from `start` up to, not including, `end`; None where nothing does."""

    def is_within(at: datetime | None) -> bool:
        return at is not None and start <= at < end

    is_closed = is_within(ticket.closed_at)
    if ticket.kind is Kind.CALLBACK:
        owed, made = int(ticket.status is Status.OPEN), int(is_closed and ticket.closing is Closing.DONE)
        return Facts(ticket.number, calls_owed=owed, calls_made=made) if owed or made else None
    if ticket.kind not in _COUNTED or ticket.closing is Closing.MERGED:
        return None
    if ticket.closed_at is not None and ticket.closed_at < start:
        return None  # mostly: nothing need be reckoned
    is_new = is_within(ticket.opened_at)
    facts = Facts(
        ticket.number,
        is_new=is_new,
        is_done=is_closed and ticket.closing is not Closing.WITHDRAWN,
        is_in_hand=ticket.status is Status.OPEN,
        is_solved=ticket.status is Status.SOLVED,
        is_withdrawn=is_closed and ticket.closing is Closing.WITHDRAWN,
        answered_after=_answered_after(ticket, rules, now) if is_new else None,
        late=_late(ticket, start, end, rules, now),
        score=_score(ticket.survey) if is_closed else None,
    )
    return facts if facts != Facts(ticket.number) else None


def summed(facts: Iterable[Facts]) -> Summary:
    """Return the figures of what counts of many tickets."""
    every = list(facts)
    waits = [each.answered_after for each in every if each.answered_after is not None]
    scores = [each.score for each in every if each.score is not None]
    return Summary(
        new=sum(each.is_new for each in every),
        done=sum(each.is_done for each in every),
        in_hand=sum(each.is_in_hand for each in every),
        solved=sum(each.is_solved for each in every),
        withdrawn=sum(each.is_withdrawn for each in every),
        answered_after=sum(waits, timedelta()) / len(waits) if waits else None,
        late=tuple(sorted((each.late for each in every if each.late is not None), key=_worst_first)),
        score=sum(scores) / len(scores) if scores else None,
        scores=len(scores),
        calls_owed=sum(each.calls_owed for each in every),
        calls_made=sum(each.calls_made for each in every),
    )


def figures(summary: Summary, name: str, speaker: Speaker, *, is_over: bool = False) -> str:
    """Return the figures in one line; `name` says of which span, and of one that is over they say what is of now."""
    say = speaker.say
    came = {"new": summary.new, "done": summary.done, "in_hand": summary.in_hand}
    parts = [
        say("新 {new} 关 {done} 现在办 {in_hand}", **came)
        if is_over
        else say("新 {new} 关 {done} 在办 {in_hand}", **came)
    ]
    if summary.solved:
        parts.append(say("待确认 {count}", count=summary.solved))
    if summary.withdrawn:
        parts.append(say("撤单 {count}", count=summary.withdrawn))
    if summary.answered_after is not None:
        parts.append(say("首响平均 {length}", length=summary.answered_after))
    parts.append(_lateness(summary.late, speaker))
    if summary.score is not None:
        parts.append(say("评分 {score}（{count}）", score=f"{summary.score:.1f}", count=summary.scores))
    if summary.calls_made or summary.calls_owed:
        parts.append(say("回访完成 {made}，待打 {owed}", made=summary.calls_made, owed=summary.calls_owed))
    return say("📊 {name}：{figures}", name=name, figures=say("｜").join(parts))


def to_watch(tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> str:
    """Return which of the open tickets are due first, in one line; empty where nothing is due."""
    due = sorted(
        (
            (word, ticket)
            for ticket in tickets
            if ticket.kind in _COUNTED and (word := timing.promised_word(ticket, rules)) is not None
        ),
        key=lambda each: (each[0], each[1].number),
    )
    if not due:
        return ""
    named = tuple(
        Phrase(
            N_("{number}（{time} 到期，{who}）")
            if word > speaker.now
            else N_("{number}（应在 {time} 前，{who}）"),
            {"number": ticket.number, "time": word, "who": ticket.owner or speaker.say("没人接")},
        )
        for word, ticket in due[:_MOST_NAMED]
    )
    return speaker.say("要盯：{tickets}", tickets=named)


def _lateness(late: Sequence[Late], speaker: Speaker) -> str:
    if not late:
        return speaker.say("没有超时")
    named = tuple(
        Phrase(N_("{number} +{length}"), {"number": each.number, "length": each.by})
        if each.by is not None
        else Phrase(N_("{number} 还没做到"), {"number": each.number})
        for each in late[:_MOST_NAMED]
    )
    more = speaker.say("等") if len(late) > _MOST_NAMED else ""
    return speaker.say("超时 {count} 单（{named}{more}）", count=len(late), named=named, more=more)


def _score(survey: Survey | None) -> float | None:
    if survey is None or survey.speed is None:
        return None
    return (survey.speed + (survey.quality or survey.speed)) / 2


def _answered_after(ticket: Ticket, rules: Rules, now: datetime) -> timedelta | None:
    found = timing.clock(ticket, ClockKind.RESPOND, rules, now)
    if found is None or found.met_at is None or found.started_at is None:
        return None
    return working_time_between(rules.calendars[found.rule.calendar], found.started_at, found.met_at)


def _late(ticket: Ticket, start: datetime, end: datetime, rules: Rules, now: datetime) -> Late | None:
    """Return the worst promise of a ticket that became late in the span."""
    found: list[Late] = []
    for clock in timing.clocks(ticket, rules, now):
        made = outcome(clock)
        if made.verdict is Verdict.BROKEN and made.due_at is not None and start <= made.due_at < end:
            by = made.met_at - made.due_at if made.met_at is not None else None
            found.append(Late(ticket.number, by if by is None or by > timedelta() else None))
    return min(found, key=_worst_first, default=None)


def _worst_first(late: Late) -> tuple[bool, timedelta, int]:
    return late.by is not None, -(late.by or timedelta()), late.number
