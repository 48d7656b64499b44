"""A WeCom intelligent robot: hears whoever calls it in a group or talks to it alone, and answers there."""

from __future__ import annotations

import secrets

from adapters.contract import Adapter, Surroundings
from adapters.wecom.aibot.callback import CallbackAdapter
from adapters.wecom.aibot.connection import SocketAdapter
from adapters.wecom.aibot.settings import Settings

__all__ = ["CallbackAdapter", "Settings", "SocketAdapter", "create"]


def create(settings: Settings, surroundings: Surroundings) -> Adapter:
    """Make an adapter for one robot."""
    if settings.mode == "callback":
        return CallbackAdapter(settings, surroundings)
    return SocketAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
