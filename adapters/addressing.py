"""Whom a typed text is for: the bot's name at its start, and people called in it by `@name`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from adapters.contract import KnownPerson, Mention

# What people and chat clients leave between a name and the words for it. QQ and WeChat put odd spaces there,
# of which U+200B and its kin are no spaces to Python.
_BETWEEN = " \t\r\n\u00a0\u2005\u200b\u200c\u200d\u2060\u3000\ufeff,，、:：;；!！~～"
_AT_SIGNS = "@＠"
_SAID_OF_IT = re.compile(  # 小首说的对, 小首真快: people talk about the bot, not to it
    r"(?:刚才|刚刚|上面|上次|昨天|又|还|也|都)*(?:(?:回?答|回复|说|讲|教)(?:[的得过了对]|是)|(?:说|讲)没说|的(?:回?答案?|回复|话|意思|建议|办法|方法|说法)"
    r"|(?:真|挺|好|太|超|蛮)(?:的|是|厉害|聪明|快|棒|好|笨|傻|慢|行)|是个?机器人|这个?机器人)"
)


def addressed(text: str, bot_name: str) -> tuple[bool, str]:
    """Return whether a text starts with the bot's name, and the text without it.

    `@小首 打印不出来`, `＠小首打印不出来` and `小首，打印不出来` are all said to 小首; upper and lower case are the same.
    A Latin name ends where its word ends, so `bottle` is not said to `bot`; `小首说的对` is said about it, unless it is called with
    an @. A text for nobody comes back unchanged.
    """
    name = bot_name.strip()
    if not name:
        return False, text
    rest = _without_name(text, name)
    if rest is None:
        return False, text
    while (shorter := _without_name(rest, name)) is not None:
        rest = shorter
    return True, rest


def without_calls(text: str, bot_name: str) -> str:
    """Return a text without the bot's name behind an @, wherever it stands: there it only calls the bot."""
    name = bot_name.strip()
    if not name:
        return text
    end = r"(?![A-Za-z0-9_])" if _is_latin(name[-1]) else ""
    called = re.compile(rf"[{_AT_SIGNS}]\s?{re.escape(name)}{end}[ \u2005\u00a0]*", re.IGNORECASE)
    return called.sub("", text).strip()


def _without_name(text: str, name: str) -> str | None:
    start = text.lstrip(_BETWEEN)
    is_called = start[:1] in _AT_SIGNS and start != ""
    if is_called:
        start = start[1:].lstrip()
    end = len(name)
    if start[:end].casefold() != name.casefold() or _goes_on(name, start[end : end + 1]):
        return None
    if not is_called and _SAID_OF_IT.match(start, end):
        return None
    return start[end:].lstrip(_BETWEEN).rstrip()


def _goes_on(name: str, following: str) -> bool:
    """Say whether a Latin name would end in the middle of a longer word."""
    return _is_latin(name[-1]) and bool(following) and _is_latin(following)


def _is_latin(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "_")


def mentioned(text: str, people: Iterable[KnownPerson]) -> tuple[Mention, ...]:
    """Return the known people whom a text calls by `@name`, in the order of the text.

    For platforms where a mention is only typed. Of two names that start alike the longer one is meant.
    """
    plain = text.replace("＠", "@")
    by_name = {person.name: person for person in people if person.name}
    names = sorted(by_name, key=len, reverse=True)
    found: dict[str, Mention] = {}
    position = plain.find("@")
    while position >= 0:
        name = next((name for name in names if plain.startswith(name, position + 1)), None)
        if name is not None:
            found.setdefault(name, Mention(name, by_name[name].account))
        position = plain.find("@", position + 1)
    return tuple(found.values())
