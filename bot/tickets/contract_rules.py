"""How the end of contracts is watched: when a word is said ahead, to whom, and how long somebody may take to decide afterwards."""

from __future__ import annotations

from datetime import time, timedelta

import msgspec

from scheduler.validity import NOTICE_DAYS


class ContractRules(msgspec.Struct, frozen=True, kw_only=True):
    """`tell` are roles or ids of people; `decide_within` is working time of `calendar`, whose working days notices keep to."""

    notice_days: tuple[int, ...] = NOTICE_DAYS
    at: time = time(9)
    tell: tuple[str, ...] = ("manager",)
    calendar: str = "always"
    decide_within: timedelta = timedelta(hours=8)
