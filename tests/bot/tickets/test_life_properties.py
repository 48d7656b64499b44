"""What always holds, whatever people do to a ticket and however time passes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.tickets import events as e
from bot.tickets import joint_steps as js
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.archive import folded
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Kind, Milestone, Status, WaitsFor
from bot.tickets.lifecycle import decide
from bot.tickets.model import Party, Ticket
from bot.tickets.records import Record, first_break

TICK = timedelta(milliseconds=1)
DEADLINE = "deadline"  # time passes until something is due, and the ticket is looked at
LATE = "late"  # the same a day late, after a downtime

_zhang, _li, _manager = (Party(name.lower(), name) for name in ("Zhang", "Li", "Manager"))
_requester, _contact, _stranger = Party("qq:1", "王老师"), Party("zhao", "赵主任"), Party("qq:2", "路人")
_people = st.sampled_from([_zhang, _li, _manager, _requester, _contact, _stranger])
_scores = st.integers(0, 6)
_said = st.sampled_from(["", " ", "好的"])

# Steps of those who may take them: a life of random steps alone goes nowhere.
_LIKELY: dict[str, Callable[[Any], s.Step]] = {
    "claims": lambda case: s.Claim(_zhang),
    "owner says a word": lambda case: s.Say(_owner(case), "在看"),
    "owner tells progress": lambda case: s.Update(_owner(case), "换线"),
    "owner offers it": lambda case: s.HandOver(_owner(case), _li if _owner(case) != _li else _zhang, ""),
    "colleague accepts": lambda case: s.Accept(case.ticket.offer.to if case.ticket.offer else _li),
    "level 1": lambda case: s.ChangeLevel(_manager, "1", "看错了"),
    "level 2": lambda case: s.ChangeLevel(_manager, "2", "看错了"),
    "level 3": lambda case: s.ChangeLevel(_manager, "3", "看错了"),
    "reopens": lambda case: s.Reopen(_requester, "又坏了"),
    "waits for the customer": lambda case: s.Pause(_owner(case), WaitsFor.CUSTOMER, "照片"),
    "waits for parts": lambda case: s.Pause(
        _owner(case), WaitsFor.PARTS, "主板", case.now + timedelta(hours=5)
    ),
    "customer brings it": lambda case: s.Supplement(_requester, "照片"),
    "resumes": lambda case: s.Resume(_owner(case)),
    "proposes": lambda case: s.Propose(_owner(case), case.now + timedelta(days=1), "等货"),
    "agrees": lambda case: s.Consent(_requester, "m1"),
    "promises an answer": lambda case: s.PromiseAnswer(_owner(case), case.now + timedelta(hours=1)),
    "acknowledges": lambda case: s.Acknowledge(_owner(case)),
    "major": lambda case: s.DeclareMajor(_manager),
    "recovers": lambda case: s.Recover(_manager, ""),
    "others join": lambda case: _join(_contact),
    "strangers join": lambda case: _join(_stranger),
    "requester leaves": lambda case: s.Withdraw(case.ticket.requester),
    "undoes": lambda case: s.Undo(case.ticket.undo.by if case.ticket.undo else _zhang),
    "goes on": lambda case: _next(case),
}
_likely = st.sampled_from([*_LIKELY, "goes on", "goes on", "goes on"])


def _owner(case: Any) -> Party:
    return case.ticket.owner or _zhang


def _join(by: Party) -> js.Join:
    return js.Join(
        by=by, account=by.id, address="qq:group:1", room="yucai", customer="yucai", text="也是", is_told=True
    )


def _next(case: Any) -> s.Step:
    """Return what brings a ticket nearer to its end."""
    if case.ticket.status is Status.OPEN:
        return s.Resolve(_owner(case), "原因", "方法", "预防")
    if case.ticket.status is Status.SOLVED:
        return s.Confirm(_requester)
    return s.Rate(_requester, 2, 5, "")


_any = st.one_of(
    st.builds(s.Claim, _people),
    st.builds(s.Say, _people, _said),
    st.builds(s.Assist, _people),
    st.builds(s.Arrive, _people),
    st.builds(s.Arrive, _people),
    st.builds(s.HandOver, _people, _people, _said),
    st.builds(s.Decline, _people, _said),
    st.builds(s.Reassign, _people, _people, _said),
    st.builds(s.ChangeLevel, _people, st.sampled_from("1239"), _said),
    st.builds(s.Note, _people, _said, st.booleans()),
    st.builds(s.Update, _people, _said),
    st.builds(s.Supplement, _people, _said),
    st.builds(s.Urge, _people),
    st.builds(s.Withdraw, _people),
    st.builds(s.Resolve, _people, _said, _said, _said),
    st.builds(s.Undo, _people),
    st.builds(s.Resume, _people),
    st.builds(s.Acknowledge, _people),
    st.builds(s.Answer, _people, _said),
    st.builds(s.Lend, _people, _said, _said),
    st.builds(s.Diagnose, _people, _said),
    st.builds(s.Reach, _people, st.sampled_from(Milestone), _said),
    st.builds(s.Dispatch, _people, _people, _said),
    st.builds(s.Consent, _people, _said, st.booleans()),
    st.builds(s.Rate, _people, _scores, _scores, _said),
    st.builds(s.Comment, _people, _said),
    st.builds(s.Report, _people, _said, st.sampled_from(["reached", "missed"])),
    st.builds(s.DeadlineReached),
)
_waits = st.one_of(
    st.timedeltas(timedelta(), timedelta(minutes=20)), st.timedeltas(timedelta(), timedelta(days=9))
).map(lambda length: length - length % TICK)
_actions = st.sampled_from(
    [_likely, _likely, _likely, _any, st.just(DEADLINE), st.just(DEADLINE), st.just(LATE), _waits]
).flatmap(lambda action: action)
_stories = st.lists(_actions, min_size=10, max_size=40)
_openings = st.fixed_dictionaries(
    {},
    optional={
        "level": st.sampled_from(["1", "2"]),
        "policy": st.just(""),
        "owner": st.just(_zhang),
        "kind": st.just(Kind.CALLBACK),
    },
).map(lambda opened: opened | ({"level": None} if "kind" in opened or "policy" in opened else {}))

# The fixtures are values and factories of values, the same for every example.
_lives = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _life(
    case: Any, story: list[Any], refused: Callable[[TicketError], None] = lambda _: None
) -> Iterator[tuple[Ticket, list[e.AnyEvent]]]:
    """Let a story happen; yield the ticket before each action, and the events."""
    for action in story:
        before = case.ticket
        if isinstance(action, timedelta):
            case.waits(action)
            yield before, []
        elif action in (DEADLINE, LATE):
            if case.deadline is not None:
                case.now = max(case.now, case.deadline)
                case.waits(timedelta(days=action == LATE))
            yield before, case.looks()
        else:
            try:
                events = case.does(_LIKELY[action](case) if isinstance(action, str) else action)
            except TicketError as refusal:
                refused(refusal)
                events = []
            yield before, events


@given(opened=_openings, story=_stories)
@_lives
def test_an_owner_exists_exactly_from_the_first_claim_on(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    for _ in _life(case, story):
        is_taken = any(isinstance(record.event, e.Claimed | e.Reassigned) for record in case.records)
        assert (case.ticket.owner is not None) == (is_taken or "owner" in opened)
        assert (case.ticket.claimed_at is not None) == (case.ticket.owner is not None)


@given(opened=_openings, story=_stories)
@_lives
def test_refusals_change_nothing_and_name_what_they_say(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    refusals: list[TicketError] = []
    for before, events in _life(case, story, refusals.append):
        if refusals:
            refusal = refusals.pop()
            assert refusal.template.format(**refusal.values)
            assert None not in refusal.values.values(), refusal.template
            assert refusal.values.get("number", case.ticket.number) == case.ticket.number
            assert (case.ticket, events) == (before, [])


@given(opened=_openings, story=_stories)
@_lives
def test_the_archive_makes_the_ticket(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    for _ in _life(case, story):
        assert case.ticket.version == len(case.records)
    assert folded(case.records) == case.ticket
    assert [record.seq for record in case.records] == list(range(1, len(case.records) + 1))


@given(opened=_openings, story=_stories)
@_lives
def test_tickets_and_records_survive_json(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    list(_life(case, story))
    assert msgspec.json.decode(msgspec.json.encode(case.ticket), type=Ticket) == case.ticket
    saved = msgspec.json.decode(msgspec.json.encode(case.records), type=list[Record])
    assert saved == case.records
    assert first_break(saved) is None


@given(opened=_openings, story=_stories)
@_lives
def test_what_is_taken_at_a_deadline_is_done(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    for _ in _life(case, story):
        case.looks()
        assert case.deadline is None or case.deadline > case.now


@given(opened=_openings, story=_stories)
@_lives
def test_nothing_happens_before_the_deadline(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    for _ in _life(case, story):
        early = case.now + timedelta(days=400) if case.deadline is None else case.deadline - TICK
        # A deadline that its latest event has left in the past is due already.
        is_past = case.ticket.changed_at is not None and early < case.ticket.changed_at
        assert is_past or decide(case.ticket, s.DeadlineReached(), early, case.rules) == []


@given(opened=_openings, story=_stories)
@_lives
def test_every_deadline_passes(open_case: Any, opened: Any, story: Any) -> None:
    """However a life goes, an answer to everything ends it: no deadline comes again and again."""
    case = open_case(**opened)
    list(_life(case, story))
    if case.ticket.kind is Kind.CALLBACK:
        assume(case.ticket.status is Status.OPEN)
        case.does(s.Report(_manager, "已电话"))
    elif case.ticket.status is Status.OPEN:
        case.resolve(_manager)
    case.lives(timedelta(days=30))
    assert (case.ticket.status, case.deadline) == (Status.CLOSED, None)


@given(opened=_openings, story=_stories)
@_lives
def test_a_ladder_only_climbs_and_repeats_move_on(open_case: Any, opened: Any, story: Any) -> None:
    case = open_case(**opened)
    for before, events in _life(case, story):
        for told in events:
            if not isinstance(told, e.Escalated):
                continue
            found = next(
                each for each in timing.clocks(before, case.rules, case.now) if each.id == told.clock
            )
            fired = found.fired
            if told.is_repeat:
                assert told.at > fired[told.rung]
            else:
                assert told.rung > max(fired, default=-1)
                assert set(told.skipped) == set(range(max(fired, default=-1) + 1, told.rung))
            # What an acknowledgement kept quiet is not late.
            is_quiet = told.is_repeat and before.acknowledged is not None
            assert told.at + told.late <= case.now if is_quiet else told.at + told.late == case.now
            assert found.met_at is None
            assert before.status is Status.OPEN
            assert told.told


@given(
    opened=_openings, story=_stories, zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Pacific/Apia"])
)
@_lives
def test_the_zone_of_the_clock_does_not_matter(open_case: Any, opened: Any, story: Any, zone: str) -> None:
    case, other = open_case(**opened), open_case(**opened)
    other.told_in = ZoneInfo(zone)
    for _ in zip(_life(case, story), _life(other, story), strict=True):
        assert other.deadline == case.deadline
    assert msgspec.json.encode(other.ticket) == msgspec.json.encode(case.ticket)
    assert other.records == case.records
    assert other.deadline is None or other.deadline.tzinfo is UTC


def test_a_ticket_is_opened_once(case: Any) -> None:
    opened = s.Open(
        number=1024, kind=Kind.FAULT, room="", customer="", requester=_zhang, account="", address="", text=""
    )
    with pytest.raises(ValueError, match="1024 is open already"):
        case.does(opened)
