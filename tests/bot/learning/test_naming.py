"""Entries as people name them: the id as it is kept, and what is said of it."""

from __future__ import annotations

import pytest

from bot.learning.naming import named_at_start
from faq.entries import Entry

_KEPT = {id_: Entry(id=id_, question="?", answer="!") for id_ in ("K-002", "K-102", "Q-7", "wifi-home")}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("K-102", ("K-102", "")),
        ("k102。", ("K-102", "")),
        (" k-102 点重新添加", ("K-102", "点重新添加")),
        ("K-2", ("K-002", "")),
        ("k02，不对", ("K-002", "不对")),
        ("q7", ("Q-7", "")),
        ("wifi-home 不对", ("wifi-home", "不对")),
        ("K-999", ("K-999", "")),  # there is none; whoever asks says so
        ("K-9 不对", ("K-009", "不对")),
        ("k102型号", None),
        ("重启一下", None),
        ("", None),
    ],
)
def test_an_entry_is_named_in_several_ways(said: str, named: tuple[str, str] | None) -> None:
    assert named_at_start(said, _KEPT.get) == named
