"""Feishu and Lark (飞书): one application of an enterprise, in groups and alone, with cards that can be touched and changed."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.feishu.connection import FeishuAdapter
from adapters.feishu.settings import Settings

__all__ = ["FeishuAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> FeishuAdapter:
    """Make an adapter for one application."""
    return FeishuAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
