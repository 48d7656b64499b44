"""The terminal as a chat platform: lines typed are messages, answers are printed."""

from __future__ import annotations

import os
import sys
from functools import partial

import msgspec

from adapters.console.connection import ConsoleAdapter
from adapters.contract import Surroundings

__all__ = ["ConsoleAdapter", "Settings", "create"]

_STANDARD_INPUT = 0


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The terminal has nothing to set."""


def create(settings: Settings, surroundings: Surroundings) -> ConsoleAdapter:  # noqa: ARG001 - the contract's shape
    """Make an adapter for standard input and output."""
    # The bare file descriptor: a thread waiting inside `sys.stdin` would hold its lock and disturb the program's end.
    return ConsoleAdapter(surroundings, read=partial(os.read, _STANDARD_INPUT, 65_536), screen=sys.stdout)
