"""Which message of the bot is quoted: DingTalk names it by what sending gave back, else by its words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from adapters.contract import Outgoing
from adapters.remembered import RememberedValues
from adapters.said import Said
from adapters.values import identity, part, word

_MOST: Final = 10_000
_LONGEST_KEY: Final = 256
_DEEPEST: Final = 12  # of the elements of a card
_MOST_WORDS: Final = 20  # pieces of one card that are looked at


class Spoken:
    """What the bot has said lately, by every name under which DingTalk may tell of it again."""

    def __init__(self) -> None:
        self._said = Said()
        self._numbers = RememberedValues[str, str](_MOST)  # by what DingTalk called it when it was sent

    def remember(self, message: Outgoing, number: str, *shown: str, key: str = "") -> None:
        """Note what was said, in the words that were shown; `key` is what DingTalk calls it, where it says so."""
        self._said.remember(message.room, number, message.text, *shown)
        if key:
            self._numbers.note(key, number)

    def number_of(self, room: str, body: Mapping[str, Any]) -> str | None:
        """Return our id of what a message quotes; None when it quotes nothing, or nothing of the bot.

        What was said before the last start is known by DingTalk's name alone, and that is our id of all but cards.
        """
        key = word(body, "originalProcessQueryKey")[:_LONGEST_KEY]
        if key in self._numbers:
            return self._numbers.get(key, None)
        for words in quoted(body):
            if number := self._said.number_of(room, words):
                return number
        return key or None


def quoted(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the words of what a message quotes, whichever shape they have; none where a person said them."""
    replied = part(body.get("text"), "repliedMsg")
    author, robot = identity(part(replied, "senderId")), identity(body.get("chatbotUserId"))
    if author and robot and author != robot:
        return ()
    content = part(replied, "content")
    found = [word(content, "text"), word(content, "content")]
    pieces = part(content, "richText")
    found.append("".join(word(each, "text") or word(each, "content") for each in _list(pieces)))
    for words in _in_card(part(content, "cardContent"), 0):
        found.append(words)
        if len(found) > _MOST_WORDS:
            break
    return tuple(words for words in found if words)


def _in_card(element: Any, depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(element, list):
        for each in element:
            yield from _in_card(each, depth + 1)
    elif isinstance(element, dict):
        yield word(element, "value")
        yield from _in_card(element.get("children"), depth + 1)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
