"""From a solved ticket to the draft of an answer: what was asked and what helped, without what must not become knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.lessons import Proposed, Stage
from bot.meaning.masking import masked
from bot.tickets.endings import is_none
from bot.tickets.kinds import Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from faq.text import fold

_MOST_ALIASES = 5
_LONGEST_QUESTION = 120
_TEACHING = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)


def can_teach(ticket: Ticket) -> bool:
    """Say whether a ticket has an answer in it: it is solved, and what for is known."""
    is_over = ticket.status in (Status.SOLVED, Status.CLOSED)
    return ticket.kind in _TEACHING and is_over and ticket.resolution is not None


def drafted(
    ticket: Ticket, speaker: Speaker, names: Iterable[str], similar: Sequence[str] = ()
) -> Proposed | None:
    """Return the draft of an answer; None when a ticket has none, or nothing is left of its words.

    `similar` are further wordings of the same question; those that say the same are left out.
    """
    done = ticket.resolution
    if not can_teach(ticket) or done is None or ticket.owner is None:
        return None
    known = (*names, ticket.requester.name, ticket.owner.name, *(helper.name for helper in ticket.helpers))
    question = masked(_first_line(ticket.text), known)[:_LONGEST_QUESTION].rstrip("。.，, ")
    cause, method, prevention = (
        "" if is_none(part) else masked(part, known).rstrip("。. ")
        for part in (done.cause, done.method, done.prevention)
    )
    if not fold(question) or not method:
        return None
    parts = [speaker.say("原因：{text}。", text=cause)] if cause else []
    parts.append(speaker.say("处理：{text}。", text=method))
    parts += [speaker.say("注意：{text}。", text=prevention)] if prevention else []
    return Proposed(
        ticket=ticket.number,
        question=question,
        answer=("" if speaker.language == "zh" else " ").join(parts),
        author=ticket.owner,
        aliases=_distinct(question, similar),
        customer=ticket.customer or None,
        stage=Stage.OFFERED,
    )


def known_names(rules: Rules) -> tuple[str, ...]:
    """Return the names of everybody and every customer that the configuration knows."""
    return (*(party.name for party in rules.staff.values()), *rules.customers.values())


def _first_line(text: str) -> str:
    return " ".join(text.split())


def _distinct(question: str, similar: Sequence[str]) -> tuple[str, ...]:
    seen, kept = {fold(question)}, []
    for wording in similar:
        if (folded := fold(wording)) and folded not in seen:
            seen.add(folded)
            kept.append(wording)
    return tuple(kept[:_MOST_ALIASES])
