"""A WeChat official account (微信公众号): its followers write to it, one by one, and are answered within 48 hours."""

from __future__ import annotations

from adapters.contract import Surroundings
from adapters.wechat.mp.connection import MpAdapter
from adapters.wechat.mp.settings import Settings

__all__ = ["MpAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> MpAdapter:
    """Make an adapter for one official account."""
    return MpAdapter(settings, surroundings)
