"""What differs between two readings of a configuration file, by the names that its sections have there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bot.configuration.model import Config

# What connections, the store and the web server were made with, or is copied where it is needed often.
_AT_START: Final[Mapping[str, str]] = {
    "bot": "[bot]",
    "store_url": "[store]",
    "backups": "[store]",
    "web": "[web]",
    "faq": "[faq]",
    "adapters": "[[adapters]]",
    "tickets": "[tickets]",
    "survey": "[survey]",
    "notices": "[notices]",
    "digests": "[notices]",
    "maintenance": "[maintenance]",
    "contracts": "[contracts]",
    "visits": "[visits]",
    "runbooks": "[[runbooks]]",
    "monitoring": "[monitoring]",
}
_AT_ANY_TIME: Final[Mapping[str, str]] = {
    "people": "[[people]]",
    "customers": "[[customers]]",
    "rooms": "[[rooms]]",
    "calendars": "[calendars]",
    "rotas": "[rotas]",
    "policies": "[policies]",
    "ladders": "[ladders]",
    "plans": "[[plans]]",
}


def changed_at_start(before: Config, after: Config) -> tuple[str, ...]:
    """Return the sections that differ and count only from the next start on."""
    return _changed(before, after, _AT_START)


def changed_at_any_time(before: Config, after: Config) -> tuple[str, ...]:
    """Return the sections that differ and may count from now on."""
    return _changed(before, after, _AT_ANY_TIME)


def _changed(before: Config, after: Config, sections: Mapping[str, str]) -> tuple[str, ...]:
    names = (name for field, name in sections.items() if getattr(before, field) != getattr(after, field))
    return tuple(dict.fromkeys(names))
