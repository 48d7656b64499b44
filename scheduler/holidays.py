"""Public holidays and make-up workdays of a country, as far as they have been published."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec

from scheduler.mistaken import Mistaken

COUNTRIES = frozenset({"CN"})


class Occasion(msgspec.Struct, frozen=True):
    """The name of a holiday."""

    zh: str
    en: str


class PublicDay(msgspec.Struct, frozen=True):
    """A day that the government moved: a holiday, or the workday that makes up for one (调休)."""

    is_workday: bool
    occasion: Occasion


def is_published(country: str, year: int) -> bool:
    """Return whether the holidays of that year are known.

    The list of a year comes out in the November before. Days of New Year may be listed with the year before, so that one
    known day proves nothing; National Day does.

    Raises:
        ValueError: No holidays of that country are known at all.
    """
    return public_day(country, date(year, 10, 1)) is not None


def published_years(country: str) -> tuple[int, ...]:
    """Return the years whose holidays are known, in order.

    Raises:
        ValueError: No holidays of that country are known at all.
    """
    _check(country)
    from chinese_calendar import holidays  # late, as below

    return tuple(year for year in sorted({day.year for day in holidays}) if is_published(country, year))


@lru_cache(maxsize=4096)
def public_day(country: str, day: date) -> PublicDay | None:
    """Return what is special about a day, or None on an ordinary day and where nothing is published yet.

    Raises:
        ValueError: No holidays of that country are known at all.
    """
    _check(country)
    # Imported late: its tables cost start-up time, and calendars without holidays never need them. Read directly, because
    # its functions search the whole table for the first and last year on every call, and raise for the other years.
    from chinese_calendar import Holiday, holidays, workdays

    name = workdays.get(day) or holidays.get(day)
    if name is None:
        return None
    return PublicDay(is_workday=day in workdays, occasion=Occasion(zh=Holiday(name).chinese, en=name))


def _check(country: str) -> None:
    if country not in COUNTRIES:
        raise Mistaken(
            f"没有“{country}”的节假日数据，应为 {'、'.join(sorted(COUNTRIES))}，或不写",
            f"no public holidays are known of “{country}”, choose from {', '.join(sorted(COUNTRIES))} or write none",
        )
