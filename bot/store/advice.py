"""What `shouwen doctor` says about a store beyond that it can be opened: how safe it is against losing what was said."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Advice(msgspec.Struct, frozen=True):
    """One thing about a store, as a text with what it names; not well is what should be changed."""

    is_well: bool
    template: str
    values: Mapping[str, object] = msgspec.field(default_factory=dict)
