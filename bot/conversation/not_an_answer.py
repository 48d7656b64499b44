"""A text that answers no question of the bot, and what is known of it all the same."""

from __future__ import annotations

import msgspec

from bot.asks import Ask
from bot.store.contract import ClosedAsk


class NotAnAnswer(msgspec.Struct, frozen=True):
    """A text answers no open question. `left` are the questions it leaves behind, `fresh` the ticket just opened for who speaks,
    `before` the answer or offer that it may tell more about, `waits` the ticket for which something was asked of them,
    `rest` what else it says when it answered one first, `offered` the questions of offers that it leaves behind."""

    left: tuple[ClosedAsk, ...] = ()
    fresh: int | None = None
    before: Ask | None = None
    waits: int | None = None
    rest: str = ""
    offered: tuple[str, ...] = ()
