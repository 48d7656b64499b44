"""How it reads in the history of a ticket that several people report the same."""

from __future__ import annotations

from typing import assert_never

from bot.tickets import joint_events as je
from bot.tickets.speaker import Speaker


def joint_line(event: je.JointEvent, speaker: Speaker) -> str:
    """Return one line for an event."""
    say = speaker.say
    match event:
        case je.Joined(by=by, text=text):
            return say("{by} 报同样的问题：{text}", by=by, text=text)
        case je.Parted(by=by):
            return say("{by} 不再跟进", by=by)
        case je.Vouched(by=by):
            return say("{by} 说好了", by=by)
        case je.Absorbed(by=by, reporters=reporters):
            numbers = tuple(dict.fromkeys(f"{each.number}" for each in reporters))
            return say("{by} 并入 {numbers}", by=by, numbers=numbers)
        case je.Released(ticket=ticket):
            return say("{number} 分出去了", number=ticket)
        case je.Merged(by=by, into=into):
            return say("{by} 把它并入 {into}", by=by, into=into)
        case je.Split(by=by, was=was):
            if by is None:
                return say("和 {was} 分开", was=was)
            return say("{by} 把它和 {was} 分开", by=by, was=was)
        case _:
            assert_never(event)
