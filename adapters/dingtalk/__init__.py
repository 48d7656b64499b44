"""DingTalk (钉钉): a robot over its stream; heard when it is called, answered through the conversation, and able to speak first."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.dingtalk.connection import DingTalkAdapter
from adapters.dingtalk.settings import Settings

__all__ = ["DingTalkAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> DingTalkAdapter:
    """Make an adapter for one robot."""
    return DingTalkAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
