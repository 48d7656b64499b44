"""Explanations of promises as they stand: since when they are owed, what was agreed, what was missed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

import msgspec

from scheduler.clock_rules import ClockRule
from scheduler.explanation import moment_text
from scheduler.lengths import format_length
from scheduler.standing import ClockState, Phase
from scheduler.target_explanation import explain_target
from scheduler.wordings import wording_in


class _Wording(msgspec.Struct, frozen=True):
    """The sentences of one language."""

    phases: Mapping[Phase, str]
    owed: str
    agreed: str
    named: str
    met: str
    late: str
    missed: str


_WORDINGS: Mapping[str, _Wording] = MappingProxyType(
    {
        "zh": _Wording(
            phases=MappingProxyType(
                {
                    Phase.PENDING: "还没有开始",
                    Phase.RUNNING: "进行中",
                    Phase.WARNING: "快到期",
                    Phase.PAUSED: "暂停中",
                    Phase.MET: "按时完成",
                    Phase.BREACHED: "超时",
                    Phase.CANCELLED: "不再需要",
                }
            ),
            owed="{at} 起才有这一条",
            agreed="{at} 与客户改约，同意的消息 {consent}",
            named="{at} 工程师告知",
            met="完成 {at}",
            late="迟 {length}",
            missed="曾在 {at} 到期未完成",
        ),
        "en": _Wording(
            phases=MappingProxyType(
                {
                    Phase.PENDING: "Not started",
                    Phase.RUNNING: "Running",
                    Phase.WARNING: "Due soon",
                    Phase.PAUSED: "Paused",
                    Phase.MET: "Kept in time",
                    Phase.BREACHED: "Missed",
                    Phase.CANCELLED: "Not owed any more",
                }
            ),
            owed="Owed only since {at}",
            agreed="Agreed with the customer {at}, consent in message {consent}",
            named="Named by the engineer {at}",
            met="Done {at}",
            late="Late by {length}",
            missed="Had been due {at} and was not kept",
        ),
    }
)


def explain_state(rule: ClockRule, state: ClockState, zone: ZoneInfo, language: str = "zh") -> list[str]:
    """Return how a promise stands and why, as lines, the phase last; where it has a due instant that comes first.

    Raises:
        ValueError: There are no words for the language.
    """
    wording, lines = wording_in(language, _WORDINGS), list[str]()
    if state.course is not None:
        course = state.course
        lines += explain_target(course.target, course.calendar, course.start, course.pauses, zone, language)
    if rule.after and state.owed_at is not None:
        lines.append(wording.owed.format(at=moment_text(state.owed_at, zone, language)))
    if state.agreement is not None:
        sentence = wording.agreed if state.agreement.consent else wording.named
        made_at = moment_text(state.agreement.made_at, zone, language)
        lines.append(sentence.format(at=made_at, consent=state.agreement.consent))
    if state.missed_at is not None and state.missed_at != state.due_at:
        lines.append(wording.missed.format(at=moment_text(state.missed_at, zone, language)))
    if state.met_at is not None:
        lines.append(wording.met.format(at=moment_text(state.met_at, zone, language)))
    if state.late:
        lines.append(wording.late.format(length=format_length(state.late)))
    return [*lines, wording.phases[state.phase]]
