"""Whether what several workers did to one ticket at the same time could have happened one after the other.

An operation has its place somewhere between the moment it began and the moment it ended. A history is linearizable when there is
an order of such places in which a desk that does one thing after the other would have given the same answers (Wing and Gong).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Operation:
    """Somebody claims a ticket and hears who has it, or (without `claims`) looks who has it."""

    began: float
    ended: float
    heard: str | None  # the owner; None: nobody
    claims: str | None = None


def is_linearizable(history: Sequence[Operation], owner: str | None = None) -> bool:
    """Say whether there is an order of operations on a ticket of this owner that explains what everybody heard."""
    if not history:
        return True
    first_end = min(each.ended for each in history)
    for index, each in enumerate(history):
        if each.began > first_end:
            continue  # another one had ended before
        after = owner if owner is not None else each.claims
        if each.heard == after and is_linearizable([*history[:index], *history[index + 1 :]], after):
            return True
    return False
