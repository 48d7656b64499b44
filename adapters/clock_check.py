"""Whether this machine and a platform agree on the time: signed callbacks are refused when they do not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from adapters.contract import Finding

_TOLERATED: Final = timedelta(minutes=2)  # callbacks are refused beyond five


def compared(theirs: datetime | None, ours: datetime, platform: str) -> list[Finding]:
    """Return one finding about the clocks, or none when the platform did not say what time it is."""
    if theirs is None:
        return []
    apart = abs(ours - theirs)
    if apart <= _TOLERATED:
        return [Finding("时钟", True, f"与{platform}一致")]
    minutes = apart / timedelta(minutes=1)
    return [
        Finding("时钟", False, f"与{platform}相差 {minutes:.0f} 分钟，回调会被拒绝。请打开本机的自动校时。")
    ]
