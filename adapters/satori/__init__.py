"""Satori: one account behind a gateway that speaks the Satori protocol, whatever platform stands behind it."""

from __future__ import annotations

import secrets

from adapters.contract import Surroundings
from adapters.satori.connection import SatoriAdapter
from adapters.satori.settings import Settings

__all__ = ["SatoriAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> SatoriAdapter:
    """Make an adapter for one account."""
    return SatoriAdapter(settings, surroundings, jitter=secrets.SystemRandom().random)
