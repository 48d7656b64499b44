"""What is asked in a major incident, and when experts are consulted."""

from __future__ import annotations

import msgspec

from bot.tickets.model import Party


class Tick(msgspec.Struct, frozen=True):
    """√: these steps of the runbook are done."""

    by: Party
    steps: tuple[int, ...]


class Consult(msgspec.Struct, frozen=True):
    """会诊: ask experts; those named come beside the leaders."""

    by: Party
    text: str
    named: tuple[Party, ...] = ()


class Conclude(msgspec.Struct, frozen=True):
    """会诊结论: what the experts came to."""

    by: Party
    text: str


class SeekHelp(msgspec.Struct, frozen=True):
    """求助: ask whoever knows the field that is named; the owner stays."""

    by: Party
    text: str


IncidentStep = Tick | Consult | Conclude | SeekHelp
