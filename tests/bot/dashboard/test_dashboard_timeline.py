"""Every event of the archive in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from bot.dashboard.language import pick_language
from bot.dashboard.timeline import line
from bot.tickets import coverage_events as ce
from bot.tickets import events as e
from bot.tickets import incident_events as ie
from bot.tickets import joint_events as je
from bot.tickets import ledger_events as le
from bot.tickets import planned_events as p
from bot.tickets import presence_events as pe
from bot.tickets import site_events as se
from bot.tickets import visit_events as ve
from bot.tickets.kinds import ClockKind, Closing, Kind, Milestone, WaitsFor
from bot.tickets.model import Appointment, Finding, Party, Reporter
from bot.tickets.speaker import Speaker

AT = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
ZHANG, LI, WANG = Party("zhang", "老张"), Party("li", "小李"), Party("web:1", "王老师")
OPENED = e.Opened(
    number=1001, kind=Kind.FAULT, room="yucai", customer="", policy="", level="3", level_name="三级", promises=(),
    requester=WANG, account="web:1", address="web:group:1", text="坏了",
)  # fmt: skip
ESCALATED = e.Escalated(
    clock=ClockKind.RESPOND,
    rung=1,
    at=AT,
    told=(ZHANG, LI),
    tell=("owner",),
    due_at=AT + timedelta(minutes=10),
)
LATE = timedelta(minutes=5)
PLANNED = e.Opened(
    number=1, kind=Kind.INSPECTION, room="r", customer="", policy="", level="", level_name="", promises=(), requester=WANG,
    account="", address="", text="6 月巡检", due_at=AT,
)  # fmt: skip

OTHER = Reporter(
    party=WANG, account="web:1", address="web:group:1", room="r", text="打不开", at=AT, number=1002
)

LINES: list[tuple[e.AnyEvent, str]] = [
    (OPENED, "王老师 提出（三级）：坏了"),
    (
        e.Opened(
            number=1, kind=Kind.REQUEST, room="r", customer="", policy="", level="", level_name="", promises=(), requester=WANG,
            account="", address="", text="要培训", by=LI, tried="K-037", links=(1001, 1002),
        ),
        "小李 代 王老师 提出（需求）：要培训；已试 K-037；关联 1001, 1002",
    ),
    (
        e.Opened(
            number=1, kind=Kind.CALLBACK, room="r", customer="", policy="", level="", level_name="", promises=(), requester=WANG,
            account="", address="", text="坏了", subject=1001, owner=LI,
        ),
        "建回访单，针对 1001，由 小李 负责",
    ),
    (PLANNED, "计划：6 月巡检，2026-03-06 10:00:00 到期"),
    (
        je.Joined(by=LI, account="qq:1", address="qq:group:1", room="r", text="登不上"),
        "小李 报同样的问题：登不上",
    ),
    (je.Parted(by=LI), "小李 不再跟进"),
    (je.Vouched(by=LI), "小李 说好了"),
    (je.Absorbed(by=LI, reporters=(OTHER, OTHER)), "小李 并入 1002"),
    (je.Released(by=LI, ticket=1002), "1002 分出去了"),
    (je.Merged(by=LI, into=1001), "小李 把它并入 1001"),
    (je.Split(by=LI, was=1001), "小李 把它和 1001 分开"),
    (je.Split(was=1001), "和 1001 分开"),
    (p.Announced(), "已告知"),
    (p.Appointed(by=LI, appointment=Appointment(at=AT, who=ZHANG)), "小李 约在 2026-03-06 10:00:00（老张）"),
    (p.OtherTimeWanted(by=WANG, text="考试", at=AT), "王老师 要求改期（原定 2026-03-06 10:00:00）：考试"),
    (p.AppointmentNear(), "提醒约好的时间到了"),
    (p.Inspected(by=LI, text="磁盘满", findings=(Finding(7, "磁盘满"),), late=LATE), "小李 巡检完成：磁盘满；隐患单 7，超时 5 分钟"),
    (p.Finished(by=LI, text=""), "小李 升级完成"),
    (p.RolledBack(by=LI, text="校验没过", late=LATE), "小李 升级没有成功，已回退：校验没过，超时 5 分钟"),
    (p.CallListed(next_at=AT), "列入当天的回访"),
    (p.CallHastened(reason="low_score", due_at=AT), "低分，提前到 2026-03-06 10:00:00 前回访"),
    (se.Departed(by=LI), "小李 出发"),
    (
        se.LeftSite(by=LI, cause="主板坏", plan="已报备件", next_at=AT),
        "小李 离场，未解决：主板坏，已报备件；2026-03-06 10:00:00 前继续",
    ),
    (se.NobodyCame(by=WANG), "王老师 说没人来"),
    (se.Shown(by=LI, what="[图片×2]"), "小李 附 [图片×2]"),
    (se.DayReported(by=LI, text="备机已接管"), "小李 当日汇报：备机已接管"),
    (se.RemoteAsked(by=LI), "小李 问客户能否远程"),
    (se.RemoteAnswered(by=WANG, is_given=True, consent="m1"), "王老师 同意远程（消息 m1）"),
    (
        se.RemoteAnswered(by=WANG, is_given=False, consent="m2", text="三点以后"),
        "王老师 现在不方便远程（消息 m2）：三点以后",
    ),
    (le.AssetNamed(by=LI, serial="SN1"), "小李 记下设备 SN1"),
    (le.Excused(by=LI, reason="force_majeure", evidence="停电通知"), "小李 记为不可抗力：停电通知"),
    (le.Excused(by=LI, reason="", evidence=""), "小李 改为照常计入次数"),
    (e.Claimed(by=ZHANG), "老张 接单"),
    (e.Responded(by=ZHANG, text="在看"), "老张 首次响应：在看"),
    (e.Responded(by=ZHANG, is_call=True, text="通了", late=LATE), "老张 首次响应（电话）：通了，超时 5 分钟"),
    (e.Said(by=ZHANG, text="换线中"), "老张 对客户说：换线中"),
    (e.Assisted(by=LI), "小李 协助"),
    (e.Arrived(by=LI), "小李 到场"),
    (e.Arrived(by=LI, late=LATE), "小李 到场，超时 5 分钟"),
    (e.HandOverOffered(by=LI, to=ZHANG, note="懂录播", expires_at=AT), "小李 请 老张 接手，等到 2026-03-06 10:00:00：懂录播"),
    (e.HandedOver(giver=LI, by=ZHANG), "老张 接受，从 小李 接手"),
    (e.HandOverDeclined(by=ZHANG, reason="在路上"), "老张 没有接受转交：在路上"),
    (e.HandOverExpired(to=ZHANG), "老张 没有回应转交，已作罢"),
    (e.Reassigned(by=LI, to=ZHANG, giver=WANG, reason="请假"), "小李 改派给 老张（原负责人 王老师）：请假"),
    (e.Reassigned(by=LI, to=ZHANG, giver=None, reason=""), "小李 派给 老张"),
    (
        e.LevelChanged(
            by=LI, level="2", level_name="二级", was="3", promises=(), reason="多个班", graced=(ClockKind.RESPOND,), grace=LATE
        ),
        "小李 改级为二级，响应宽限 5 分钟：多个班",
    ),
    (e.Noted(by=LI, text="等备件"), "小李 记录：等备件"),
    (e.Updated(by=LI, text="已换"), "小李 更新进展：已换"),
    (e.Supplemented(by=WANG, text="三楼"), "王老师 补充：三楼"),
    (e.Urged(by=WANG), "王老师 催单"),
    (pe.TakenBack(by=WANG, is_report=True), "王老师 撤回了报障的那条消息"),
    (pe.RequesterGone(by=WANG), "王老师 退出了群，之后不再问"),
    (pe.RequesterBack(by=WANG), "王老师 又回到群里"),
    (
        e.Resolved(by=LI, cause="缺纸", method="加纸", prevention="常看", late=LATE, check_at=AT, close_at=AT),
        "小李 解决。原因：缺纸；方法：加纸；预防：常看，超时 5 分钟",
    ),
    (e.CheckReminded(), "再问了一次客户是否好了"),
    (e.Closed(closing=Closing.CONFIRMED, by=WANG), "王老师 关单：客户已确认"),
    (e.Closed(closing=Closing.SILENCE), "关单：未回应，自动关闭"),
    (e.Reopened(by=WANG, text="又坏了"), "王老师 重新打开：又坏了"),
    (e.Undone(by=LI, word="Resolved"), "小李 撤回“解决”"),
    (e.SurveyPlanned(at=AT), "满意度定于 2026-03-06 10:00:00 问"),
    (e.SurveySkipped(), "今天已问过这位客户，不再问满意度"),
    (e.SurveyAsked(remind_at=AT), "请客户打分"),
    (e.SurveyReminded(expires_at=AT), "提醒客户打分"),
    (e.SurveyExpired(), "客户没有打分，问卷作罢"),
    (e.Rated(by=WANG, speed=2, quality=3, comment="慢", is_low=True), "王老师 打分：速度 2，质量 3（低分）：慢"),
    (e.Commented(by=WANG, text="还行"), "王老师 评价：还行"),
    (e.CallMissed(by=LI, text="无人接听"), "小李 回访未接通：无人接听"),
    (e.CalledBack(by=LI, result="满意"), "小李 已回访：满意"),
    (ESCALATED, "响应快到期（2026-03-06 10:10:00 到期），已提醒 老张、小李"),
    (
        e.Escalated(
            clock=ClockKind.RESOLVE, rung=3, at=AT, told=(), tell=(), due_at=AT, skipped=(1, 2), late=LATE, is_repeat=True,
            is_breach=True,
        ),
        "解决超时（2026-03-06 10:00:00 到期），没有可提醒的人（再次），跳过阶梯 2, 3，提醒晚了 5 分钟",
    ),
    (e.Acknowledged(by=LI), "小李 收到提醒"),
    (e.NoticeGathered(called=(LI,)), "提醒太多，这一条没有单独发，和别的单合在一起说"),
    (e.Realigned(was=None, due_at=None), "核对时限：不用再看"),
    (
        e.Paused(by=LI, reason=WaitsFor.PARTS, need="主板到货", next_at=AT),
        "小李 暂停，等备件：主板到货；2026-03-06 10:00:00 再看",
    ),
    (e.PauseReminded(next_at=AT), "提醒还在等，下次 2026-03-06 10:00:00"),
    (e.Resumed(by=WANG), "王老师 使处理继续"),
    (
        e.Proposed(by=LI, clock="resolve", at=AT, reason="等备件"),
        "小李 请客户改解决到 2026-03-06 10:00:00：等备件",
    ),
    (
        e.AgreementGiven(by=WANG, clock="resolve", at=AT, consent="m7"),
        "王老师 同意约在 2026-03-06 10:00:00（消息 m7）",
    ),
    (e.AgreementRefused(by=WANG, at=AT), "王老师 不同意约在 2026-03-06 10:00:00"),
    (e.AnswerPromised(by=LI, at=AT), "小李 说好 2026-03-06 10:00:00 前答复"),
    (e.Answered(by=LI, text="可以", late=LATE), "小李 答复：可以，超时 5 分钟"),
    (e.OccurredAt(by=WANG, at=AT), "王老师 记下故障发生于 2026-03-06 10:00:00"),
    (e.Loaned(by=LI, model="M8", serial="SN1"), "小李 提供代用设备 M8（序列号 SN1）"),
    (e.Diagnosed(by=LI, text="主板坏"), "小李 诊断：主板坏"),
    (e.Reached(by=LI, what=Milestone.RECEIVED, text="硬盘"), "小李：收到故障件：硬盘"),
    (e.MajorDeclared(by=LI), "小李 宣布重大事件并指挥"),
    (e.Recovered(by=LI, text="备机接管"), "小李 报告恢复：备机接管"),
    (e.Dispatched(by=LI, to=ZHANG, note="带线"), "小李 派 老张 上门：带线"),
    (ce.FoundOutside(by=LI, text="自己买的打印机"), "小李 标为合同范围外：自己买的打印机"),
    (ce.Covered(by=LI, category="bug"), "小李 同意免费处理：bug"),
    (ce.Quoted(by=LI, text="按次收费"), "小李 报价：按次收费"),
    (ce.QuoteAnswered(by=WANG, is_given=True, consent="m8"), "王老师 同意收费（消息 m8）"),
    (ve.VisitOffered(by=LI, who=ZHANG, times=(AT,)), "小李 请客户选上门时间（老张）：2026-03-06 10:00:00"),
    (
        ve.VisitAgreed(by=WANG, consent="m9", appointment=Appointment(at=AT, who=ZHANG), clock="visit"),
        "王老师 选定 2026-03-06 10:00:00 上门（消息 m9）",
    ),
    (ie.Ticked(by=LI, steps=(1, 3)), "小李 完成预案第 1, 3 步"),
    (ie.ReportAsked(due_at=AT), "请指挥交当日汇报，2026-03-06 10:00:00 前"),
    (ie.ConsultCalled(by=LI, text="数据对不上", invited=(ZHANG,)), "小李 请 老张 会诊：数据对不上"),
    (ie.HelpSought(by=LI, text="网络", invited=(ZHANG,)), "小李 向 老张 求助：网络"),
    (ie.ConsultConcluded(by=LI, text="先回退"), "小李 会诊结论：先回退"),
    (ce.TurnedDown(by=LI, text="请联系原厂家"), "小李 谢绝：请联系原厂家"),
]  # fmt: skip


@pytest.fixture
def speaker() -> Speaker:
    return Speaker(lambda text: text, ZoneInfo("Asia/Shanghai"), AT)


@pytest.mark.parametrize(("event", "says"), LINES, ids=lambda each: type(each).__name__)
def test_an_event_is_told_in_one_line(event: e.AnyEvent, says: str, speaker: Speaker) -> None:
    assert line(event, speaker) == says


def test_every_event_is_among_them() -> None:
    assert {type(event) for event, _ in LINES} == set(get_args(e.AnyEvent))


def test_braces_that_people_type_stay(speaker: Speaker) -> None:
    assert line(e.Noted(by=LI, text="{by} {0}"), speaker) == "小李 记录：{by} {0}"


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "otherwise", "language"),
    [
        ("en", "zh", "zh", "zh", "en"),
        ("fr", "en", "zh", "zh", "en"),
        (None, "xx", "de,en-US;q=0.8,zh;q=0.5", "zh", "en"),
        (None, None, "en;q=0,zh-CN;q=0.1", "en", "zh"),
        (None, None, "en;q=x", "en", "en"),
        (None, None, "", "en", "en"),
        (None, None, "", "fr", "zh"),
    ],
)
def test_the_nearest_wish_decides_the_language(
    asked: str | None, remembered: str | None, accepted: str, otherwise: str, language: str
) -> None:
    assert pick_language(asked, remembered, accepted, otherwise) == language
