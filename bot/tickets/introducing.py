"""How whoever comes is introduced beforehand, so that the customer knows them at the door: staff number, phone, photo."""

from __future__ import annotations

from bot.tickets.model import Party
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker

_SHOWN_BEHIND = 4
_HIDDEN = 4  # before those; who is called by it still knows it again


def introduced(who: Party, speaker: Speaker, rules: Rules) -> str:
    """Return a name with what proves it: 小周（工号 0231，139****6666）; the name alone where nothing else is known."""
    about = described(who, speaker, rules)
    return speaker.say("{who}（{about}）", who=who, about=about) if about else who.name


def described(who: Party, speaker: Speaker, rules: Rules) -> str:
    """Return what proves a name, without it; empty where nothing is known."""
    card = rules.cards.get(who.id)
    if card is None:
        return ""
    number = speaker.say("工号 {number}", number=card.staff_number) if card.staff_number else ""
    return speaker.say("，").join(filter(None, (number, masked(card.phone))))


def pictured(who: Party, speaker: Speaker, rules: Rules) -> str:
    """Return a line with the link to a photo, empty where there is none."""
    card = rules.cards.get(who.id)
    return speaker.say("\n照片：{link}", link=card.photo) if card is not None and card.photo else ""


def masked(phone: str) -> str:
    """Return a phone number without four digits of its middle; empty for an extension, of which too little would be left."""
    digits = [at for at, sign in enumerate(phone) if sign.isdecimal()]
    if len(digits) < _SHOWN_BEHIND + _HIDDEN:
        return ""
    hidden = set(digits[-_SHOWN_BEHIND - _HIDDEN : -_SHOWN_BEHIND])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(phone))
