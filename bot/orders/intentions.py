"""Intentions: the step of a ticket that a typed command asks for."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time
from typing import Literal

from msgspec.structs import replace

from bot.asks import Result
from bot.commands import Command
from bot.conversation.tellings import addition
from bot.hearing import Hearing
from bot.meaning.moments import EXAMPLES, day_at_start, moment_at_start, morning_at_start
from bot.meaning.results import told
from bot.meaning.short_answers import scores
from bot.rooms.directory import Directory
from bot.tickets import coverage_steps as cs
from bot.tickets import incident_steps as ins
from bot.tickets import ledger_steps as ls
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.coverage import is_undecided
from bot.tickets.errors import Phrase, TicketError
from bot.tickets.kinds import Milestone, WaitsFor
from bot.tickets.levels import level_at_start
from bot.tickets.model import Improvement, Party, Ticket
from bot.tickets.rules import Rules
from bot.vocabulary import Word

_CALL_WORDS = ("电话", "已电话", "打了电话", "致电", "已致电", "call", "phone", "called")
_MISSED = re.compile(
    r"未接|[没无](?:有)?人?接|不接|[没不]通|占线|忙音|关机|停机|空号|没联系上|联系不上|missed|no (?:answer|reply)|busy|voice ?mail|unreachable|did(?:n['’]t| not) (?:answer|pick up)",
    re.IGNORECASE,
)
_REACHED = re.compile(
    r"(?<![没不])通了|接受|满意|同意|沟通|说明|答应|回电|reached|accept|agree|spoke|happy", re.IGNORECASE
)
_WAITS = {
    WaitsFor.CUSTOMER: ("等客户", "等用户", "customer", "waiting for the customer"),
    WaitsFor.THIRD_PARTY: ("等第三方", "等厂家", "等厂商", "third_party", "waiting for a third party"),
    WaitsFor.PARTS: ("等备件", "等配件", "等货", "parts", "waiting for parts"),
}
_REASON = re.compile("(" + "|".join(word for words in _WAITS.values() for word in words) + ")", re.IGNORECASE)
_ONLY_AN_ANSWER = re.compile(
    r"(?:的)?(?:回复|答复|反馈|回话|回信|消息|回音|(?:to )?(?:reply|answer))[了啊。.]*", re.IGNORECASE
)
_ONLY_COMES = re.compile(r"(?:才|能|会)?(?:到货?|来|送到|发到|到位)[了啊。.]*")  # 等货 周五到
_EXCUSE = re.compile(r"(不可抗力|照计|force[ _]majeure|counts)", re.IGNORECASE)
_UNSOLVED = re.compile(r"^(?:未|没有?)(?:解决|修好|处理完)[\s,，:：]*|^unsolved[\s,:]*", re.IGNORECASE)
_ONLY_A_VERB = 2  # letters: 换, 再来
_MILESTONES = {
    Word.RECEIVE: Milestone.RECEIVED,
    Word.ORDER: Milestone.ORDERED,
    Word.GIVE_BACK: Milestone.RETURNED,
    Word.REPLACE: Milestone.REPLACED,
}
_LENT = re.compile(  # 备机 1024 已送到 M8 SN8812
    r"^(?:(?:已经?)?(?:送到|送达|送过去|提供|换上|装上|接上|给他们|用上)了?[\s,，:：]*)"
)
_BY = re.compile(r"^(?:之前|以前|前)\s*")
_CALLED = re.compile(
    r"(?:我)?(?:已经?|刚才?|都)?(?:(?:给|跟|和|与).{1,8}?)?(?:打(?:过|了|完)个?电话|(?:电话|微信)(?:里)?(?:联系|沟通|说|问|聊)|联系(?:上|过|了)|通(?:过|了)电话|致电)|(?:我)?已经?联系|called\b|spoke (?:to|with)\b",
    re.IGNORECASE,
)
_BETTER_BY = {
    **dict.fromkeys(("改善", "改善项", "改善措施", "改进", "improvement", "improve"), "text"),
    **dict.fromkeys(("责任", "责任人", "负责", "负责人", "owner", "who"), "owner"),
    **dict.fromkeys(("期限", "限期", "完成时间", "due", "by"), "due"),
}
_BETTER = re.compile(
    rf"(?:^|(?<=[\s,，。;；]))({'|'.join(sorted(_BETTER_BY, key=len, reverse=True))})\s*[:：]\s*",
    re.IGNORECASE,
)
_DONE_BY = time(18)  # of the day that is named
_CLAUSES = re.compile(r"[,，;；。\n]+")
_LONGEST_MISSED = 24  # "打了三次都没人接，晚上再打"; what is longer tells how the call went


def step_of(hearing: Hearing, command: Command, ticket: Ticket, directory: Directory, rules: Rules) -> s.Step:
    """Return the step that a command asks for.

    Raises:
        TicketError: Something it needs was not written; the text shows an example.
    """
    by, rest = hearing.by, command.rest
    match command.word:
        case Word.CLAIM:
            _be_for_oneself(hearing, command, ticket, directory)
            return s.Claim(by)
        case Word.ASSIST if is_undecided(ticket):
            return cs.Cover(by, rest)
        case Word.QUOTE:
            return cs.Quote(by, rest)
        case Word.OUTSIDE:
            return cs.PutOutside(by, rest)
        case Word.TURN_DOWN:
            return cs.TurnDown(by, rest)
        case Word.ASSIST:
            return s.Assist(by)
        case Word.ARRIVE:
            return s.Arrive(by)
        case Word.HAND_OVER:
            return s.HandOver(by, *_colleague(hearing, command, ticket, directory))
        case Word.REASSIGN:
            return s.Reassign(by, *_colleague(hearing, command, ticket, directory))
        case Word.ACCEPT:
            return s.Accept(by)
        case Word.DECLINE:
            return s.Decline(by, rest)
        case Word.NOTE:
            return s.Note(by, _required(command, ticket), rest.lower().startswith(_CALL_WORDS))
        case Word.UPDATE:
            return s.Update(by, _required(command, ticket))
        case Word.SUPPLEMENT:
            return addition(by, _required(command, ticket), hearing.now, rules.zone)
        case Word.URGE:
            return s.Urge(by, rest)
        case Word.WITHDRAW:
            return s.Withdraw(by)
        case Word.RESOLVE:
            found = told(rest, Result(ticket=ticket.number), is_command=True) or Result(ticket=ticket.number)
            is_whole = ticket.kind.ends_in_one_word and not (found.cause or found.method)
            method = rest if is_whole else found.method
            return s.Resolve(by, found.cause, method, found.prevention)
        case Word.REOPEN:
            return s.Reopen(by, rest)
        case Word.UNDO:
            return s.Undo(by, is_named=command.number is not None)
        case Word.RATE:
            return s.Rate(by, *_scores(command, ticket))
        case Word.CHANGE_LEVEL | Word.KEEP_LEVEL:
            return _level(by, command, ticket, rules)
        case Word.ACKNOWLEDGE:
            return s.Acknowledge(by)
        case Word.PAUSE:
            return _pause(hearing, command, ticket, rules)
        case Word.RESUME:
            return s.Resume(by)
        case Word.AGREE:
            at, reason = _moment(hearing, command, ticket, rules)
            return s.Propose(by, at, reason)
        case Word.PROMISE_ANSWER:
            return s.PromiseAnswer(by, _moment(hearing, command, ticket, rules)[0])
        case Word.ANSWER:
            return s.Answer(by, _required(command, ticket))
        case Word.OCCUR:
            return s.Occur(by, _moment(hearing, command, ticket, rules)[0])
        case Word.LEND:
            _required(command, ticket)
            model, _, serial = _required(replace(command, rest=_LENT.sub("", rest)), ticket).partition(" ")
            return s.Lend(by, model, serial.strip())
        case Word.DIAGNOSE:
            return s.Diagnose(by, _required(command, ticket))
        case Word.WORK_AROUND:
            return s.Reach(by, Milestone.WORKED_AROUND, _required(command, ticket))
        case word if word in _MILESTONES:
            return s.Reach(by, _MILESTONES[word], rest)
        case Word.DISPATCH:
            on_site = re.compile(r"^(?:现场|上门|onsite)\s*")
            written = replace(command, rest=on_site.sub("", command.rest))
            return s.Dispatch(by, *_colleague(hearing, written, ticket, directory))
        case Word.MAJOR:
            return s.DeclareMajor(by, rest)
        case Word.CONSULT:
            return _consult(hearing, rest, directory)
        case Word.SEEK_HELP:
            return ins.SeekHelp(by, rest)
        case Word.CONCLUDE:
            return ins.Conclude(by, rest)
        case Word.RECOVER if ticket.commander is None and ticket.waiting is not None:
            return s.Resume(by)
        case Word.RECOVER:
            return s.Recover(by, rest)
        case Word.REMOTE:
            return ss.AskRemote(by)
        case Word.DEPART:
            return ss.Depart(by)
        case Word.LEAVE_SITE:
            return _leaving(hearing, rest, rules)
        case Word.NOBODY_CAME:
            return ss.MissSomebody(by)
        case Word.DAY_REPORT:
            return ss.ReportDay(by, rest)
        case Word.ASSET:
            return ls.NameAsset(by, serial_of(rest))
        case Word.EXCUSE:
            return _excuse(hearing, command, ticket)
        case Word.CALLBACK:
            outcome: Literal["reached", "missed"] = "missed" if is_missed(rest) else "reached"
            better = improvement_of(rest, hearing, directory, rules) if outcome == "reached" else None
            return s.Report(by, _required(command, ticket), outcome, better)
        case _:
            raise ValueError(f"{command.word} is no step")


def _be_for_oneself(hearing: Hearing, command: Command, ticket: Ticket, directory: Directory) -> None:
    """Refuse `接单 1024 老张` from anybody else: it would make them the owner."""
    named = directory.called_at_start(command.rest, hearing.mentions) if command.rest else None
    if named is not None and named[0] != hearing.by and not named[1].strip():
        raise TicketError(
            "接单由本人来：请 {who} 回“接单 {number}”；经理可以“改派 {number} @{who} 原因”。",
            number=ticket.number,
            who=named[0],
        )


def is_missed(result: str) -> bool:
    """Say whether a call reached nobody, by its result: `没人接`, `打了两次都没通`."""
    is_short = len(result) < _LONGEST_MISSED
    return is_short and _MISSED.search(result) is not None and not _REACHED.search(result)


def improvement_of(result: str, hearing: Hearing, directory: Directory, rules: Rules) -> Improvement | None:
    """Return what is to be done better, `改善:午间双人值班 责任:老张 期限:6-20`; whoever called answers for it where nobody is named.

    Raises:
        TicketError: Nobody is called so, or by when is missing.
    """
    labels = list(_BETTER.finditer(result))
    if not labels:
        return None
    ends = [each.start() for each in labels[1:]] + [len(result)]
    parts = {
        _BETTER_BY[each[1].lower()]: result[each.end() : end].strip(" \t\r\n,，;；。")
        for each, end in zip(labels, ends, strict=True)
    }
    if not parts.get("text"):
        return None
    named = parts.get("owner", "").lstrip("@＠")
    found = directory.called_at_start(named, hearing.mentions) if named else (hearing.by, "")
    day = day_at_start(parts.get("due", ""), hearing.now, rules.zone)
    due_at = datetime.combine(day, _DONE_BY, rules.zone) if day is not None else None
    if found is None or due_at is None or due_at <= hearing.now:
        raise TicketError("改善项要写明谁、哪天前，例：改善:午间双人值班 责任:老张 期限:6-20")
    return Improvement(text=parts["text"], owner=found[0], due_at=due_at)


def tells_of_a_call(note: str) -> bool:
    """Say whether a note tells that the customer was reached: `打过电话了，下午去`, `已联系李老师`."""
    return _CALLED.match(note) is not None and not is_missed(note)


def _consult(hearing: Hearing, rest: str, directory: Directory) -> ins.Consult:
    """`@老张 @小周 主备切换后数据对不上`: who is asked besides, and what about."""
    named: list[Party] = []
    while rest.lstrip().startswith(("@", "＠")) and (
        found := directory.called_at_start(rest, hearing.mentions)
    ):
        named.append(found[0])
        rest = found[1]
    return ins.Consult(hearing.by, rest, tuple(named))


def _leaving(hearing: Hearing, rest: str, rules: Rules) -> ss.LeaveSite:
    """`未解决 矩阵主板坏，已报备件，明天10点前换`: the cause, the plan, and by when, in clauses."""
    told = _UNSOLVED.sub("", rest)
    clauses = [each for part in _CLAUSES.split(told) if (each := part.strip())]
    if len(clauses) == 1 and not told.isascii():
        clauses = told.split()  # 扫码头坏 已下单 周五下午换
    next_at, said = None, []
    for clause in clauses:
        found = moment_at_start(clause, hearing.now, rules.zone) if next_at is None else None
        if found is None:
            said.append(clause)
            continue
        next_at = found[0]
        rest_of = _BY.sub("", found[1])
        is_told = len(rest_of) > _ONLY_A_VERB or len(said) < 2
        said.extend(
            [rest_of] if rest_of and is_told else []
        )  # 明天10点换: that it goes on then is said anyway
    return ss.LeaveSite(hearing.by, said[0] if said else "", "，".join(said[1:]), next_at)


def serial_of(text: str) -> str:
    """Return a serial number as labels show it: without spaces, in capitals."""
    return unicodedata.normalize("NFKC", text).upper().replace("序列号", "").strip(" ,:：").partition(" ")[0]


def _excuse(hearing: Hearing, command: Command, ticket: Ticket) -> ls.Excuse:
    found = _EXCUSE.match(command.rest)
    if found is None:
        raise TicketError(
            "请写明是不可抗力还是照计，例：标记 {number} 不可抗力 供电局停电通知；标记 {number} 照计",
            number=ticket.number,
        )
    is_excused = found[1] not in ("照计", "counts")
    return ls.Excuse(hearing.by, command.rest[found.end() :].strip(" ,，:："), is_excused)


def _colleague(hearing: Hearing, command: Command, ticket: Ticket, directory: Directory) -> tuple[Party, str]:
    found = directory.called_at_start(command.rest, hearing.mentions)
    if found is None:
        raise TicketError(
            "请写明交给谁，例：{name} {number} @同事 说明",
            name=command.spec.called(hearing.origin.language),
            number=ticket.number,
        )
    return found


def _pause(hearing: Hearing, command: Command, ticket: Ticket, rules: Rules) -> s.Pause:
    """`等客户 需要…`, `等备件 明天10点 主板到货`; reason, time and need in this order."""
    found = _REASON.match(command.rest)
    if found is None:
        raise TicketError(
            "请写明等谁，例：暂停 {number} 等客户 需要提供设备序列号；暂停 {number} 等备件 明天10点 主板到货",
            number=ticket.number,
        )
    reason = next(waits for waits, words in _WAITS.items() if found[1].lower() in words)
    rest = command.rest[found.end() :].strip(" ,，:：")
    if reason is WaitsFor.CUSTOMER and _ONLY_AN_ANSWER.fullmatch(rest):
        rest = ""  # what for is not said: 等客户回复
    moment = moment_at_start(rest, hearing.now, rules.zone) or morning_at_start(rest, hearing.now, rules.zone)
    if moment is None or reason is WaitsFor.CUSTOMER:
        return s.Pause(hearing.by, reason, rest)
    need = "" if _ONLY_COMES.fullmatch(moment[1]) else moment[1]
    return s.Pause(hearing.by, reason, need, moment[0])


def _moment(hearing: Hearing, command: Command, ticket: Ticket, rules: Rules) -> tuple[datetime, str]:
    found = moment_at_start(command.rest, hearing.now, rules.zone)
    if found is None:
        example = Phrase(command.spec.example, {"number": ticket.number})
        raise TicketError(
            "请写上时间，例：{example}（{others} 都可以）", example=example, others=Phrase(EXAMPLES)
        )
    return found


def _scores(command: Command, ticket: Ticket) -> tuple[int, int, str]:
    found = scores(command.rest)
    if found is None:
        raise TicketError("评分是两个 1 到 5 的数：速度 质量。例：评分 {number} 5 4", number=ticket.number)
    return found


def _level(by: Party, command: Command, ticket: Ticket, rules: Rules) -> s.ChangeLevel:
    policy = rules.policies.get(ticket.policy)
    is_kept = command.word is Word.KEEP_LEVEL
    if is_kept and (not command.rest or policy is None):
        return s.ChangeLevel(by, ticket.level_before, "")
    if not command.rest:
        raise TicketError("请写明级别和原因，例：改级 {number} 二级 仅教师端受影响", number=ticket.number)
    level, reason = level_at_start(policy, command.rest.replace("，", " "), may_be_number=True)
    return s.ChangeLevel(by, level.id if level else command.rest, "" if is_kept else reason)


def _required(command: Command, ticket: Ticket) -> str:
    if not command.rest:
        example = Phrase(command.spec.example, {"number": ticket.subject or ticket.number})
        raise TicketError("请写上内容，例：{example}", example=example)
    return command.rest
