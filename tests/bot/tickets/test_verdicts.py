"""What came of a promise, and in how few words it is said: kept, late, not kept at all, or so many words missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.tickets import steps as s
from bot.tickets.kinds import ClockKind
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Verdict, outcome, said

HOUR = timedelta(hours=1)


def _said(case: Any, kind: ClockKind) -> tuple[Verdict, str]:
    found = outcome(case.clock(kind))
    return found.verdict, said(found, Speaker(str, case.rules.zone, case.now))


def _incident(case: Any, lengths: list[timedelta]) -> Any:
    """Let somebody command an incident and tell how it stands after so long each time, and solve it then."""
    case.does(s.Say(case.zhang, "在看"))
    case.does(s.DeclareMajor(case.manager))
    for length in lengths:
        case.waits(length).does(s.Update(case.manager, "在恢复"))
    case.resolve()
    case.confirm()
    return case


def test_a_major_incident_with_every_word_in_time_was_kept(case: Any) -> None:
    assert _said(_incident(case, [HOUR / 2] * 3), ClockKind.UPDATE) == (Verdict.KEPT, "按时")


def test_words_that_were_missed_are_counted(case: Any) -> None:
    verdict, text = _said(_incident(case, [HOUR / 2, 4 * HOUR]), ClockKind.UPDATE)
    assert verdict is Verdict.BROKEN
    assert text == "漏 3 次"


def test_what_was_late_and_what_was_never_done_differ(case: Any) -> None:
    case.waits(HOUR).does(s.Say(case.zhang, "在看"))
    assert _said(case, ClockKind.RESPOND) == (Verdict.BROKEN, "10:20 前，超时 40 分钟")
    case.waits(9 * HOUR)
    assert _said(case, ClockKind.RESOLVE) == (Verdict.BROKEN, "18:00 前，没有做到")
