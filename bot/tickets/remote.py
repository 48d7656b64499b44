"""Help from afar: the customer is asked first, their yes is kept with the message that said it, and what is cleared up afterwards."""

from __future__ import annotations

from datetime import datetime

from bot.asks import Remote, Suggestion
from bot.tickets import events as e
from bot.tickets import first_words
from bot.tickets import site_events as se
from bot.tickets import site_steps as ss
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.permits import be_staff
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices

ASKED, ALLOWED, REFUSED = "remote_asked", "remote_allowed", "remote_refused"  # in what happened to a ticket
_RESOLVED = "resolved"
_STAGE = "remote"


def is_asked(ticket: Ticket) -> bool:
    """Say whether the customer has still to say yes or no."""
    asked = _latest(ticket, ASKED)
    answered = max(_latest(ticket, ALLOWED), _latest(ticket, REFUSED))
    return asked > answered


def is_allowed(ticket: Ticket) -> bool:
    """Say whether the customer has agreed since the ticket was solved last."""
    return _latest(ticket, ALLOWED) > max(_latest(ticket, REFUSED), _latest(ticket, _RESOLVED))


def _latest(ticket: Ticket, name: str) -> float:
    return max((at.timestamp() for at in ticket.happened.get(name, ())), default=0.0)


def asked(ticket: Ticket, step: ss.AskRemote, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the question to the customer; where there is none to ask, words said before them are no more than words.

    Raises:
        TicketError: The customer has agreed already, or the contract promises other ways of helping only.
    """
    be_staff(step.by, ticket, rules)
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    is_left_out = level is not None and bool(level.stages) and _STAGE not in level.stages
    if step.text and (is_left_out or is_allowed(ticket)):
        return first_words.said(ticket, step.by, step.text, now, rules)
    if is_left_out:
        raise TicketError("{number} 合同不含远程。", number=ticket.number)
    if is_allowed(ticket):
        raise TicketError("{number} 客户已同意远程。", number=ticket.number)
    word = first_words.first_word(ticket, step.by, step.text, now, rules)
    return [*word, se.RemoteAsked(by=step.by)]


def answered(ticket: Ticket, step: ss.AnswerRemote, rules: Rules) -> list[e.AnyEvent]:
    """Return the customer's yes or no.

    Raises:
        TicketError: They are not asked, or not any more.
    """
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来定。", number=ticket.number, requester=ticket.requester)
    if not is_asked(ticket):
        raise TicketError("{number} 现在没有等您同意的远程。", number=ticket.number)
    return [se.RemoteAnswered(by=step.by, is_given=step.is_given, consent=step.message, text=step.text)]


def noticed(event: se.RemoteAsked | se.RemoteAnswered, after: Ticket, voices: Voices) -> list[Message]:
    """Return the question, or what both sides read of the answer."""
    number, customer, duty = after.number, voices.customer.say, voices.duty.say
    if isinstance(event, se.RemoteAsked):
        text = customer(
            "{number} {by} 申请远程协助。@{who} 同意请回 1，现在不方便回 2（可写时间）。",
            number=number, by=event.by, who=after.requester,
        )  # fmt: skip
        buttons = (Button(customer("同意"), "1"), Button(customer("不方便"), "2"))
        about = Remote(ticket=number)
        return [
            Message(to=Place.CUSTOMER, text=text, mentions=(after.requester,), buttons=buttons, about=about)
        ]
    called = (after.owner,) if after.owner else ()
    names = "".join(f" @{each.name}" for each in called)
    if event.is_given:
        told = customer("{number} 已记录同意远程（{time}）。", number=number, time=voices.customer.now)
        inside = duty("🤝 {number} {by} 同意远程。", number=number, by=event.by)
    else:
        told = customer("好的，{number} 先不远程，方便时说一声就行。", number=number)
        inside = duty("{number} {by} 现在不方便远程。", number=number, by=event.by)
        inside += duty("说：{text}", text=event.text) if event.text else ""
    return [
        Message(to=Place.CUSTOMER, text=told),
        Message(to=Place.DUTY, text=inside + names, mentions=called),
    ]


def cleared_up(by: Party, before: Ticket | None, after: Ticket, speaker: Speaker) -> list[Message]:
    """Return the question to whoever solved it whether nothing was left open, where they were let in."""
    if before is None or not is_allowed(before):
        return []
    done = speaker.say("远程工具已关闭，数据已备份")
    text = speaker.say(
        "☑ @{by} {number} 做过远程：{done}？都做了回 1，别的情况回“记录 {number} …”。",
        by=by, number=after.number, done=done,
    )  # fmt: skip
    about = Suggestion(command=f"/note {after.number} {done}")
    return [Message(to=Place.ASIDE, text=text, mentions=(by,), about=about)]
