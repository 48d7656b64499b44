"""What a typed command says besides its word: other tickets, a day, nothing, or that it is ordinary speech."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.commands import BETWEEN, Command
from bot.hearing import Hearing
from bot.meaning.moments import is_day
from bot.vocabulary import Word, may_use

_NEXT: Final = re.compile(
    r"[\s,，、和及跟与/&#]*(?<!\d)(\d{3,9})(?![\d.:：-])(?!\s*(?:教室|[室房号楼班年月元块人台个名位份张次天]|打印机|复印机|一体机|硒鼓|墨盒|路由器|交换机|型号))"
)
_ALONE: Final = (
    Word.CLAIM,
    Word.WITHDRAW,
    Word.URGE,
    Word.PROGRESS,
)  # nothing but numbers is said with these
# The same words hold for each ticket that is named. Others take a number of their own: a serial, a time, another ticket.
_FREE: Final = (  # anything may be told
    Word.RESOLVE,
    Word.UPDATE,
    Word.NOTE,
    Word.ANSWER,
    Word.LEAVE_SITE,
    Word.RECOVER,
    Word.REOPEN,
    Word.DIAGNOSE,
    Word.WORK_AROUND,
    Word.RECEIVE,
    Word.ORDER,
    Word.GIVE_BACK,
    Word.REPLACE,
)
_WITH_WORDS: Final = (
    *_FREE,
    Word.UNDO,
    Word.PAUSE,
    Word.RESUME,
    Word.HAND_OVER,
    Word.REASSIGN,
    Word.ACCEPT,
    Word.DECLINE,
    Word.ASSIST,
    Word.ACKNOWLEDGE,
    Word.CHANGE_LEVEL,
    Word.DISPATCH,
    Word.DEPART,
    Word.ARRIVE,
)  # fmt: skip
AT_ONCE: Final = 9  # tickets that a customer may name: each is answered by itself, in their group


def others(command: Command) -> tuple[tuple[int, str], ...]:
    """Return the numbers that follow the first one, each with the words that would follow it.

    Of a word that takes none they are all there is: `接单 1001 1002`, `撤单 1001 1002`. Otherwise whoever asks sees which of
    them are tickets: `更新 1001 1002 配件到了`, but `更新 1001 302 的线换了`.
    """
    found = tuple(_numbers(command.rest))
    if command.word in _ALONE:
        return tuple((number, "") for number, _ in found) if found and not found[-1][1] else ()
    return found if command.word in _WITH_WORDS else ()


def _numbers(rest: str) -> Iterator[tuple[int, str]]:
    end = 0
    while (found := _NEXT.match(rest, end)) is not None:
        end = found.end()
        yield int(found[1]), rest[end:].lstrip(BETWEEN)


def may_be_words(command: Command) -> bool:
    """Say whether a number that is no ticket may be what is told, and not a ticket that is not there."""
    return command.word in _FREE


def stands_alone(command: Command) -> bool:
    """Say whether nothing follows a word but the day it asks about: `值班 后天`."""
    return not command.rest or (command.word is Word.ON_DUTY and is_day(command.rest))


def is_before_customers(hearing: Hearing, command: Command) -> bool:
    """Say whether a word may be meant for the customers who read it, and not for the bot."""
    return not (hearing.is_for_staff or hearing.is_addressed or command.is_marked)


def is_sure(hearing: Hearing, command: Command) -> bool:
    """Tell `1024 接单` from a sentence to the other side that begins with a number: `1024 恢复 了，请您看看`."""
    return may_use(command.spec, hearing.role) and (hearing.is_for_staff or not command.rest)
