"""What people are told of a platform's quota that is nearly used up, on the board and by `shouwen doctor`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from bot.delivery.quotas import Quotas, Use


class Says(Protocol):
    """Whatever says a text in somebody's language."""

    def say(self, template: str, **values: object) -> str:
        """Return the text."""
        ...


class Warned(msgspec.Struct, frozen=True):
    """One quota that is nearly used up; `is_spent` when nothing is left of it."""

    adapter: str
    says: str
    is_spent: bool


def warnings(
    quotas: Mapping[str, Quotas], room_name: Callable[[str], str], now: datetime, voice: Says
) -> Iterator[Warned]:
    """Yield what is nearly used up; `room_name` knows what people call a room by its address."""
    for adapter, of_it in quotas.items():
        for use in of_it.nearly_spent(now):
            where = room_name(use.room) if use.room else adapter
            yield Warned(adapter, _said(use, where, voice), use.used >= use.quota.most)


def _said(use: Use, where: str, voice: Says) -> str:
    say, most, used = voice.say, use.quota.most, use.used
    if used >= most and use.quota.span > timedelta(hours=1):
        return say(
            "{room}：平台一天只让发 {most} 条，已用完；催办改发值班群，其余等额度恢复。",
            room=where,
            most=most,
        )
    if used >= most:
        return say(
            "{room}：平台一小时只让发 {most} 条，已用完；催办改发值班群，其余等额度恢复。",
            room=where,
            most=most,
        )
    if use.quota.span > timedelta(hours=1):
        return say(
            "{room}：这一天发了 {used} 条，平台只让发 {most} 条；最后一成只留给催办。",
            room=where,
            used=used,
            most=most,
        )
    return say(
        "{room}：这一小时发了 {used} 条，平台只让发 {most} 条；最后一成只留给催办。",
        room=where,
        used=used,
        most=most,
    )
