"""The commands that Telegram offers when somebody types a slash, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from telegram import Bot, BotCommand

# Only what customers need: staff know their words, and a long menu helps nobody.
_TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "report": "报障：转给工程师",
        "progress": "进度：查到哪一步了",
        "mine": "我的单：您在办的单",
        "human": "人工：找工程师",
        "sla": "服务承诺：多久响应、多久解决",
        "help": "帮助：能说些什么",
    },
    "en": {
        "report": "Report a problem to an engineer",
        "progress": "Where a ticket stands",
        "mine": "Your open tickets",
        "human": "Talk to an engineer",
        "sla": "How fast we respond and solve",
        "help": "What you can say",
    },
}


async def offer(bot: Bot, language: str) -> None:
    """Set the menu for both languages, and for everybody else the one of the bot.

    Raises:
        TelegramError: It was not taken.
    """
    await bot.set_my_commands(_commands(language if language in _TEXTS else "zh"))
    for code in _TEXTS:
        await bot.set_my_commands(_commands(code), language_code=code)


def _commands(language: str) -> list[BotCommand]:
    return [BotCommand(word, text) for word, text in _TEXTS[language].items()]
