"""Who may ask what of a ticket, and when: every step there is, by its owner, its requester and a passer-by."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from types import UnionType
from typing import Any, get_args

from bot.tickets import coverage_steps as cs
from bot.tickets import incident_steps as ins
from bot.tickets import joint_events as je
from bot.tickets import joint_steps as js
from bot.tickets import ledger_steps as ls
from bot.tickets import planned_steps as ps
from bot.tickets import presence_steps as people
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets import visit_steps as vs
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.evolve import evolve
from bot.tickets.kinds import Milestone, WaitsFor
from bot.tickets.lifecycle import decide
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules

_li = Party("li", "Li")
HOUR = timedelta(hours=1)


def _join(by: Party, later: datetime) -> js.Join:
    return js.Join(
        by=by, account=by.id, address="qq:group:1", room="yucai", customer="yucai", text="也是", is_told=True
    )


_ASKED: dict[type, Callable[[Party, datetime], s.Step]] = {
    s.Claim: lambda by, later: s.Claim(by),
    s.Say: lambda by, later: s.Say(by, "在看"),
    s.Assist: lambda by, later: s.Assist(by),
    s.Arrive: lambda by, later: s.Arrive(by),
    s.HandOver: lambda by, later: s.HandOver(by, _li, "交接"),
    s.Accept: lambda by, later: s.Accept(by),
    s.Decline: lambda by, later: s.Decline(by, "在路上"),
    s.Reassign: lambda by, later: s.Reassign(by, _li, "请假"),
    s.ChangeLevel: lambda by, later: s.ChangeLevel(by, "1", "看错了"),
    s.Note: lambda by, later: s.Note(by, "备注"),
    s.Update: lambda by, later: s.Update(by, "换线"),
    s.Supplement: lambda by, later: s.Supplement(by, "照片"),
    s.Urge: lambda by, later: s.Urge(by),
    s.Withdraw: lambda by, later: s.Withdraw(by),
    s.Resolve: lambda by, later: s.Resolve(by, "原因", "方法", "预防"),
    s.Confirm: lambda by, later: s.Confirm(by),
    s.Reopen: lambda by, later: s.Reopen(by, "又坏了"),
    s.Undo: lambda by, later: s.Undo(by),
    s.Rate: lambda by, later: s.Rate(by, 5, 5, ""),
    s.Comment: lambda by, later: s.Comment(by, "很好"),
    s.Report: lambda by, later: s.Report(by, "满意"),
    s.Acknowledge: lambda by, later: s.Acknowledge(by),
    s.Pause: lambda by, later: s.Pause(by, WaitsFor.CUSTOMER, "照片"),
    s.Resume: lambda by, later: s.Resume(by),
    s.Propose: lambda by, later: s.Propose(by, later, "等货"),
    s.Consent: lambda by, later: s.Consent(by, "m1"),
    s.PromiseAnswer: lambda by, later: s.PromiseAnswer(by, later),
    s.Answer: lambda by, later: s.Answer(by, "可以"),
    s.Occur: lambda by, later: s.Occur(by, later),
    s.Lend: lambda by, later: s.Lend(by, "投影机", "A1"),
    s.Diagnose: lambda by, later: s.Diagnose(by, "主板"),
    s.Reach: lambda by, later: s.Reach(by, Milestone.RECEIVED, "主板"),
    s.Dispatch: lambda by, later: s.Dispatch(by, _li, ""),
    s.DeclareMajor: lambda by, later: s.DeclareMajor(by),
    s.Recover: lambda by, later: s.Recover(by, "好了"),
    ps.Appoint: lambda by, later: ps.Appoint(by, later),
    ps.AskOtherTime: lambda by, later: ps.AskOtherTime(by, "有考试"),
    ps.Inspect: lambda by, later: ps.Inspect(by, "正常"),
    ps.Finish: lambda by, later: ps.Finish(by, ""),
    ps.RollBack: lambda by, later: ps.RollBack(by, "没通过"),
    ls.NameAsset: lambda by, later: ls.NameAsset(by, "A1"),
    ls.Excuse: lambda by, later: ls.Excuse(by, "停电通知"),
    ss.Depart: lambda by, later: ss.Depart(by),
    ss.LeaveSite: lambda by, later: ss.LeaveSite(by, "缺件", "订货", later),
    ss.MissSomebody: lambda by, later: ss.MissSomebody(by),
    ss.ReportDay: lambda by, later: ss.ReportDay(by, "好转"),
    ss.AskRemote: lambda by, later: ss.AskRemote(by),
    ss.Show: lambda by, later: ss.Show(by),
    ss.AnswerRemote: lambda by, later: ss.AnswerRemote(by, "m1", is_given=True),
    js.Join: _join,
    cs.Cover: lambda by, later: cs.Cover(by),
    cs.Quote: lambda by, later: cs.Quote(by, "200 元"),
    cs.TurnDown: lambda by, later: cs.TurnDown(by, "不修"),
    cs.PutOutside: lambda by, later: cs.PutOutside(by, "不是我们装的"),
    people.TakeBack: lambda by, later: people.TakeBack(by),
    people.GoAway: lambda by, later: people.GoAway(by),
    people.ComeBack: lambda by, later: people.ComeBack(by),
    vs.OfferVisit: lambda by, later: vs.OfferVisit(by, None, (later,)),
    vs.PickVisit: lambda by, later: vs.PickVisit(by, later, "m1"),
    ins.Tick: lambda by, later: ins.Tick(by, (1,)),
    ins.Consult: lambda by, later: ins.Consult(by, "数据不对"),
    ins.SeekHelp: lambda by, later: ins.SeekHelp(by, "网络"),
    ins.Conclude: lambda by, later: ins.Conclude(by, "先回退"),
}
_OF_NOBODY = {s.Open, s.Realign, s.DeadlineReached, ps.Drop, ps.Hasten}  # what the desk and the clock do


# Owner, manager, requester, passer-by: of a ticket that is open; solved; closed; gone along with another; become part of it.
# + happens, . changes nothing, ! is not theirs to do, x is refused as it stands.
_TABLE = """\
Claim         xx!!  xxxx  xxxx  xxxx  xxxx
Say           ++!!  ++!!  ..!!  ++!!  ..!!
Assist        .+!!  xxxx  xxxx  xxxx  xxxx
Arrive        ++!!  xxxx  xxxx  ++!!  xxxx
HandOver      +!!!  xxxx  xxxx  xxxx  xxxx
Accept        xxxx  xxxx  xxxx  xxxx  xxxx
Decline       xxxx  xxxx  xxxx  xxxx  xxxx
Reassign      !+!!  xxxx  xxxx  xxxx  xxxx
ChangeLevel   ++!!  xxxx  xxxx  ++!!  xxxx
Note          ++!!  ++!!  ++!!  ++!!  ++!!
Update        ++!!  xxxx  xxxx  ++!!  xxxx
Supplement    ++++  ++++  ++++  ++++  ++++
Urge          ++++  xxxx  xxxx  ++++  xxxx
Withdraw      !++!  !++!  xxxx  !++!  xxxx
Resolve       ++!!  xxxx  xxxx  xxxx  xxxx
Confirm       !!x!  !!+!  !!x!  !!x!  !!x!
Reopen        xx+!  +++!  +++!  xx+!  xxxx
Undo          xxxx  xxxx  xxxx  xxxx  xxxx
Rate          !!x!  !!+!  !!+!  !!x!  !!x!
Comment       !!x!  !!x!  !!+!  !!x!  !!x!
Report        xxxx  xxxx  xxxx  xxxx  xxxx
Acknowledge   xx!!  xxxx  xxxx  xx!!  xxxx
Pause         ++!!  xxxx  xxxx  ++!!  xxxx
Resume        xx!!  xxxx  xxxx  xx!!  xxxx
Propose       ++!!  xxxx  xxxx  ++!!  xxxx
Consent       !!x!  !!x!  !!x!  !!x!  !!x!
PromiseAnswer ++!!  xxxx  xxxx  ++!!  xxxx
Answer        ++!!  xxxx  xxxx  ++!!  xxxx
Occur         xxx!  xxxx  xxxx  xxx!  xxxx
Lend          ++!!  xxxx  xxxx  ++!!  xxxx
Diagnose      ++!!  xxxx  xxxx  ++!!  xxxx
Reach         ++!!  xxxx  xxxx  ++!!  xxxx
Dispatch      ++!!  xxxx  xxxx  ++!!  xxxx
DeclareMajor  !+!!  xxxx  xxxx  !+!!  xxxx
Recover       xx!!  xxxx  xxxx  xx!!  xxxx
Appoint       xx!!  xx!!  xx!!  xx!!  xx!!
AskOtherTime  !!xx  !!xx  !!xx  !!xx  !!xx
Inspect       xx!!  xx!!  xx!!  xx!!  xx!!
Finish        xx!!  xx!!  xx!!  xx!!  xx!!
RollBack      xx!!  xx!!  xx!!  xx!!  xx!!
NameAsset     ++!!  ++!!  ++!!  ++!!  ++!!
Excuse        !+!!  !+!!  !+!!  !+!!  !+!!
Depart        ++!!  xxxx  xxxx  ++!!  xxxx
LeaveSite     ++!!  xxxx  xxxx  ++!!  xxxx
MissSomebody  !!++  xxxx  xxxx  !!++  xxxx
ReportDay     ++!!  xxxx  xxxx  ++!!  xxxx
AskRemote     ++!!  xxxx  xxxx  ++!!  xxxx
Show          ..!!  ..!!  ..!!  ..!!  ..!!
AnswerRemote  !!x!  xxxx  xxxx  !!x!  xxxx
Join          ++++  xxxx  xxxx  ++++  xxxx
Cover         xx!!  xxxx  xxxx  xx!!  xxxx
Quote         xx!!  xxxx  xxxx  xx!!  xxxx
TurnDown      xx!!  xxxx  xxxx  xx!!  xxxx
PutOutside    ++!!  xxxx  xxxx  ++!!  xxxx
TakeBack      ++++  ++++  ++++  ++++  ++++
GoAway        ..+.  ..+.  ..+.  ..+.  ..+.
ComeBack      ....  ....  ....  ....  ....
OfferVisit    ++!!  xxxx  xxxx  ++!!  xxxx
PickVisit     !!x!  xxxx  xxxx  !!x!  xxxx
Tick          xx!!  xxxx  xxxx  xx!!  xxxx
Consult       ++!!  xxxx  xxxx  ++!!  xxxx
SeekHelp      ++!!  xxxx  xxxx  ++!!  xxxx
Conclude      ++!!  xxxx  xxxx  ++!!  xxxx
"""


def _every(union: Any) -> Iterator[type]:
    for each in get_args(union):
        yield from _every(each) if isinstance(each, UnionType) else (each,)


def test_every_step_is_asked_here() -> None:
    assert set(_every(s.Step)) - _OF_NOBODY == set(_ASKED)


def _answer(ticket: Ticket, now: datetime, rules: Rules, asked: type, by: Party) -> str:
    try:
        events = decide(ticket, _ASKED[asked](by, now + 3 * HOUR), now, rules)
    except NotTheirs:
        return "!"
    except TicketError:
        return "x"
    return "+" if events else "."


def _lives(case: Any) -> Iterator[Ticket]:
    """Yield a ticket as it is claimed and answered, solved, closed, gone along with another, and become part of it."""
    case.does(s.Claim(case.zhang))
    case.does(s.Say(case.zhang, "在看"))
    yield case.waits(HOUR).ticket
    merged = [
        evolve(case.ticket, je.Merged(by=case.zhang, into=1001, is_over=is_over), case.now)
        for is_over in (False, True)
    ]
    case.resolve()
    yield case.waits(HOUR).ticket
    case.confirm()
    yield case.waits(HOUR).ticket
    yield from merged


def test_who_may_do_what(case: Any) -> None:
    people = (case.zhang, case.manager, case.requester, case.stranger)
    lives = [(ticket, case.now) for ticket in _lives(case)]
    table = "".join(
        f"{asked.__name__:<14}"
        + "  ".join("".join(_answer(*life, case.rules, asked, by) for by in people) for life in lives)
        + "\n"
        for asked in _ASKED
    )
    assert table == _TABLE
