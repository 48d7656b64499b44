"""QQ through the official bot platform (API v2): groups and private chats, over the gateway's WebSocket or a webhook."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.qq.connection import QQAdapter
from adapters.qq.settings import Settings
from adapters.qq.webhook import Signer
from adapters.registry import BrokenAdapter

__all__ = ["QQAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> QQAdapter:
    """Make an adapter for one application of the platform.

    Raises:
        BrokenAdapter: A webhook is asked for, and what checks its signatures is not installed.
    """
    return QQAdapter(
        settings,
        surroundings,
        jitter=secrets.SystemRandom().random,
        seal=_seal(settings.secret) if settings.mode == "webhook" else None,
    )


def _seal(secret: str) -> Signer:
    try:
        # Here, because the WebSocket does without this package, which takes long to load.
        from adapters.qq.signature import Seal
    except ImportError as missing:
        raise BrokenAdapter(
            'qq 的 webhook 要验签名，缺少 cryptography：make extras，或改用 mode = "websocket"'
        ) from missing
    return Seal(secret)
