"""What a typed command says besides its word: other tickets, a day, nothing, or that it is ordinary speech."""

from __future__ import annotations

import re

from bot.commands import Command
from bot.hearing import Hearing
from bot.moments import is_day
from bot.vocabulary import Word, may_use

_DIGITS = re.compile(r"\d{3,9}")
_ONLY_NUMBERS = re.compile(r"[\s,，、和及/#]*\d{3,9}(?:[\s,，、和及/#]+\d{3,9})*")
_OF_SEVERAL = (Word.CLAIM, Word.WITHDRAW, Word.URGE, Word.PROGRESS)
_AT_ONCE = 8  # tickets besides the first


def more(command: Command) -> tuple[int, ...]:
    """Return the other tickets of `接单 1001 1002`, `撤单 1001 1002`."""
    is_several = command.word in _OF_SEVERAL and _ONLY_NUMBERS.fullmatch(command.rest) is not None
    found = dict.fromkeys(int(each) for each in _DIGITS.findall(command.rest)) if is_several else {}
    return tuple(each for each in found if each != command.number)[:_AT_ONCE]


def stands_alone(command: Command) -> bool:
    """Say whether nothing follows a word but the day it asks about: `值班 后天`."""
    return not command.rest or (command.word is Word.ON_DUTY and is_day(command.rest))


def is_before_customers(hearing: Hearing, command: Command) -> bool:
    """Say whether a word may be meant for the customers who read it, and not for the bot."""
    return not (hearing.is_for_staff or hearing.is_addressed or command.is_marked)


def is_sure(hearing: Hearing, command: Command) -> bool:
    """Tell `1024 接单` from a sentence to the other side that begins with a number: `1024 恢复 了，请您看看`."""
    return may_use(command.spec, hearing.role) and (hearing.is_for_staff or not command.rest)
