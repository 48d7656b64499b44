"""Whether this machine and a platform agree on the time: signed callbacks are refused when they do not, and promises are kept wrongly."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from adapters.contract import Finding
from adapters.wording import say

TOLERATED: Final = timedelta(minutes=1)  # callbacks are refused beyond five


def compared(theirs: datetime | None, ours: datetime, platform: str) -> list[Finding]:
    """Return one finding about the clocks, or none when the platform did not say what time it is."""
    if theirs is None or theirs.tzinfo is None:
        return []
    apart = ours - theirs
    if abs(apart) <= TOLERATED:
        return [Finding(say("时钟"), True, say("与{platform}一致", platform=platform))]
    direction = say("快") if apart > timedelta() else say("慢")
    seconds = round(abs(apart).total_seconds())
    says = say(
        "本机比{platform}{direction} {seconds} 秒：时限会算错，回调会被当作重放拒绝。请打开系统的自动校时（NTP）。",
        platform=platform, direction=direction, seconds=seconds,
    )  # fmt: skip
    return [Finding(say("时钟"), False, says)]


def time_of(date: str) -> datetime | None:
    """Return the instant of a `Date` header; None when it is none."""
    try:
        return parsedate_to_datetime(date)
    except (TypeError, ValueError, OverflowError):
        return None
