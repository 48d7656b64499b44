"""When engineers come to customers: between which hours, on which days, how soon and for how long."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from scheduler.calendar import Window, parse_window


class VisitRules(msgspec.Struct, frozen=True, kw_only=True):
    """`hours` hold on the working days of `calendar`, unless the contract has hours of its own (`work_window`)."""

    is_offered: bool = True  # with 派单, where no arrival by a certain time is promised
    hours: Window = msgspec.field(default_factory=lambda: parse_window("08:00-18:00"))
    calendar: str = "always"
    lead: timedelta = timedelta(hours=1)  # nobody is there sooner
    takes: timedelta = timedelta(hours=1)
