"""A ticket nobody has touched is no special case: what is found without the state of its clocks is what they come to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.config import for_replay, load, rules_of
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing, untouched
from bot.tickets.due import escalated
from bot.tickets.evolve import born, evolve
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.lifecycle import opening
from bot.tickets.model import Party, Promise, Told
from scheduler.written_clocks import WrittenClock

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
RULES = [
    rules_of(for_replay(load(TRANSCRIPTS / name, {}, is_replay=True)))
    for name in ("school.toml", "presets/presets.toml")
]
LEVELS = [
    (rules, policy.id, level.id)
    for rules in RULES
    for policy in rules.policies.values()
    for level in policy.levels
]
REQUESTER, ENGINEER = Party("qq:1", "王老师"), Party("zhang", "老张")
CLAIMED = st.none() | st.integers(0, 600)  # minutes after the report


def reported(rules, policy, level, at, claimed_after=None):
    step = s.Open(
        number=1,
        kind=Kind.FAULT,
        room=next(iter(rules.rooms)),
        customer="",
        requester=REQUESTER,
        account="qq:1",
        address="qq:group:1",
        text="投影黑屏",
        policy=policy,
        level=level,
    )
    ticket = born(opening(step, rules), at)
    if claimed_after is None:
        return ticket
    return evolve(ticket, e.Claimed(by=ENGINEER), at + timedelta(minutes=claimed_after))


def looked_at_the_long_way(ticket):
    """Return the ticket with something that no rule asks for, so that the short way is closed."""
    return replace(ticket, happened={**ticket.happened, "greeted": (ticket.opened_at,)})


@given(
    case=st.sampled_from(LEVELS),
    minutes=st.integers(0, 60 * 24 * 400),
    past=st.integers(0, 5000),
    claimed=CLAIMED,
)
def test_what_an_untouched_ticket_comes_to_is_what_its_clocks_say(case, minutes, past, claimed):
    rules, policy, level = case
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ticket = reported(rules, policy, level, at, claimed)
    touched = looked_at_the_long_way(ticket)
    assert untouched.next_rung(touched, rules) is None
    assert untouched.reached(touched, rules, at) is None
    assert untouched.first_word_by(touched, rules) is None
    now = at + timedelta(minutes=past)
    assert timing.first_told(ticket, rules, now) == timing.first_told(touched, rules, now)
    assert timing.promised_word(ticket, rules) == timing.promised_word(touched, rules)
    assert escalated(ticket, now, rules) == escalated(touched, now, rules)


@given(
    case=st.sampled_from(LEVELS),
    minutes=st.integers(0, 60 * 24 * 400),
    past=st.integers(0, 5000),
    told=st.lists(st.tuples(st.integers(0, 5), st.sets(st.integers(0, 5), max_size=3)), max_size=3),
    claimed=CLAIMED,
)
def test_that_rungs_were_told_is_nothing_that_happened(case, minutes, past, told, claimed):
    rules, policy, level = case
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ticket = reported(rules, policy, level, at, claimed)
    for index, rungs in told:
        promise = ticket.promises[index % len(ticket.promises)]
        height = len(rules.ladders[promise.ladder].rungs) if promise.ladder in rules.ladders else 0
        rungs = {each: at + timedelta(minutes=each) for each in sorted(rungs) if each < height}
        ticket = replace(ticket, told={**ticket.told, promise.id: Told(at, rungs)})
    touched = looked_at_the_long_way(ticket)
    now = at + timedelta(minutes=past)
    assert timing.first_told(ticket, rules, now) == timing.first_told(touched, rules, now)
    assert timing.promised_word(ticket, rules) == timing.promised_word(touched, rules)
    assert escalated(ticket, now, rules) == escalated(touched, now, rules)


@given(case=st.sampled_from(LEVELS), minutes=st.integers(0, 60 * 24 * 400), data=st.data())
def test_a_clock_that_minds_the_claim_is_looked_at_the_long_way(case, minutes, data):
    rules, policy, level = case
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ticket = reported(rules, policy, level, at, data.draw(st.integers(0, 600)))
    kind, clock = data.draw(
        st.sampled_from(
            [
                (ClockKind.RESPOND, WrittenClock(kind="respond", within="2h", met_by=("claimed",))),
                (ClockKind.ARRIVE, WrittenClock(kind="arrive", within="2h", from_="claimed")),
                (ClockKind.RESOLVE, WrittenClock(kind="resolve", within="2h", until=("claimed",))),
            ]
        )
    )
    first = ticket.promises[0]
    promise = Promise(kind=kind, calendar=first.calendar, ladder=first.ladder, clock=clock)
    others = [each for each in ticket.promises if each.kind is not kind]
    ticket = replace(ticket, promises=(promise, *others))
    touched = looked_at_the_long_way(ticket)
    assert timing.first_told(ticket, rules, at) == timing.first_told(touched, rules, at)
    assert timing.promised_word(ticket, rules) == timing.promised_word(touched, rules)
    assert untouched.next_rung(ticket, rules) is None


@pytest.mark.parametrize("claimed", [None, 5])
@pytest.mark.parametrize("rules", RULES[:1])
def test_the_short_way_is_taken(rules, claimed):
    at = datetime(2026, 3, 6, 8, tzinfo=UTC)
    ticket = reported(rules, "edu", rules.policies["edu"].default_level, at, claimed)
    assert untouched.next_rung(ticket, rules) is not None
    assert untouched.first_word_by(ticket, rules) is not None
    assert untouched.reached(ticket, rules, ticket.opened_at + timedelta(days=1)) != []


def test_what_may_be_told_again_is_looked_at_the_long_way(rules):
    at = datetime(2026, 3, 9, 2, tzinfo=UTC)
    ticket = reported(rules, "edu", "3", at)
    for rungs, is_short in (
        ((0, 1), True),
        ((0, 1, 2), False),
    ):  # the third is told again every quarter of an hour
        told = Told(at, {rung: at + timedelta(minutes=10) for rung in rungs})
        ticket = replace(ticket, told={promise.id: told for promise in ticket.promises})
        assert (untouched.next_rung(ticket, rules) is not None) is is_short
        assert (untouched.reached(ticket, rules, at + timedelta(hours=1)) is not None) is is_short


def test_a_promise_without_a_ladder_is_passed_over_by_the_short_way(rules):
    ticket = reported(replace(rules, ladders={}), "edu", "3", datetime(2026, 3, 9, 2, tzinfo=UTC))
    assert untouched.reached(ticket, replace(rules, ladders={}), ticket.opened_at + timedelta(days=1)) == []
