"""How the events of planned work read in the history of a ticket."""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from bot.dashboard.wording import stamp
from bot.tickets import planned_events as p
from bot.tickets.speaker import Speaker


def planned_line(event: p.PlannedEvent, speaker: Speaker) -> str:
    """Return one line for an event."""
    say = speaker.say
    match event:
        case p.Announced():
            return say("已告知")
        case p.Appointed(by=by, appointment=appointment):
            who = say("（{who}）", who=appointment.who) if appointment.who else ""
            return say("{by} 约在 {time}", by=by, time=stamp(appointment.at, speaker)) + who
        case p.OtherTimeWanted(by=by, text=text, at=at):
            return say("{by} 要求改期（原定 {time}）", by=by, time=stamp(at, speaker)) + _quoted(
                text, speaker
            )
        case p.AppointmentNear():
            return say("提醒约好的时间到了")
        case p.Inspected(by=by, text=text, findings=findings, late=late):
            numbers = tuple(f"{each.number}" for each in findings)
            found = say("；隐患单 {numbers}", numbers=numbers) if numbers else ""
            return say("{by} 巡检完成", by=by) + _quoted(text, speaker) + found + _late(late, speaker)
        case p.Finished(by=by, text=text, late=late):
            return say("{by} 升级完成", by=by) + _quoted(text, speaker) + _late(late, speaker)
        case p.RolledBack(by=by, text=text, late=late):
            return say("{by} 升级没有成功，已回退", by=by) + _quoted(text, speaker) + _late(late, speaker)
        case _:
            assert_never(event)


def _quoted(text: str, speaker: Speaker) -> str:
    return speaker.say("：{text}", text=text) if text else ""


def _late(late: timedelta, speaker: Speaker) -> str:
    return speaker.say("，超时 {late}", late=late) if late else ""
