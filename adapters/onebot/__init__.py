"""QQ through OneBot v11 (NapCat, LLOneBot, Lagrange and others), over a WebSocket in either direction."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.onebot.connection import OneBotAdapter
from adapters.onebot.settings import Settings

__all__ = ["OneBotAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> OneBotAdapter:
    """Make an adapter for one QQ account."""
    return OneBotAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
