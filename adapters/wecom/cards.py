"""Template cards of WeCom with buttons: a text, what can be touched below it, and what comes back; pure."""

from __future__ import annotations

import hashlib
from typing import Any, Final

from adapters.contract import Outgoing

MARK: Final = "card:"  # begins the id of a message that is a card
EVENT: Final = "template_card_event"
LONGEST_COMMAND: Final = 200

# What WeCom recommends at most; it cuts what is longer where it shows it, so that a longer text is said as one.
_TITLE: Final = 26
_TEXT: Final = 112
_LABEL: Final = 10
_MOST_BUTTONS: Final = 6


def number_of(message: Outgoing) -> str:
    """Return by what WeCom knows the card of a message: the same for every attempt, so that it is not shown twice."""
    return hashlib.blake2b(message.key.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def fits(message: Outgoing) -> bool:
    """Say whether a message has something to touch and can be read as a card as a whole."""
    commands = {button.command for button in message.buttons}
    return (
        0 < len(message.buttons) <= _MOST_BUTTONS
        and len(commands) == len(message.buttons)
        and all(len(button.label) <= _LABEL and button.command for button in message.buttons)
        and bool(message.text.strip())
        and len(_parted(message.text)[1]) <= _TEXT
    )


def card(message: Outgoing, number: str) -> dict[str, Any]:
    """Return a message as a card. Its texts are no markup, so nothing in them is read as any."""
    title, text = _parted(message.text)
    return {
        "card_type": "button_interaction",
        **({"main_title": {"title": title}} if title else {}),  # one of the two must be there, and none empty
        **({"sub_title_text": text} if text else {}),
        "task_id": number,
        "button_list": [
            {"text": button.label, "style": 1 if index == 0 else 2, "key": button.command}
            for index, button in enumerate(message.buttons)
        ],
    }


def number_in(platform_id: str) -> str:
    """Return the number of a card from the id of its message; empty when the message is none."""
    return platform_id.removeprefix(MARK) if platform_id.startswith(MARK) else ""


def is_command(value: str) -> bool:
    """Say whether what came back with a press can be what one of our buttons stands for."""
    return 0 < len(value) <= LONGEST_COMMAND


def _parted(text: str) -> tuple[str, str]:
    """Return the heading of a card, where the first line is short enough for one, and what stands below."""
    first, _, rest = text.partition("\n")
    if 0 < len(first) <= _TITLE:
        return first, rest
    return "", text
