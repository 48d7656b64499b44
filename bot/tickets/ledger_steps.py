"""What can be noted on a ticket for promises about many tickets together."""

from __future__ import annotations

import msgspec

from bot.tickets.model import Party


class NameAsset(msgspec.Struct, frozen=True):
    """设备: the serial number; `earlier` and `demand` as in `AssetNamed`, which whoever knows the other tickets fills in."""

    by: Party
    serial: str
    earlier: tuple[int, ...] = ()
    demand: str = ""


class Excuse(msgspec.Struct, frozen=True):
    """标记 不可抗力: it does not count, with the evidence; or it does after all."""

    by: Party
    evidence: str
    is_excused: bool = True


LedgerStep = NameAsset | Excuse
