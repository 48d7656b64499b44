"""Levels: chosen by words, changed with a reason, and what a change does to the clocks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Kind, StartsAt
from bot.tickets.levels import level_at_start, level_named
from bot.tickets.model import Grace, Promise
from bot.tickets.rules import Level, Rules
from scheduler.written_clocks import WrittenClock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def _due(case: Any, kind: ClockKind) -> Any:
    return case.clock(kind).due_at


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("教务系统瘫痪了", "1"),
        ("多个班打不开", "2"),
        ("多个班瘫痪", "1"),
        ("平台全挂了", "1"),
        ("紧急！投影黑屏", "1"),
        ("不紧急，投影黑屏", "3"),
        ("没有瘫痪，就是慢", "1"),  # a keyword of the contract counts wherever it stands
        ("投影黑屏", "3"),
    ],
)
def test_the_words_of_a_report_choose_the_level(open_case: Any, text: str, level: str) -> None:
    assert open_case(level=None, text=text).ticket.level == level


def test_an_urgent_word_that_a_level_claims_for_itself_means_that_level(rules: Rules, open_case: Any) -> None:
    policy = rules.policies["edu"]
    first, second, third = policy.levels
    second = replace(second, keywords=("紧急",))
    rules = replace(rules, policies={"edu": replace(policy, levels=(first, second, third))})
    assert open_case(rules=rules, level=None, text="紧急，打印机").ticket.level == "2"
    for text in ("紧急，全挂了", "全挂了，紧急"):  # one of several is enough
        assert open_case(rules=rules, level=None, text=text).ticket.level == "2"


def test_a_level_that_was_named_wins_over_words(open_case: Any) -> None:
    assert open_case(level="3", text="瘫痪").ticket.level == "3"


def test_an_unknown_level_is_refused_with_those_there_are(open_case: Any) -> None:
    with pytest.raises(TicketError) as refused:
        open_case(level="9")
    assert refused.value.values["levels"] == ("一级·瘫痪", "二级·局部", "三级·个别服务")


@pytest.mark.parametrize("word", ["1", "1级", "一级", "瘫痪", "一级·瘫痪"])
def test_a_level_has_many_names(rules: Rules, word: str) -> None:
    assert level_named(rules.policies["edu"], word).id == "1"


@pytest.mark.parametrize(
    ("text", "level", "rest"),
    [
        ("一级 教务系统打不开", "1", "教务系统打不开"),
        ("level 1  the server\nis down", "1", "the server\nis down"),
        ("1 号教室没电", None, "1 号教室没电"),
        ("LEVEL 3", "3", ""),
        ("教务系统 一级 打不开", None, "教务系统 一级 打不开"),
        ("level of noise is high", None, "level of noise is high"),
        ("", None, ""),
    ],
)
def test_a_level_may_stand_at_the_start(rules: Rules, text: str, level: str | None, rest: str) -> None:
    found = level_at_start(rules.policies["edu"], text)
    assert (found[0].id if found[0] else None, found[1]) == (level, rest)


def test_a_bare_number_is_a_level_where_one_is_asked_for(rules: Rules) -> None:
    level, rest = level_at_start(rules.policies["edu"], "3 仅教师端受影响", may_be_number=True)
    assert (level.id if level else None, rest) == ("3", "仅教师端受影响")


def test_without_a_policy_there_are_no_levels() -> None:
    assert level_at_start(None, " 一级 打不开 ") == (None, "一级 打不开")


def test_without_a_policy_nothing_is_promised(open_case: Any) -> None:
    case = open_case(policy="")
    assert (case.clocks, case.deadline) == ((), None)


def test_a_new_level_counts_from_the_report(case: Any) -> None:
    changed = case.waits(2 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert [type(event) for event in changed] == [e.LevelChanged]
    assert changed[0].graced == ()
    assert _due(case, ClockKind.RESPOND) == case.start + 5 * MINUTE
    assert _due(case, ClockKind.RESOLVE) == case.start + 4 * HOUR
    assert not any(clock.is_reprioritised for clock in case.clocks)


def test_a_change_that_lands_in_the_past_gives_a_short_grace_and_is_marked(case: Any) -> None:
    (changed,) = case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert changed.graced == (ClockKind.RESPOND,)
    respond = case.clock(ClockKind.RESPOND)
    assert respond.is_reprioritised
    assert _due(case, ClockKind.RESPOND) == case.now + 10 * MINUTE
    assert not case.clock(ClockKind.RESOLVE).is_reprioritised


def test_a_change_never_makes_a_breach_of_the_past(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert not [event for event in case.looks() if event.is_breach]
    said = case.waits(10 * MINUTE).does(s.Say(case.zhang, "在看"))
    assert said[-1].late == timedelta()


def test_a_grace_too_is_watched_and_can_be_missed(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    changed_at = case.now
    told = [event for _, event in case.lives(10 * MINUTE) if event.promised is ClockKind.RESPOND]
    assert [(event.at - changed_at, event.is_breach) for event in told] == [
        (5 * MINUTE, False),
        (8 * MINUTE, False),
        (10 * MINUTE, True),
    ]


def test_what_was_late_already_stays_late(case: Any) -> None:
    case.waits(25 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    respond = case.clock(ClockKind.RESPOND)
    assert not respond.is_reprioritised
    assert _due(case, ClockKind.RESPOND) == case.start + 5 * MINUTE


def test_after_a_grace_the_next_change_counts_from_the_report_again(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    case.waits(MINUTE).does(s.ChangeLevel(case.zhang, "3", "只有一间"))
    assert _due(case, ClockKind.RESPOND) == case.start + 20 * MINUTE
    assert not case.clock(ClockKind.RESPOND).is_reprioritised


def test_after_a_grace_a_reopened_ticket_is_owed_the_promised_response(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    case.resolve(case.zhang)
    case.waits(HOUR).does(s.Reopen(case.requester, "还是黑"))
    assert _due(case, ClockKind.RESPOND) == case.now + 5 * MINUTE


def test_a_change_keeps_the_time_the_ticket_was_solved_out_of_the_count(case: Any) -> None:
    case.waits(HOUR)
    case.resolve(case.zhang)
    case.waits(3 * HOUR).does(s.Reopen(case.requester, "又黑了"))
    case.waits(MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert _due(case, ClockKind.RESOLVE) == case.start + 4 * HOUR + 3 * HOUR


def test_a_clock_that_only_the_new_level_has_leaves_out_solved_time_too(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.resolve(case.zhang)
    case.waits(HOUR).does(s.Reopen(case.requester, "又黑了"))
    case.does(s.ChangeLevel(case.zhang, "2", "多个班"))
    assert _due(case, ClockKind.WORKAROUND) == case.start + 2 * HOUR + HOUR


def test_promises_of_the_new_level_know_what_happened_before(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.waits(MINUTE).does(s.Say(case.zhang, "在看"))
    case.waits(MINUTE).does(s.ChangeLevel(case.zhang, "2", "多个班"))
    starts = {clock.promise.kind: clock.started_at for clock in case.clocks}
    assert starts[ClockKind.WORKAROUND] == case.start
    assert starts[ClockKind.ANSWER] == starts[ClockKind.UPDATE] == case.start + MINUTE


def test_a_promise_that_counts_from_another_event_now_does(rules: Rules, open_case: Any) -> None:
    policy = rules.policies["edu"]
    from_claim = tuple(
        msgspec.structs.replace(promise, start=StartsAt.CLAIMED) for promise in policy.level("3").promises
    )
    level = replace(policy.levels[0], id="4", promises=from_claim)
    case = open_case(rules=replace(rules, policies={"edu": replace(policy, levels=(*policy.levels, level))}))
    case.waits(3 * MINUTE).does(s.ChangeLevel(case.zhang, "4", "按接单算"))
    assert {clock.started_at for clock in case.clocks} == {None}
    case.waits(MINUTE).does(s.Claim(case.zhang))
    assert {clock.started_at for clock in case.clocks} == {case.start + 4 * MINUTE}
    case.does(s.ChangeLevel(case.zhang, "3", "按报障算"))
    assert {clock.started_at for clock in case.clocks} == {case.start}


def test_a_response_that_only_the_new_level_promises_was_given_with_the_first_word(
    rules: Rules, open_case: Any
) -> None:
    policy = rules.policies["edu"]
    quiet = replace(policy.levels[0], id="4", promises=policy.level("3").promises[1:])
    case = open_case(
        rules=replace(rules, policies={"edu": replace(policy, levels=(*policy.levels, quiet))}), level="4"
    )
    case.waits(MINUTE).does(s.Say(case.zhang, "在看"))
    case.waits(HOUR).does(s.ChangeLevel(case.zhang, "2", "多个班"))
    assert case.clock(ClockKind.RESPOND).met_at == case.start + MINUTE
    assert case.clock(ClockKind.ANSWER).started_at == case.start + MINUTE


def test_a_change_keeps_what_was_promised_since_and_nothing_else_of_the_old_level(
    rules: Rules, open_case: Any
) -> None:
    written = Promise(
        kind=ClockKind.ARRIVE,
        calendar="always",
        ladder="standard",
        clock=WrittenClock(kind="arrive", within="2h", from_="dispatched"),
    )
    policy = rules.policies["edu"]
    levels = (*policy.levels, Level("9", "九级", (), (*policy.levels[2].promises, written)))
    case = open_case(rules=replace(rules, policies={"edu": replace(policy, levels=levels)}), level="9")
    case.does(s.PromiseAnswer(case.zhang, case.now + HOUR))
    case.does(s.DeclareMajor(case.manager))
    since = {clock.kind for clock in case.clocks} - {each.kind for each in levels[-1].promises}
    assert since == {ClockKind.PROMISE, ClockKind.UPDATE, ClockKind.REPORT}
    case.does(s.ChangeLevel(case.manager, "3", "看错了"))
    assert {clock.kind for clock in case.clocks} == {ClockKind.RESPOND, ClockKind.RESOLVE} | since


def test_what_was_kept_before_the_change_stays_kept(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.Say(case.zhang, "在看"))
    (changed,) = case.waits(MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert changed.graced == ()
    assert case.clock(ClockKind.RESPOND).met_at == case.start + 10 * MINUTE


def test_a_promise_that_the_change_leaves_alone_does_not_tell_its_rungs_again(
    rules: Rules, open_case: Any
) -> None:
    policy = rules.policies["edu"]
    same = replace(policy.levels[0], id="4", promises=policy.level("3").promises)
    rules = replace(rules, policies={"edu": replace(policy, levels=(*policy.levels, same))})
    case = open_case(rules=rules)
    case.lives(11 * MINUTE)
    case.does(s.ChangeLevel(case.zhang, "4", "换个说法"))
    assert case.looks() == []


def test_staff_change_the_level_with_a_reason_and_customers_do_not(case: Any) -> None:
    with pytest.raises(NotTheirs):
        case.does(s.ChangeLevel(case.requester, "1", "我急"))
    with pytest.raises(TicketError, match="原因"):
        case.does(s.ChangeLevel(case.zhang, "1", " "))
    with pytest.raises(TicketError, match="已经是"):
        case.does(s.ChangeLevel(case.zhang, "3", "一样"))
    with pytest.raises(TicketError, match="可选"):
        case.does(s.ChangeLevel(case.zhang, "9", "没有"))
    assert case.ticket.level == "3"


def test_the_customer_may_ask_for_the_former_level_back(open_case: Any) -> None:
    case = open_case(level="1")
    case.does(s.ChangeLevel(case.zhang, "3", "仅教师端受影响"))
    with pytest.raises(NotTheirs):
        case.does(s.ChangeLevel(case.stranger, "1", "维持"))
    with pytest.raises(NotTheirs):
        case.does(s.ChangeLevel(case.requester, "2", "折中"))
    case.does(s.ChangeLevel(case.requester, "1", "客户要求维持"))
    assert (case.ticket.level, case.ticket.level_before) == ("1", "")


def test_a_bound_contact_may_ask_for_the_former_level_back_too(open_case: Any) -> None:
    case = open_case(level="1")
    case.does(s.ChangeLevel(case.zhang, "3", "仅教师端受影响"))
    case.does(s.ChangeLevel(case.contact, "1", "客户要求维持"))
    assert case.ticket.level == "1"


def test_a_grace_is_saved_as_it_was_given(case: Any) -> None:
    case.waits(10 * MINUTE).does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    assert case.ticket.grace == Grace(since=case.now, within=10 * MINUTE, clocks=("respond",))


def test_what_was_reported_and_is_not_broken_becomes_of_its_kind_and_back(
    rules: Rules, open_case: Any
) -> None:
    policy = rules.policies["edu"]
    respond = tuple(each for each in policy.levels[-1].promises if each.kind is ClockKind.RESPOND)
    request = Level("request", "需求", (), respond, kind=Kind.REQUEST)
    rules = replace(rules, policies={"edu": replace(policy, others=(request,))})
    case = open_case(rules=rules, level="3")
    (changed,) = case.does(s.ChangeLevel(case.zhang, "request", "是想要的功能"))
    assert (changed.kind, case.ticket.kind, case.ticket.level) == (Kind.REQUEST, Kind.REQUEST, "request")
    assert [each.kind for each in case.ticket.promises] == [ClockKind.RESPOND]
    case.does(s.Undo(case.zhang))
    assert (case.ticket.kind, case.ticket.level) == (Kind.FAULT, "3")
    case.does(s.ChangeLevel(case.zhang, "request", "是想要的功能"))
    (changed,) = case.does(s.ChangeLevel(case.requester, "3", ""))  # 维持三级
    assert (changed.kind, case.ticket.kind) == (Kind.FAULT, Kind.FAULT)
    (changed,) = case.does(s.ChangeLevel(case.zhang, "2", "多个班"))
    assert changed.kind is None


def test_work_that_has_no_level_stays_of_its_kind(open_case: Any) -> None:
    case = open_case(kind=Kind.HAZARD, policy="edu")
    (changed,) = case.does(s.ChangeLevel(case.zhang, "2", "急"))
    assert (changed.kind, case.ticket.kind) == (None, Kind.HAZARD)
