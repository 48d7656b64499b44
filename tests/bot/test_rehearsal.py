"""Sentences are ready before the first message: nothing is compiled while somebody waits."""

from __future__ import annotations

import pytest

from bot.meaning import sentence
from bot.meaning.short_answers import agreed
from bot.meaning.spoken import spoken
from bot.meaning.wishes import wish
from bot.rehearsal import rehearse


@pytest.mark.parametrize("text", ["教室网络断了谁来看看", "what about my ticket", "1024 打印机怎么又卡纸了"])
def test_nothing_is_left_to_compile_after_the_rehearsal(text: str) -> None:
    sentence._compiled.cache_clear()
    rehearse()
    ready = sentence._compiled.cache_info().misses
    wish(text)
    agreed(text)
    spoken(text, lambda _: None, is_manager=True, is_addressed=True)
    assert sentence._compiled.cache_info().misses == ready > 0
