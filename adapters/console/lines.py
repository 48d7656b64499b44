"""The lines of a conversation as they are typed and printed, in the syntax of transcripts; pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from adapters.contract import Button

PRIVATE: Final = "私聊"  # stands where the name of a room would, before the name of a person

_SAYS = re.compile(r"(?P<head>\S.*?) [>＞](?: (?P<text>.*))?")
_PRESSES = re.compile(r"(?:(?P<head>\S.*?) )?\[(?P<label>[^\[\]]+)\]")
_QUOTING = re.compile(r"(?P<person>.+?) re (?P<quotes>\S+)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Speaker(msgspec.Struct, frozen=True):
    """Who speaks where, by name. `room` is None in a private chat."""

    room: str | None
    person: str


class Says(msgspec.Struct, frozen=True):
    """A text, perhaps quoting the bot's latest message with some word in it. No speaker: whoever spoke last."""

    speaker: Speaker | None
    text: str
    quotes: str | None = None


class Presses(msgspec.Struct, frozen=True):
    """A button of one of the bot's messages. No speaker: whoever spoke last."""

    speaker: Speaker | None
    label: str


class NoSuchRoom(msgspec.Struct, frozen=True):
    """A line that looks like somebody speaking in a room that does not exist."""

    name: str


def understand(line: str, rooms: Collection[str]) -> Says | Presses | NoSuchRoom:
    """Read one line that is not blank.

    `育才群 王老师 > 打不开`, `育才群 老张 re 1024 > 我看一下`, `值班群 老张 [接单]`, `私聊 老张 > 在吗`;
    anything else is a text of whoever spoke last.
    """
    line = line.strip()
    if (pressed := _PRESSES.fullmatch(line)) and pressed["head"] is None:
        return Presses(None, pressed["label"])
    if said := _SAYS.fullmatch(line):
        return _said(line, said["head"], (said["text"] or "").strip(), rooms)
    if pressed and (speaker := _speaker(pressed["head"], rooms)):
        return Presses(speaker, pressed["label"])
    return Says(None, line)


def _said(line: str, head: str, text: str, rooms: Collection[str]) -> Says | NoSuchRoom:
    speaker = _speaker(head, rooms)
    if speaker is not None:
        if quoting := _QUOTING.fullmatch(speaker.person):
            return Says(Speaker(speaker.room, quoting["person"]), text, quoting["quotes"])
        return Says(speaker, text)
    room, *person = head.split()
    # Two words before the sign are meant as room and person; one word, or a whole sentence, is just text.
    return NoSuchRoom(room) if len(person) == 1 else Says(None, line)


def _speaker(head: str, rooms: Collection[str]) -> Speaker | None:
    for room in sorted(rooms, key=len, reverse=True):
        if head.startswith(f"{room} ") and (person := head[len(room) :].strip()):
            return Speaker(room, person)
    if head.startswith(f"{PRIVATE} ") and (person := head[len(PRIVATE) :].strip()):
        return Speaker(None, person)
    return None


def shown(place: str, text: str, buttons: Sequence[Button] = ()) -> str:
    """Return what is printed for a message of the bot: its first line after the place, the others indented."""
    lines = _CONTROL.sub("\ufffd", text).split("\n")
    if buttons:
        lines.append(" ".join(f"[{button.label}]" for button in buttons))
    return f"{place} < " + "\n    ".join(lines) + "\n"
