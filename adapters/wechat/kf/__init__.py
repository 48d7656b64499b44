"""WeChat customer service (微信客服): customers write from WeChat, one by one, and are answered within 48 hours."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.wechat.kf.connection import KfAdapter
from adapters.wechat.kf.settings import Settings

__all__ = ["KfAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> KfAdapter:
    """Make an adapter for the customer service of one enterprise."""
    return KfAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
