"""A text that answers no question of the bot, and what is known of it all the same."""

from __future__ import annotations

from bot.asks import Ask
from bot.store.contract import ClosedAsk


class NotAnAnswer(Exception):
    """A text answers no open question. `left` are the questions it leaves behind, `fresh` the ticket just opened for who speaks,
    `before` the answer or offer that it may tell more about, `waits` the ticket for which something was asked of them,
    `rest` what else it says when it answered one first, `offered` the questions of offers that it leaves behind."""

    def __init__(
        self,
        left: tuple[ClosedAsk, ...],
        fresh: int | None = None,
        before: Ask | None = None,
        waits: int | None = None,
        rest: str = "",
        offered: tuple[str, ...] = (),
    ) -> None:
        super().__init__("not an answer")
        self.left = left
        self.waits = waits
        self.rest = rest
        self.offered = offered
        self.fresh = fresh
        self.before = before
