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


def create(settings: Settings, surroundings: Surroundings) -> TelegramAdapter:
    """Make an adapter for one bot.

    Raises:
        BrokenAdapter: The package of this platform is not installed.
    """
    require(find_spec("telegram") is not None)
    # Only now: it takes a fifth of a second, and reading a configuration needs the keys alone.
    from adapters.telegram.connection import TelegramAdapter

    return TelegramAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)


def require(is_installed: bool) -> None:
    """Say how to install what is missing.

    Raises:
        BrokenAdapter: It is missing.
    """
    if not is_installed:
        raise BrokenAdapter(
            'telegram 适配器需要 python-telegram-bot，请在程序目录运行 .venv/bin/pip install -e ".[telegram]"'
            "，然后重新启动"
        )
