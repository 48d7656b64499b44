"""What is told of whoever comes: enough to know them by, and no number whole."""

from __future__ import annotations

import pytest

from bot.tickets.introducing import masked


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13900006666", "139****6666"),
        ("139 0000 6666", "139 **** 6666"),
        ("+86 13900006666", "+86 139****6666"),
        ("010-62345678", "010-****5678"),
        ("62345678", "****5678"),
        ("8021", ""),
        ("内线 8021", ""),
        ("", ""),
    ],
)
def test_the_middle_of_a_phone_is_hidden_and_an_extension_is_not_told(phone: str, shown: str) -> None:
    assert masked(phone) == shown
