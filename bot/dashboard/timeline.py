"""The archive of a ticket in words: one line for each event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import assert_never

import msgspec

from bot.dashboard.joint_timeline import joint_line
from bot.dashboard.planned_timeline import planned_line
from bot.dashboard.wording import ending, kind_name, stamp
from bot.tickets import coverage_events as ce
from bot.tickets import events as e
from bot.tickets import incident_events as ie
from bot.tickets import joint_events as je
from bot.tickets import ledger_events as le
from bot.tickets import planned_events as p
from bot.tickets import presence_events as pe
from bot.tickets import site_events as se
from bot.tickets import visit_events as ve
from bot.tickets.alerts import promise_name
from bot.tickets.calling import COMPLAINT
from bot.tickets.errors import N_
from bot.tickets.explaining import event_name
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.pausing import REASONS
from bot.tickets.records import Record
from bot.tickets.speaker import Speaker

_UNDONE = {
    "Resolved": N_("解决"),
    "HandOverOffered": N_("转交"),
    "LevelChanged": N_("改级"),
    "Noted": N_("记录"),
    "Arrived": N_("到场"),
    "Departed": N_("出发"),
    "Closed": N_("撤单"),
}


class Entry(msgspec.Struct, frozen=True):
    """One line of the timeline; `source` is where the step came from, or empty when the clock brought it."""

    seq: int
    at: str
    says: str
    source: str


def entries(records: Iterable[Record], speaker: Speaker) -> list[Entry]:
    """Return the archive as lines, in its order."""
    return [
        Entry(record.seq, stamp(record.at, speaker), line(record.event, speaker), _source(record))
        for record in records
    ]


def line(event: e.AnyEvent, speaker: Speaker) -> str:
    """Return what happened, and who did it."""
    say = speaker.say
    match event:
        case e.Opened():
            return _opened(event, speaker)
        case e.Claimed(by=by):
            return say("{by} 接单", by=by)
        case e.Responded(by=by, text=text, is_call=is_call, late=late):
            said = say("{by} 首次响应", by=by) + (say("（电话）") if is_call else "")
            return said + _quoted(text, speaker) + (say("，超时 {late}", late=late) if late else "")
        case e.Said(by=by, text=text):
            return say("{by} 对客户说", by=by) + _quoted(text, speaker)
        case e.Assisted(by=by):
            return say("{by} 协助", by=by)
        case e.Arrived(by=by, late=late):
            return say("{by} 到场", by=by) + (say("，超时 {late}", late=late) if late else "")
        case e.HandOverOffered(by=by, to=to, note=note, expires_at=expires_at):
            said = say("{by} 请 {to} 接手，等到 {time}", by=by, to=to, time=stamp(expires_at, speaker))
            return said + _quoted(note, speaker)
        case e.HandedOver(giver=giver, by=by):
            return say("{by} 接受，从 {giver} 接手", by=by, giver=giver)
        case e.HandOverDeclined(by=by, reason=reason):
            return say("{by} 没有接受转交", by=by) + _quoted(reason, speaker)
        case e.HandOverExpired(to=to):
            return say("{to} 没有回应转交，已作罢", to=to)
        case e.Reassigned(by=by, to=to, giver=giver, reason=reason):
            origin = say("（原负责人 {giver}）", giver=giver) if giver else ""
            if giver is None and not reason:
                return say("{by} 派给 {to}", by=by, to=to)
            return say("{by} 改派给 {to}", by=by, to=to) + origin + _quoted(reason, speaker)
        case e.LevelChanged():
            return _level_changed(event, speaker)
        case se.Shown(by=by, what=what):
            return say("{by} 附 {what}", by=by, what=what)
        case e.Noted(by=by, text=text):
            return say("{by} 记录", by=by) + _quoted(text, speaker)
        case e.Updated(by=by, text=text):
            return say("{by} 更新进展", by=by) + _quoted(text, speaker)
        case e.Supplemented(by=by, text=text):
            return say("{by} 补充", by=by) + _quoted(text, speaker)
        case pe.TakenBack(by=by, is_report=is_report):
            return say("{by} 撤回了报障的那条消息", by=by) if is_report else say("{by} 撤回了一条消息", by=by)
        case pe.RequesterGone(by=by):
            return say("{by} 退出了群，之后不再问", by=by)
        case pe.RequesterBack(by=by):
            return say("{by} 又回到群里", by=by)
        case e.Urged(by=by, text=text) if text:
            return say("{by} 催单：{text}", by=by, text=text)
        case e.Urged(by=by):
            return say("{by} 催单", by=by)
        case e.Resolved(by=by, cause=cause, method=method, prevention=prevention, late=late):
            said = say(
                "{by} 解决。原因：{cause}；方法：{method}；预防：{prevention}",
                by=by, cause=cause, method=method, prevention=prevention,
            )  # fmt: skip
            return said + (say("，超时 {late}", late=late) if late else "")
        case e.CheckReminded():
            return say("再问了一次客户是否好了")
        case e.Closed(closing=closing, by=by):
            why = ending(closing, speaker)
            return say("{by} 关单：{why}", by=by, why=why) if by else say("关单：{why}", why=why)
        case e.Reopened(by=by, text=text):
            return say("{by} 重新打开", by=by) + _quoted(text, speaker)
        case e.Undone(by=by, word=word):
            return say("{by} 撤回“{word}”", by=by, word=say(_UNDONE.get(word, word)))
        case e.SurveyPlanned(at=at):
            return say("满意度定于 {time} 问", time=stamp(at, speaker))
        case e.SurveySkipped():
            return say("今天已问过这位客户，不再问满意度")
        case e.SurveyAsked():
            return say("请客户打分")
        case e.SurveyReminded():
            return say("提醒客户打分")
        case e.SurveyExpired():
            return say("客户没有打分，问卷作罢")
        case e.Rated(by=by, speed=speed, quality=quality, comment=comment, is_low=is_low):
            scored = say("{by} 打分：速度 {speed}，质量 {quality}", by=by, speed=speed, quality=quality)
            return scored + (say("（低分）") if is_low else "") + _quoted(comment, speaker)
        case e.Commented(by=by, text=text):
            return say("{by} 评价", by=by) + _quoted(text, speaker)
        case e.CallMissed(by=by, text=text):
            return say("{by} 回访未接通", by=by) + _quoted(text, speaker)
        case e.CalledBack(by=by, result=result, improvement=better):
            called = say("{by} 已回访", by=by) + _quoted(result, speaker)
            return called + (say("；改善单 {number}", number=better.number) if better else "")
        case e.Escalated():
            return _escalated(event, speaker)
        case e.NoticeGathered(until=until):
            when = say("，{time} 起", time=stamp(until, speaker)) if until else ""
            return say("提醒太多，这一条没有单独发{when}，和别的单合在一起说", when=when)
        case e.Realigned(due_at=due_at):
            if due_at is None:
                return say("核对时限：不用再看")
            return say("核对时限：改为 {time} 再看", time=stamp(due_at, speaker))
        case e.Acknowledged(by=by):
            return say("{by} 收到提醒", by=by)
        case e.Paused(by=by, reason=reason, need=need, next_at=next_at):
            said = say("{by} 暂停，{reason}", by=by, reason=say(REASONS[reason])) + _quoted(need, speaker)
            return said + say("；{time} 再看", time=stamp(next_at, speaker))
        case e.PauseReminded(next_at=next_at):
            return say("提醒还在等，下次 {time}", time=stamp(next_at, speaker))
        case e.Resumed(by=by):
            return say("{by} 使处理继续", by=by)
        case e.Proposed(by=by, clock=clock, at=at, reason=reason):
            what = say(
                "{by} 请客户改{clock}到 {time}", by=by, clock=_name(clock, speaker), time=stamp(at, speaker)
            )
            return what + _quoted(reason, speaker)
        case e.AgreementGiven(by=by, at=at, consent=consent):
            return say("{by} 同意约在 {time}（消息 {id}）", by=by, time=stamp(at, speaker), id=consent)
        case e.AgreementRefused(by=by, at=at):
            return say("{by} 不同意约在 {time}", by=by, time=stamp(at, speaker))
        case e.AnswerPromised(by=by, at=at):
            return say("{by} 说好 {time} 前答复", by=by, time=stamp(at, speaker))
        case e.Answered(by=by, text=text, late=late):
            return say("{by} 答复", by=by) + _quoted(text, speaker) + _late(late, speaker)
        case e.OccurredAt(by=by, at=at):
            return say("{by} 记下故障发生于 {time}", by=by, time=stamp(at, speaker))
        case e.Loaned(by=by, model=model, serial=serial, late=late):
            lent = say("{by} 提供代用设备 {model}", by=by, model=model)
            lent += say("（序列号 {serial}）", serial=serial) if serial else ""
            return lent + _late(late, speaker)
        case e.Diagnosed(by=by, text=text, late=late):
            return say("{by} 诊断", by=by) + _quoted(text, speaker) + _late(late, speaker)
        case e.Reached(by=by, what=what, text=text, late=late):
            done = say("{by}：{what}", by=by, what=speaker.translate(event_name(what.value)))
            return done + _quoted(text, speaker) + _late(late, speaker)
        case e.Dispatched(by=by, to=to, note=note, late=late):
            return say("{by} 派 {to} 上门", by=by, to=to) + _quoted(note, speaker) + _late(late, speaker)
        case e.MajorDeclared(by=by):
            return say("{by} 宣布重大事件并指挥", by=by)
        case e.Recovered(by=by, text=text):
            return say("{by} 报告恢复", by=by) + _quoted(text, speaker)
        case (
            p.Announced()
            | p.Appointed()
            | p.OtherTimeWanted()
            | p.AppointmentNear()
            | p.Inspected()
            | p.Finished()
            | p.RolledBack()
        ):
            return planned_line(event, speaker)
        case p.CallListed():
            return say("列入当天的回访")
        case p.CallHastened(due_at=due_at):
            return say("低分，提前到 {time} 前回访", time=stamp(due_at, speaker))
        case se.Departed(by=by):
            return say("{by} 出发", by=by)
        case se.LeftSite(by=by, cause=cause, plan=plan, next_at=next_at):
            left = say("{by} 离场，未解决：{cause}，{plan}", by=by, cause=cause, plan=plan)
            return left + say("；{time} 前继续", time=stamp(next_at, speaker))
        case se.NobodyCame(by=by):
            return say("{by} 说没人来", by=by)
        case se.DayReported(by=by, text=text):
            return say("{by} 当日汇报", by=by) + _quoted(text, speaker)
        case se.RemoteAsked(by=by):
            return say("{by} 问客户能否远程", by=by)
        case se.RemoteAnswered(by=by, is_given=is_given, consent=consent, text=text):
            template = (
                N_("{by} 同意远程（消息 {id}）") if is_given else N_("{by} 现在不方便远程（消息 {id}）")
            )
            return say(template, by=by, id=consent) + _quoted(text, speaker)
        case ce.FoundOutside(by=by, text=text):
            return say("{by} 标为合同范围外", by=by) + _quoted(text, speaker)
        case ce.Covered(by=by, category=category):
            return say("{by} 同意免费处理", by=by) + _quoted(category, speaker)
        case ce.Quoted(by=by, text=text):
            return say("{by} 报价", by=by) + _quoted(text, speaker)
        case ce.QuoteAnswered(by=by, is_given=is_given, consent=consent):
            template = (
                N_("{by} 同意收费（消息 {id}）") if is_given else N_("{by} 不需要收费服务（消息 {id}）")
            )
            return say(template, by=by, id=consent)
        case ce.TurnedDown(by=by, text=text):
            return say("{by} 谢绝", by=by) + _quoted(text, speaker)
        case ie.Ticked(by=by, steps=steps):
            return say("{by} 完成预案第 {steps} 步", by=by, steps=_numbers(steps))
        case ie.ReportAsked(due_at=due_at):
            return say("请指挥交当日汇报，{time} 前", time=stamp(due_at, speaker))
        case ie.ConsultCalled(by=by, text=text, invited=invited):
            return say("{by} 请 {invited} 会诊", by=by, invited=invited) + _quoted(text, speaker)
        case ie.HelpSought(by=by, text=text, invited=invited):
            return say("{by} 向 {invited} 求助", by=by, invited=invited) + _quoted(text, speaker)
        case ie.ConsultConcluded(by=by, text=text):
            return say("{by} 会诊结论", by=by) + _quoted(text, speaker)
        case ve.VisitOffered(by=by, who=who, times=times):
            offered = tuple(stamp(at, speaker) for at in times)
            return say("{by} 请客户选上门时间（{who}）：{times}", by=by, who=who, times=offered)
        case ve.VisitAgreed(by=by, appointment=appointment, consent=consent):
            chosen = stamp(appointment.at, speaker)
            return say("{by} 选定 {time} 上门（消息 {id}）", by=by, time=chosen, id=consent)
        case le.AssetNamed(by=by, serial=serial):
            return say("{by} 记下设备 {serial}", by=by, serial=serial)
        case le.Excused(by=by, reason=reason, evidence=evidence):
            template = N_("{by} 记为不可抗力") if reason else N_("{by} 改为照常计入次数")
            return say(template, by=by) + _quoted(evidence, speaker)
        case (
            je.Joined()
            | je.Parted()
            | je.Vouched()
            | je.Absorbed()
            | je.Released()
            | je.Merged()
            | je.Split()
        ):
            return joint_line(event, speaker)
        case _:
            assert_never(event)


def _opened(event: e.Opened, speaker: Speaker) -> str:
    say = speaker.say
    if event.kind is Kind.CALLBACK and event.reason == COMPLAINT and event.subject is None:
        return say("{who} 投诉：{text}", who=event.requester, text=event.text)
    if event.kind is Kind.CALLBACK:
        owner = say("，由 {owner} 负责", owner=event.owner) if event.owner else ""
        return say("建回访单，针对 {subject}", subject=event.subject or "–") + owner
    if event.kind.is_planned:
        planned = say("计划：{text}", text=event.text)
        due = event.due_at or event.latest_at
        return planned + (say("，{time} 到期", time=stamp(due, speaker)) if due else "")
    who = event.requester
    said = (
        say("{who} 提出", who=who)
        if event.by in (None, who)
        else say("{by} 代 {who} 提出", by=event.by, who=who)
    )
    level = event.level_name or kind_name(event.kind, speaker)
    said += say("（{level}）", level=level) + _quoted(event.text, speaker)
    said += say("；已试 {entry}", entry=event.tried) if event.tried else ""
    return said + (say("；关联 {numbers}", numbers=_numbers(event.links)) if event.links else "")


def _level_changed(event: e.LevelChanged, speaker: Speaker) -> str:
    said = speaker.say("{by} 改级为{level}", by=event.by, level=event.level_name or event.level)
    if event.graced:
        kinds = tuple(_name(clock, speaker) for clock in event.graced)
        said += speaker.say("，{kinds}宽限 {grace}", kinds=kinds, grace=event.grace)
    return said + _quoted(event.reason, speaker)


def _escalated(event: e.Escalated, speaker: Speaker) -> str:
    say = speaker.say
    promise = say(promise_name(event.promised))
    said = (
        say("{promise}超时", promise=promise) if event.is_breach else say("{promise}快到期", promise=promise)
    )
    said += say("（{time} 到期）", time=stamp(event.due_at, speaker))
    said += say("，已提醒 {told}", told=event.told) if event.told else say("，没有可提醒的人")
    said += say("（再次）") if event.is_repeat else ""
    if event.skipped:
        said += say("，跳过阶梯 {rungs}", rungs=_numbers(tuple(rung + 1 for rung in event.skipped)))
    return said + (say("，提醒晚了 {late}", late=event.late) if event.late else "")


def _name(clock: str, speaker: Speaker) -> str:
    """Return the name of a promise by its id, which mostly is its kind."""
    is_kind = clock in ClockKind.__members__.values()
    return speaker.say(promise_name(ClockKind(clock))) if is_kind else clock


def _late(late: timedelta, speaker: Speaker) -> str:
    return speaker.say("，超时 {late}", late=late) if late else ""


def _quoted(text: str, speaker: Speaker) -> str:
    return speaker.say("：{text}", text=text) if text else ""


def _numbers(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))


def _source(record: Record) -> str:
    source = record.source
    return f"{source.account} · {source.room} · {source.message}" if source else ""
