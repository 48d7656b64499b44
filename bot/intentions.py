"""Intentions: the step of a ticket that a typed command asks for."""

from __future__ import annotations

from bot.commands import Command, Word, resolution_fields, scores
from bot.directory import Directory
from bot.hearing import Hearing
from bot.tickets import steps as s
from bot.tickets.errors import Phrase, TicketError
from bot.tickets.levels import level_at_start
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules

_CALL_WORDS = ("电话", "已电话", "打了电话", "致电", "已致电", "call", "phone", "called")
_MISSED_WORDS = ("未接", "没接", "打不通", "没打通", "无人接", "missed", "no answer")
_LONGEST_MISSED = 12  # "没接，晚上再打"; what is longer tells how the call went


def step_of(hearing: Hearing, command: Command, ticket: Ticket, directory: Directory, rules: Rules) -> s.Step:
    """Return the step that a command asks for.

    Raises:
        TicketError: Something it needs was not written; the text shows an example.
    """
    by, rest = hearing.by, command.rest
    match command.word:
        case Word.CLAIM:
            return s.Claim(by)
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
            return s.Supplement(by, _required(command, ticket))
        case Word.URGE:
            return s.Urge(by)
        case Word.WITHDRAW:
            return s.Withdraw(by)
        case Word.RESOLVE:
            fields = resolution_fields(rest)
            return s.Resolve(by, fields["cause"], fields["method"], fields["prevention"])
        case Word.REOPEN:
            return s.Reopen(by, rest)
        case Word.UNDO:
            return s.Undo(by)
        case Word.RATE:
            return s.Rate(by, *_scores(command, ticket))
        case Word.CHANGE_LEVEL | Word.KEEP_LEVEL:
            return _level(by, command, ticket, rules)
        case Word.CALLBACK:
            is_missed = any(word in rest.lower() for word in _MISSED_WORDS) and len(rest) < _LONGEST_MISSED
            return s.Report(by, _required(command, ticket), "missed" if is_missed else "reached")
        case _:
            raise ValueError(f"{command.word} is no step")


def _colleague(hearing: Hearing, command: Command, ticket: Ticket, directory: Directory) -> tuple[Party, str]:
    found = directory.called_at_start(command.rest, hearing.mentions)
    if found is None:
        raise TicketError(
            "请写明交给谁，例：{name} {number} @同事 说明",
            name=command.spec.called(hearing.origin.language),
            number=ticket.number,
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
