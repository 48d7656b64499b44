"""Cards that may be there although nobody confirmed them: WeCom knows a card by its number, so none is made twice, nor said as text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adapters.contract import DeliveryFailed
from adapters.remembered import Remembered
from adapters.wechat.answers import Rejected


class Doubtful:
    """Remembers the numbers of the latest such cards."""

    def __init__(self, most: int) -> None:
        self._cards = Remembered[str](most)

    @contextmanager
    def trying(self, card: str) -> Iterator[None]:
        """Send a card inside: a refusal of one that may be there already ends well, for it is there.

        Raises:
            DeliveryFailed: It was refused for another reason, or it is unknown whether it arrived.
        """
        try:
            yield
        except Rejected as rejected:
            if card not in self._cards or rejected.retry_after is not None:
                raise
        except DeliveryFailed as failed:
            if failed.is_unknown:
                self._cards.note(card)
            raise
