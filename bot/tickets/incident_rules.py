"""Runbooks: what is done in a major incident of a kind, step by step."""

from __future__ import annotations

import msgspec


class RunbookRules(msgspec.Struct, frozen=True, kw_only=True):
    """One runbook; without `keywords` for every incident, without `customers` for everybody."""

    id: str
    name: str
    steps: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
