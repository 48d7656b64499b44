"""How what a policy promises beside its clocks is checked: work windows, shares, numbers, callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, Wording, complaint, nearest
from bot.configuration.settings import PolicySettings
from bot.configuration.values import parsed
from scheduler.calendar import Calendar, always, parse_window
from scheduler.work_windows import WorkWindows
from scheduler.written_ledgers import WrittenWindow, quota_of, ratio_of, window_of

ALWAYS_CALLED = ("low_score", "complaint", "unrated")  # beside level_ID
LEVEL = "level_"
EXCUSES = ("force_majeure",)
AGREED = "agreed"

_RATIO_OF = Wording(
    '比例应写 clock（哪个时限做到的占多少）或 counts = "agreed"（约定延期的占多少）之一',
    'expected either clock (the share of those kept) or counts = "agreed" (the share of those put off)',
)
_CLOCK = Wording("没有这样的时限", "there is no such clock")
_EXCUSE = Wording("没有这样的理由", "there is no such excuse")
_CALLED = Wording("没有这样的回访条件", "there is no such reason for a call")
_ANY_CALENDAR = always(ZoneInfo("UTC"))  # whether a share can be meant does not depend on the zone
_NO_LEVEL = Wording("没有这样的级别", "there is no such level")
_PERCENT = Wording("应在 0 到 100 之间", "expected 0 to 100")


def work_window_of(
    written: WrittenWindow | None, place: Place, calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> WorkWindows | None:
    """Return when work may be done; None for any time, or when what is written is noted as a mistake."""
    if written is None:
        return None
    here = (*place, "work_window")
    for index, text in enumerate(written.windows):
        parsed(parse_window, text, (*here, "windows", index), mistakes)
    if mistakes.is_within(here):
        return None
    try:
        return window_of(written, calendars)
    except ValueError as fault:
        key = "windows" if written.calendar in calendars else "calendar"
        mistakes.add((*here, key), getattr(written, key), complaint(fault))
        return None


def check_ledgers(policy: PolicySettings, place: Place, mistakes: Mistakes) -> None:
    """Note every share, number and callback of a policy that cannot be meant."""
    clocks = sorted({clock.id or clock.kind for level in policy.levels for clock in level.clocks})
    for index, ratio in enumerate(policy.ratios):
        here = (*place, "ratios", index)
        if bool(ratio.clock) == (ratio.counts == AGREED):
            mistakes.add((*here, "clock"), ratio.clock or ratio.counts, _RATIO_OF)
        elif ratio.clock and ratio.clock not in clocks:
            mistakes.add((*here, "clock"), ratio.clock, nearest(ratio.clock, clocks, _CLOCK))
        _check_levels(ratio.levels, policy, here, mistakes)
        try:
            ratio_of(ratio, _ANY_CALENDAR)
        except ValueError as fault:
            key = "at_most" if ratio.at_most is not None else "at_least"
            mistakes.add((*here, key), getattr(ratio, key), complaint(fault))
    for index, quota in enumerate(policy.quotas):
        here = (*place, "quotas", index)
        _check_levels(quota.levels, policy, here, mistakes)
        for number, excuse in enumerate(quota.excludes):
            if excuse not in EXCUSES:
                mistakes.add((*here, "excludes", number), excuse, nearest(excuse, EXCUSES, _EXCUSE))
        try:
            quota_of(quota, _ANY_CALENDAR)
        except ValueError as fault:
            mistakes.add((*here, "limit"), quota.limit, complaint(fault))
    if policy.callback is not None:
        _check_callback(policy, (*place, "callback"), mistakes)


def _check_levels(levels: tuple[str, ...], policy: PolicySettings, place: Place, mistakes: Mistakes) -> None:
    known = [level.id for level in policy.levels]
    for index, level in enumerate(levels):
        if level not in known:
            mistakes.add((*place, "levels", index), level, nearest(level, known, _NO_LEVEL))


def _check_callback(policy: PolicySettings, place: Place, mistakes: Mistakes) -> None:
    written = policy.callback
    if written is None:
        return
    if not 0 <= written.random <= 100:
        mistakes.add((*place, "random"), written.random, _PERCENT)
    levels = {f"{LEVEL}{level.id}" for level in policy.levels}
    for index, reason in enumerate(written.always):
        # A level that this policy has not may be one of another that is taken together with it.
        if reason not in ALWAYS_CALLED and not reason.startswith(LEVEL):
            known = (*ALWAYS_CALLED, *sorted(levels))
            mistakes.add((*place, "always", index), reason, nearest(reason, known, _CALLED))
