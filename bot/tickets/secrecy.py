"""What is done when a customer says a password before the others in their group: it is hidden, and they hear so once per ticket."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import site_events as se
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.speaker import Speaker

HIDDEN: Final = "•••••"  # nobody types these, so the archive itself says where something was hidden
_BEFORE_THE_CUSTOMER: Final = (Place.ASKER, Place.CUSTOMER)


def hides(event: e.AnyEvent) -> bool:
    """Say whether something is hidden in what was said."""
    match event:
        case (
            e.Opened(text=text)
            | e.Supplemented(text=text)
            | e.Urged(text=text)
            | e.Reopened(text=text)
            | e.Commented(text=text)
            | je.Joined(text=text)
            | se.RemoteAnswered(text=text)
        ):
            return HIDDEN in text
        case _:
            return False


def with_warning(said: Sequence[Message], after: Ticket, speaker: Speaker) -> list[Message]:
    """Return what is said, with the advice to whoever told a secret: below the answer they get, or by itself."""
    text = _advice(after, speaker)
    place = next((index for index, each in enumerate(said) if each.to in _BEFORE_THE_CUSTOMER), None)
    if place is None:
        return [*said, Message(to=Place.ASKER, text=text)]
    answer = said[place]
    return [*said[:place], replace(answer, text=f"{answer.text}\n{text}"), *said[place + 1 :]]


def _advice(after: Ticket, speaker: Speaker) -> str:
    if after.owner is None:
        return speaker.say(
            N_("⚠️ 密码、证件号请等工程师接单后私聊发给他，群里那条建议撤回；我已在记录中打码。")
        )
    return speaker.say(
        "⚠️ 密码、证件号请私聊发给 {owner}，群里那条建议撤回；我已在记录中打码。", owner=after.owner
    )
