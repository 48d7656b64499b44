"""A WeCom application of one's own: talks with members one to one, hears them through an encrypted callback."""

from __future__ import annotations

from adapters.contract import Surroundings
from adapters.wecom.app.connection import AppAdapter
from adapters.wecom.app.settings import Settings

__all__ = ["AppAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> AppAdapter:
    """Make an adapter for one application."""
    return AppAdapter(settings, surroundings)
