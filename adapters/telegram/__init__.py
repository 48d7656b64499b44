"""Telegram through its Bot API, by long polling or webhook, built on python-telegram-bot."""

from __future__ import annotations

import secrets
from importlib.util import find_spec
from typing import TYPE_CHECKING

from adapters.contract import Surroundings
from adapters.registry import BrokenAdapter
from adapters.telegram.settings import Settings

if TYPE_CHECKING:
    from adapters.telegram.connection import TelegramAdapter

__all__ = ["Settings", "create"]

if find_spec("telegram") is None:
    # Here, so that checking a configuration says it too, and not only the start.
    raise BrokenAdapter("telegram 适配器需要 python-telegram-bot：请运行 make extras 再启动")


def create(settings: Settings, surroundings: Surroundings) -> TelegramAdapter:
    """Make an adapter for one bot."""
    # Only now: it takes a fifth of a second, and reading a configuration needs the keys alone.
    from adapters.telegram.connection import TelegramAdapter

    return TelegramAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
