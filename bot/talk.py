"""What was said a moment ago in a room: who talks with whom, and what somebody began to say.

A memory of the last lines only. It says how words are meant and is never what a promise rests on, so a restart may forget it.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec
from msgspec.structs import replace

from bot.commands import parse
from bot.hearing import Hearing
from bot.meaning.deciding import announces
from bot.meaning.said_secrets import answer_hidden, may_be_one
from bot.meaning.sentence import Sentence
from bot.tickets.model import Party
from faq.text import fold, is_noise, is_thanks, looks_like_question, looks_like_trouble, only_calls_out

_LINES, _ROOMS = 12, 1000
_TALKING = timedelta(minutes=10)  # how long staff and whom they talked to are in conversation
_SOON = timedelta(minutes=3)  # what is told this soon after a question of the bot belongs to it
_IN_ONE_BREATH = timedelta(seconds=45)  # two messages of one person within this may be one sentence
_PIECES = 3  # in which somebody begins a sentence
_MOST_TOLD, _LEAST_TOLD, _LEAST_LINE = 5, 4, 3  # messages of what is told before 帮看下, and letters
_ONLY_CALLS = Sentence(  # 帮看下
    r"(?:谁|有人|麻烦|请|能不能|能|可以|快)*(?:帮(?:我|忙|我们)*(?:看看|看一?下|瞧瞧|处理一?下|弄一?下|解决一?下|修一?下)|(?:看看|看一?下)(?:这个|怎么回事|什么情况)|(?:这个?)?(?:怎么办|咋办|咋整|怎么弄|咋弄|怎么回事|咋回事))(?:吗|啊|呀|呢|吧|谢谢)*|(?:can you |please )*(?:help|have a look|take a look)(?: please)?"
)
_LAUGHS = ("呵", "哈", "嘿", "嘻")
_LONGEST_START, _LONGEST_END = 30, 15  # letters of its two halves


class Line(msgspec.Struct, frozen=True):
    """One message. `calls` are the accounts it mentions."""

    at: datetime
    account: str
    message: str
    text: str
    calls: tuple[str, ...]
    by: Party
    is_staff: bool
    is_to_bot: bool
    is_answer: bool = False  # to a question of the bot


# Asked of every line, with every message.
_message, _is_staff = attrgetter("message"), attrgetter("is_staff")


class Talk:
    """Remembers the last lines of each room. A redelivery changes nothing."""

    def __init__(self) -> None:
        self._rooms: OrderedDict[str, deque[Line]] = OrderedDict()

    def note(self, hearing: Hearing) -> None:
        """Remember a message of a group."""
        if hearing.is_private:
            return
        origin = hearing.origin
        lines = self._rooms.get(origin.address)
        if lines is None:
            lines = self._rooms[origin.address] = deque(maxlen=_LINES)
        self._rooms.move_to_end(origin.address)
        if len(self._rooms) > _ROOMS:
            self._rooms.popitem(last=False)
        if origin.message in map(_message, lines):
            return
        lines.append(
            Line(
                hearing.now, origin.account, origin.message, hearing.text, hearing.mentions,
                hearing.by, hearing.role.is_staff, hearing.is_addressed,
            )
        )  # fmt: skip

    def with_answer_hidden(self, hearing: Hearing) -> Hearing:
        """Return what a customer says in a group without the password that somebody, or they themselves, spoke of just before."""
        if hearing.is_private or hearing.role.is_staff or not may_be_one(hearing.text):
            return hearing
        before = next(iter(self._before(hearing, _SOON)), None)
        if before is None:
            return hearing
        is_own = before.account == hearing.origin.account
        text = answer_hidden(hearing.text, before.text, by_themselves=is_own)
        return hearing if text == hearing.text else replace(hearing, text=text)

    def answered(self, hearing: Hearing) -> None:
        """Remember that a message was an answer to the bot: it is over, and begins no sentence."""
        lines = self._rooms.get(hearing.origin.address, deque[Line]())
        for place, line in enumerate(lines):
            if line.message == hearing.origin.message:
                lines[place] = replace(line, is_answer=True)

    def is_called_by_staff(self, hearing: Hearing) -> bool:
        """Say whether staff have just called whoever speaks, by mention or by name."""
        return _calls(self._before(hearing, _TALKING), hearing)

    def is_with_staff(self, hearing: Hearing) -> bool:
        """Say whether staff have just spoken to whoever speaks: by name, or as the next after them."""
        if not any(map(_is_staff, self._rooms.get(hearing.origin.address, ()))):
            return False  # mostly it is customers among themselves
        lines = self._before(hearing, _TALKING)
        place = next((place for place, line in enumerate(lines) if line.is_staff and not line.calls), None)
        if place is not None:
            before = next((line for line in lines[place:] if not line.is_staff), None)
            if before is not None and before.account == hearing.origin.account:
                return True
        return _calls(lines, hearing)

    def last_customer(self, hearing: Hearing) -> str | None:
        """Return the account of the customer who spoke last before somebody, lately."""
        lines = self._before(hearing, _TALKING)
        return next((line.account for line in lines if not line.is_staff), None)

    def said_before(self, hearing: Hearing, what: Callable[[str], bool]) -> bool:
        """Say whether whoever speaks has said to the bot such a thing a moment before."""
        return any(
            line.account == hearing.origin.account and line.is_to_bot and what(line.text)
            for line in self._before(hearing, _TALKING)
        )

    def has_ordered(self, hearing: Hearing, since: datetime) -> bool:
        """Say whether whoever speaks has given a command here since an instant."""
        own = hearing.origin.account
        lines = self._before(hearing, hearing.now - since)
        return any(line.account == own and line.at > since and parse(line.text) is not None for line in lines)

    def has_just_said(self, hearing: Hearing, what: Callable[[str], bool]) -> bool:
        """Say whether whoever speaks has said such a thing here a moment before, to whomever."""
        return any(
            line.account == hearing.origin.account and what(line.text)
            for line in self._before(hearing, _TALKING)
        )

    def follows(self, hearing: Hearing, person: str) -> bool:
        """Say whether somebody speaks right after another person, with nobody's words in between."""
        before = self.line_before(hearing)
        return before is not None and before.by.id == person

    def line_before(self, hearing: Hearing) -> Line | None:
        """Return what was said here right before, lately, by whomever."""
        return next(iter(self._before(hearing, _TALKING)), None)

    def own_line_before(self, hearing: Hearing, within: timedelta) -> Line | None:
        """Return what whoever speaks said here last, if that was within a length of time."""
        own = hearing.origin.account
        return next((line for line in self._before(hearing, within) if line.account == own), None)

    def last_staff(self, hearing: Hearing) -> str | None:
        """Return which of the staff spoke last before whoever speaks, lately; None when a customer did."""
        if not any(map(_is_staff, self._rooms.get(hearing.origin.address, ()))):
            return None  # mostly it is customers among themselves
        others = (line for line in self._before(hearing, _TALKING) if line.account != hearing.origin.account)
        last = next(others, None)
        return last.by.id if last is not None and last.is_staff else None

    def is_quiet(self, hearing: Hearing, since: datetime | None = None) -> bool:
        """Say whether nobody else has spoken here since an instant, or within the last minutes: what is said answers nobody."""
        lines = self._before(hearing, _SOON)
        return all(
            line.account == hearing.origin.account or (since is not None and line.at <= since)
            for line in lines
        )

    def echoed(self, hearing: Hearing, says_the_same: Callable[[str], bool]) -> str | None:
        """Return whose words somebody joins in with who has the same; None when these are no report, or their own."""
        if not says_the_same(hearing.text):
            return None
        line = _joined_with(self._before(hearing, _TALKING), says_the_same)
        is_own = line is None or line.account == hearing.origin.account
        return None if line is None or is_own or announces(line.text) else line.account

    def has_joined(self, hearing: Hearing, says_the_same: Callable[[str], bool]) -> str | None:
        """Return whose words somebody joined in with by the last they said here; None when they did not."""
        lines = self._before(hearing, _TALKING)
        own = next((at for at, line in enumerate(lines) if line.account == hearing.origin.account), None)
        if own is None or not says_the_same(lines[own].text):
            return None
        line = _joined_with(lines[own + 1 :], says_the_same)
        return None if line is None or line.account == hearing.origin.account else line.account

    def of_one_mind(
        self, hearing: Hearing, account: str, says_the_same: Callable[[str], bool]
    ) -> tuple[Line, ...]:
        """Return the words of somebody with which others have joined in since, and theirs, one line of each."""
        lines = self._before(hearing, _TALKING)
        found: dict[str, Line] = {}
        for at, line in enumerate(lines):
            if line.is_staff or not says_the_same(line.text):
                continue
            first = _joined_with(lines[at + 1 :], says_the_same)
            if first is not None and first.account == account != line.account:
                found[account], found[line.account] = first, line
        return tuple(reversed(found.values()))

    def is_of_others(self, hearing: Hearing) -> bool:
        """Say whether somebody else has just told of a trouble, so that a guess at what is wrong is said to them."""
        return any(
            line.account != hearing.origin.account and not line.is_staff and looks_like_trouble(line.text)
            for line in self._before(hearing, _TALKING)[:_PIECES]
        )

    def whole(self, hearing: Hearing) -> str:
        """Return what is said together with its beginning, when the same person sent that a moment before by itself.

        `我们教室的投影` and then `打不开了` is one report in two messages.
        """
        said = fold(hearing.text)
        if len(said) > _LONGEST_END or not looks_like_trouble(hearing.text):
            return hearing.text
        whole, begun = hearing.text, hearing.now
        for line in self._before(hearing, _IN_ONE_BREATH * _PIECES)[:_PIECES]:
            is_start = line.account == hearing.origin.account and begun - line.at <= _IN_ONE_BREATH
            if not is_start or not _is_a_start(line):
                break
            gap = " " if whole.isascii() else ""
            whole, begun = f"{line.text}{gap}{whole}", line.at
        return whole

    def called_for(self, hearing: Hearing) -> str:
        """Return what whoever calls the bot with nothing but 帮看下 has just told, in as many messages as it took; else nothing."""
        if not hearing.is_addressed or not only_calls(hearing.text):
            return ""
        told: list[str] = []
        is_apart = False
        for line in self._before(hearing, _SOON):
            if line.account != hearing.origin.account and not line.is_staff:
                is_apart = True  # others may have told of troubles of their own
                continue
            if line.is_staff or line.is_answer or line.is_to_bot or line.calls:
                break
            if len(fold(line.text)) >= _LEAST_LINE and not (is_noise(line.text) or is_thanks(line.text)):
                told.append(line.text)
        said = "，".join(reversed(told[:_MOST_TOLD]))
        is_sure = looks_like_trouble(said) or not is_apart
        return said if is_sure and len(fold(said)) >= _LEAST_TOLD else ""

    def told_since(self, hearing: Hearing, since: datetime, asked: str, more: str) -> str:
        """Return what was told since an instant besides what was asked, once each, and what is told now."""
        told = (*self.added_since(hearing, since), more)
        return "；".join(
            dict.fromkeys(each for each in told if each and fold(each) != fold(asked) and not is_thanks(each))
        )

    def added_since(self, hearing: Hearing, since: datetime) -> tuple[str, ...]:
        """Return what whoever speaks has told soon after an instant, oldest first, without what asks or thanks."""
        until = since + _SOON
        return tuple(
            line.text
            for line in reversed(self._before(hearing, hearing.now - since))
            if since < line.at <= until and line.account == hearing.origin.account and _is_a_detail(line)
        )

    def _before(self, hearing: Hearing, within: timedelta) -> list[Line]:
        """Return the lines of the room before this one, newest first."""
        since, own = hearing.now - within, hearing.origin.message
        found: list[Line] = []
        for line in reversed(self._rooms.get(hearing.origin.address, ())):
            if line.message == own:
                found.clear()  # what came after it; there is some when it is delivered again
            elif line.at < since:
                break
            else:
                found.append(line)
        return found


def _joined_with(lines: Sequence[Line], says_the_same: Callable[[str], bool]) -> Line | None:
    """Return the words, newest first, that whoever says "me too" after them means: those of a customer that tell something."""
    return next(
        (
            line
            for line in lines
            if not (line.is_staff or is_noise(line.text) or is_thanks(line.text) or says_the_same(line.text))
        ),
        None,
    )


def _calls(lines: list[Line], hearing: Hearing) -> bool:
    """Say whether staff call whoever speaks in some lines."""
    name, account = hearing.by.name, hearing.origin.account
    return any(
        line.is_staff and (account in line.calls or (len(name) > 1 and name in line.text)) for line in lines
    )


def only_calls(text: str) -> bool:
    """Say whether words ask for help and say nothing else: 帮忙看看."""
    return _ONLY_CALLS.fullmatch(text) is not None


def tells(text: str) -> bool:
    """Say whether words tell something: they neither ask nor thank, and are more than a sign."""
    return not (is_noise(text) or is_thanks(text) or looks_like_question(text) or only_calls_out(text))


def _is_a_detail(line: Line) -> bool:
    is_short = len(fold(line.text)) <= _LONGEST_START
    is_said_on = not (line.is_to_bot or line.calls or announces(line.text))
    return is_short and is_said_on and tells(line.text) and parse(line.text) is None


def _is_a_start(line: Line) -> bool:
    return (
        _is_a_detail(line)
        and not line.is_answer
        and not looks_like_trouble(line.text)
        and not line.text.lstrip().startswith(_LAUGHS)
    )
