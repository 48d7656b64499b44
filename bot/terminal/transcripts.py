"""Conversations as text files (`*.chat`): how they are read, and how what was said is held against what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from bot.store.faults import worded
from bot.tickets.errors import N_
from scheduler.lengths import parse_length

PRIVATE = "私聊"
ANYWHERE = "*"
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
KINDS_BROUGHT = {
    "图片": "picture",
    "语音": "voice",
    "视频": "video",
    "聊天记录": "forward",
}  # what a message may bring before its words
ONE_BROUGHT = re.compile(rf"\[({'|'.join(KINDS_BROUGHT)})\]")
BROUGHT = re.compile(rf"((?:{ONE_BROUGHT.pattern}\s*)+)(.*)", re.DOTALL)
_SAID = re.compile(r"^(?P<who>.+?)\s*(?:\s(?P<re>re)\s+(?P<about>\d+)\s*)?>\s?(?P<text>.*)$")
_PRESSED = re.compile(r"^(?P<who>.+?)\s+\[(?P<button>[^\]]+)\]\s*$")
_EXPECTED = re.compile(
    r"^(?:(?P<at>(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+|\d{4}-\d\d-\d\d\s+)?\d\d:\d\d)\s+)?(?P<room>[^<>]+?)\s*<\s?(?P<text>.*)$"
)


class TranscriptFault(Exception):
    """A line of a transcript cannot be understood. The text names the line and says what is expected; `said` in another language."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(worded(template, values))
        self._template = template
        self._values = values

    def said(self, translate: Callable[[str], str]) -> str:
        """Return the text in another language."""
        return worded(translate(self._template), self._values)


class SetClock(msgspec.Struct, frozen=True):
    """`@ 2026-03-06 16:45`."""

    at: datetime


class Say(msgspec.Struct, frozen=True):
    """A person writes in a room; `about` is the ticket of the bot's message that is quoted."""

    room: str
    person: str
    text: str
    about: int | None = None


class Press(msgspec.Struct, frozen=True):
    """A person presses a button of the bot's latest message in a room."""

    room: str
    person: str
    button: str


class Pass(msgspec.Struct, frozen=True):
    """`... 30m`."""

    length: timedelta


class Restart(msgspec.Struct, frozen=True):
    """`! restart`, or `! restart 40m` when the process was down for so long."""

    down: timedelta = timedelta()


class Added(msgspec.Struct, frozen=True):
    """`! added ROOM`: somebody takes the bot into a group; `! removed ROOM`: out of it."""

    room: str
    is_removed: bool = False


class Silenced(msgspec.Struct, frozen=True):
    """`! silent ROOM`: the platform lets the bot speak there only within five minutes after somebody has; `! free ROOM` ends it.

    With `! muted ROOM` and `! unmuted ROOM` the platform also tells of it.
    """

    room: str
    is_over: bool = False
    is_told: bool = False


class WithoutFiles(msgspec.Struct, frozen=True):
    """`! nofiles ROOM`: the platform refuses files in that room; `! nofiles *`: it has none at all."""

    room: str


class Happened(msgspec.Struct, frozen=True):
    """`! left ROOM PERSON`, `! joined ROOM PERSON`, or `! recalled ROOM PERSON`: they take back what they said last there."""

    what: str
    room: str
    person: str


class Rewritten(msgspec.Struct, frozen=True):
    """`! config other.toml`: the configuration file says from now on what that other one says; nobody has told the bot."""

    file: str


Action = SetClock | Say | Press | Pass | Restart | Added | Silenced | WithoutFiles | Happened | Rewritten


class Expectation(msgspec.Struct, frozen=True):
    """The bot says something in a room, or anywhere (`*`); `at` as written, empty when it does not matter."""

    line: int
    room: str
    text: str
    at: str = ""


class Block(msgspec.Struct, frozen=True):
    """An action and what the bot must say because of it."""

    line: int
    action: Action
    expected: tuple[Expectation, ...]


class Transcript(msgspec.Struct, frozen=True):
    """A conversation: its lines as written, the configuration it names, its blocks."""

    lines: tuple[str, ...]
    config: str | None
    blocks: tuple[Block, ...]


class Spoken(msgspec.Struct, frozen=True):
    """What the bot really said: where, when (local time), and whether time was passing."""

    room: str
    text: str
    at: datetime
    is_timed: bool


class Outcome(msgspec.Struct):
    """How a block went: expectations nothing met, messages nobody expected, and what each expectation was met by."""

    missing: list[Expectation] = msgspec.field(default_factory=list)
    unexpected: list[Spoken] = msgspec.field(default_factory=list)

    @property
    def is_well(self) -> bool:
        """True when exactly the expected was said."""
        return not self.missing and not self.unexpected


def parse(text: str, rooms: Collection[str], zone: ZoneInfo) -> Transcript:
    """Read a transcript; `rooms` are the known room names, which may contain spaces.

    Raises:
        TranscriptFault: A line cannot be understood.
    """
    lines = tuple(text.removeprefix("\ufeff").splitlines())
    config: str | None = None
    blocks: list[Block] = []
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        if stripped.startswith("config:") and not blocks:
            config = stripped.removeprefix("config:").strip()
            continue
        expectation = _expectation(stripped, number)
        if expectation is None:
            blocks.append(Block(number, _action(stripped, number, rooms, zone), ()))
        elif not blocks:
            raise TranscriptFault(
                N_("第 {line} 行：还没有人说话，机器人不会先开口。先写“@ 2026-03-06 16:45”和谁说了什么。"),
                line=number,
            )
        else:
            last = blocks[-1]
            blocks[-1] = Block(last.line, last.action, (*last.expected, expectation))
    if blocks and not isinstance(blocks[0].action, SetClock):
        raise TranscriptFault(
            N_("第 {line} 行：第一件事要先定时间，例：@ 2026-03-06 16:45"), line=blocks[0].line
        )
    return Transcript(lines, config, tuple(blocks))


def _expectation(line: str, number: int) -> Expectation | None:
    less, greater = line.find("<"), line.find(">")
    if less < 0 or (0 <= greater < less) or line.startswith(("@", "...", "…", "!")):
        return None
    found = _EXPECTED.match(line)
    if found is None:
        raise TranscriptFault(
            N_("第 {line} 行：看不懂“{text}”。例：育才群 < 已建单 *"), line=number, text=line
        )
    return Expectation(number, " ".join(found["room"].split()), _broken(found["text"]), found["at"] or "")


def _action(line: str, number: int, rooms: Collection[str], zone: ZoneInfo) -> Action:
    if line.startswith("@"):
        return SetClock(_moment(line[1:].strip(), number, zone))
    if line.startswith(("...", "…")):
        return Pass(_length(line.lstrip(".… "), number))
    if line.startswith("!"):
        word, _, down = line[1:].strip().partition(" ")
        if word in ("added", "removed") and down.strip():
            return Added(down.strip(), is_removed=word == "removed")
        if word in ("silent", "free", "muted", "unmuted") and down.strip():
            return Silenced(
                down.strip(), is_over=word in ("free", "unmuted"), is_told=word in ("muted", "unmuted")
            )
        if word == "nofiles" and down.strip():
            return WithoutFiles(down.strip())
        if word == "config" and down.strip():
            return Rewritten(down.strip())
        if word in ("left", "joined", "recalled") and down.strip():
            return Happened(word, *_room_and_person(down, number, rooms))
        if word != "restart":
            raise TranscriptFault(
                N_(
                    "第 {line} 行：只认识“! restart”“! restart 40m”“! added 群”“! removed 群”“! silent 群”“! free 群”“! muted 群”“! unmuted 群”“! nofiles 群”“! left 群 人”“! joined 群 人”“! recalled 群 人”“! config 文件”。"
                ),
                line=number,
            )
        return Restart(_length(down, number)) if down else Restart()
    if ">" not in line and (pressed := _PRESSED.match(line)):
        room, person = _room_and_person(pressed["who"], number, rooms)
        return Press(room, person, pressed["button"])
    said = _SAID.match(line)
    if said is None:
        raise TranscriptFault(
            N_("第 {line} 行：看不懂“{text}”。例：育才群 王老师 > 报障 打印机坏了"), line=number, text=line
        )
    room, person = _room_and_person(said["who"], number, rooms)
    return Say(room, person, _broken(said["text"]), int(said["about"]) if said["re"] else None)


def _length(text: str, number: int) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as fault:
        says = N_("第 {line} 行：时长“{text}”看不懂，应写成 45s、5m、2h、1h30m 或 2d")
        raise TranscriptFault(says, line=number, text=text) from fault


def _room_and_person(words: str, number: int, rooms: Collection[str]) -> tuple[str, str]:
    words = " ".join(words.split())
    room = next((name for name in sorted(rooms, key=len, reverse=True) if words.startswith(f"{name} ")), None)
    room = room or words.partition(" ")[0]
    person = words[len(room) :].strip()
    if not person:
        raise TranscriptFault(
            N_("第 {line} 行：要写群和人两样，例：育才群 王老师 > 报障 打印机坏了"), line=number
        )
    return (f"{PRIVATE} {person}" if room == PRIVATE else room), person


def _moment(text: str, number: int, zone: ZoneInfo) -> datetime:
    for form in ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    raise TranscriptFault(
        N_("第 {line} 行：时间看不懂“{text}”，应写成 2026-03-06 16:45"), line=number, text=text
    )


def _broken(text: str) -> str:
    r"""A line break is written as `\n`."""
    return text.strip().replace("\\n", "\n")


def compare(block: Block, spoken: Sequence[Spoken]) -> Outcome:
    """Hold what was said against what was expected: everything once, in order per room."""
    left = list(spoken)
    outcome = Outcome()
    for expectation in block.expected:
        found = _meeting(expectation, left)
        if found is None:
            outcome.missing.append(expectation)
        else:
            left.remove(found)
    outcome.unexpected = left
    return outcome


def _meeting(expectation: Expectation, left: Iterable[Spoken]) -> Spoken | None:
    """Return the message that meets an expectation: the next one of its room, or any for `*`."""
    for message in left:
        if expectation.room == ANYWHERE:
            if _is_like(expectation, message):
                return message
        elif message.room == expectation.room:
            return message if _is_like(expectation, message) else None
    return None


def _is_like(expectation: Expectation, message: Spoken) -> bool:
    if expectation.at and stamp(message.at, expectation.at) != " ".join(expectation.at.split()):
        return False
    pattern = ".*".join(re.escape(part) for part in expectation.text.split("*"))
    return re.fullmatch(pattern, message.text.strip(), re.DOTALL) is not None


def stamp(at: datetime, like: str = "Mon 09:15") -> str:
    """Return a local time in the form of another one: `09:15`, `Mon 09:15` or `2026-03-09 09:15`."""
    clock = f"{at:%H:%M}"
    if " " not in like:
        return clock
    if like[:1].isdigit():
        return f"{date(at.year, at.month, at.day).isoformat()} {clock}"
    return f"{_WEEKDAYS[at.weekday()]} {clock}"


def written(message: Spoken) -> str:
    """Return the line of a transcript that expects exactly this message."""
    text = message.text.strip().replace("\n", "\\n")
    line = f"{message.room} < {text}"
    return f"{stamp(message.at)} {line}" if message.is_timed else line


def updated(transcript: Transcript, spoken: Sequence[Sequence[Spoken]]) -> list[str]:
    """Return the lines of a transcript with expectations that were not met replaced by what was said.

    Expectations that were met stay as they are written, with their `*`.
    """
    lines = list(transcript.lines)
    drop: set[int] = set()
    after: dict[int, list[str]] = {}
    for block, said in zip(transcript.blocks, spoken, strict=True):
        if compare(block, said).is_well:
            continue
        drop.update(expectation.line for expectation in block.expected)
        left = list(block.expected)
        kept: list[str] = []
        for message in said:
            met = next((expected for expected in left if _meeting(expected, [message]) is not None), None)
            if met is not None:
                left.remove(met)
            kept.append(lines[met.line - 1] if met else written(message))
        after[block.line] = kept
    result: list[str] = []
    for number, line in enumerate(lines, 1):
        if number not in drop:
            result.append(line)
        result.extend(after.get(number, ()))
    return result
