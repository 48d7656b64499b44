"""The browser simulator: rooms side by side at `/chat`, where one person can live a whole support case."""

from __future__ import annotations

import msgspec

from adapters.contract import Surroundings
from adapters.web.adapter import WebAdapter

__all__ = ["Settings", "WebAdapter", "create"]


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The simulator has no keys of its own: rooms and people come from the configuration."""


def create(settings: Settings, surroundings: Surroundings) -> WebAdapter:  # noqa: ARG001 - every type is created alike
    """Return a simulator; it serves nobody until its `routes` are added to a web server."""
    return WebAdapter(surroundings)
