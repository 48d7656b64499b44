"""Notes for promises about many tickets together: which device, and what does not count."""

from __future__ import annotations

from typing import assert_never

from bot.tickets import ledger_events as le
from bot.tickets import ledger_steps as ls
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.ownership import manager_named
from bot.tickets.rules import Role, Rules
from bot.tickets.voices import Voices

FORCE_MAJEURE = "force_majeure"


def decided(ticket: Ticket, step: ls.LedgerStep, rules: Rules) -> list[le.LedgerEvent]:
    """Return what is noted; nothing where it was noted before.

    Raises:
        TicketError: It is not for this person, or something is missing.
    """
    number = ticket.number
    if not rules.role(step.by).is_staff:
        raise NotTheirs("{number} 由工程师来记；序列号直接引用我的消息说就行。", number=number)
    match step:
        case ls.NameAsset(by=by, serial=serial, earlier=earlier, demand=demand):
            if not serial:
                raise TicketError("请写序列号，例：设备 {number} SN5521", number=number)
            if serial in ticket.assets:
                return []
            return [le.AssetNamed(by=by, serial=serial, earlier=earlier, demand=demand)]
        case ls.Excuse(by=by, evidence=evidence, is_excused=is_excused):
            if not rules.role(by).is_manager:
                raise NotTheirs("不可抗力由 {manager} 来认定。", manager=manager_named(rules), number=number)
            if is_excused and not evidence:
                raise TicketError("请写上证据，例：标记 {number} 不可抗力 供电局停电通知", number=number)
            reason = FORCE_MAJEURE if is_excused else ""
            return [] if ticket.excuse == reason else [le.Excused(by=by, reason=reason, evidence=evidence)]
        case _:
            assert_never(step)


def noticed(event: le.LedgerEvent, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the answer to whoever noted it; what the contract asks for now is told to the managers alone."""
    number = after.number
    match event:
        case le.AssetNamed(serial=serial, earlier=earlier, demand=demand):
            text = voices.asker.say("{number} 记下设备 {serial}。", number=number, serial=serial)
            if earlier:
                text = voices.asker.say(
                    "{number} 记下设备 {serial}，以前修过：{numbers}。",
                    number=number, serial=serial, numbers=tuple(f"{each}" for each in earlier),
                )  # fmt: skip
            said = [Message(to=Place.ASIDE, text=text)]
            if demand:
                told = voices.duty.say(
                    "📌 设备 {serial} 第 {count} 次故障（{numbers}），合同约定：{demand}。",
                    serial=serial, count=len(earlier) + 1, demand=demand,
                    numbers=tuple(f"{each}" for each in (*earlier, number)),
                )  # fmt: skip
                managers = rules.with_role(Role.MANAGER)[:1]
                said.extend(Message(to=each, text=told, mentions=(each,)) for each in managers)
            return said
        case le.Excused(reason=reason):
            template = N_("{number} 记为不可抗力，不计入次数。") if reason else N_("{number} 照常计入次数。")
            return [Message(to=Place.ASIDE, text=voices.asker.say(template, number=number))]
        case _:
            assert_never(event)
