"""What `shouwen doctor` says about a store beyond that it can be opened: how safe it is against losing what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing about a store, as a text with what it names; not well is what should be changed."""

    is_well: bool
    template: str
    values: Mapping[str, object] = field(default_factory=dict)


async def advice_about(url: str) -> list[Advice]:
    """Return what to know about the servers of a store that can be opened; nothing for an embedded one."""
    if not url.startswith("redis"):
        return []
    # Imported here so that a program starts without the stores it does not use.
    from bot.store.redis_advice import look_at

    return await look_at(url)
