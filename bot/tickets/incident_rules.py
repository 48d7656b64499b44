"""Runbooks: what is done in a major incident of a kind, step by step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RunbookRules:
    """One runbook; without `keywords` for every incident, without `customers` for everybody."""

    id: str
    name: str
    steps: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()
