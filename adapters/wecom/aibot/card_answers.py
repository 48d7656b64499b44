"""Changes of cards as answers to the callbacks that told of a press: the only way a robot without a connection has."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import msgspec
from aiohttp import web

from adapters.contract import Timekeeper
from adapters.receipt import Receipt
from adapters.wechat.crypto import Seal, signature

WITHIN: Final = 1.5  # seconds at most after a press was saved: a press need not change a card


class CardAnswers:
    """Waits with the answer to a press until the bot has changed the card, or will not."""

    def __init__(self, token: str, seal: Seal, clock: Timekeeper) -> None:
        self._token = token
        self._seal = seal
        self._clock = clock
        self._by_card: dict[str, asyncio.Future[Mapping[str, Any]]] = {}
        self._cards: dict[Receipt, str] = {}
        self.within = WITHIN

    def pressed(self, receipt: Receipt, card: str) -> None:
        """Note that the callback of a receipt told of a press on a card."""
        self._cards[receipt] = card
        self._by_card.setdefault(card, asyncio.get_running_loop().create_future())

    def is_awaited(self, number: str) -> bool:
        """Say whether a press of a card waits to be answered."""
        waiting = self._by_card.get(number)
        return waiting is not None and not waiting.done()

    def change(self, number: str, card: Mapping[str, Any]) -> bool:
        """Let the answer that is waited for change a card; False when nobody waits."""
        if not self.is_awaited(number):
            return False
        self._by_card[number].set_result(card)
        return True

    def refused(self, receipt: Receipt) -> None:
        """Forget a press that was not saved."""
        self._by_card.pop(self._cards.pop(receipt, ""), None)

    async def answer(self, receipt: Receipt, left: float) -> web.Response:
        """Return what answers a callback within `left` seconds: the changed card, sealed, or nothing."""
        card = self._cards.get(receipt, "")
        waiting = self._by_card.get(card)
        if waiting is None:
            return web.Response()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(self.within, max(left, 0.0))):
                    return self._sealed(await asyncio.shield(waiting))
            return web.Response()
        finally:
            self.refused(receipt)

    def _sealed(self, card: Mapping[str, Any]) -> web.Response:
        body = {"response_type": "update_template_card", "template_card": card}
        sealed = self._seal.close(msgspec.json.encode(body), secrets.token_bytes(16))
        now, nonce = int(self._clock.now().timestamp()), secrets.token_hex(8)
        return web.json_response(
            {
                "encrypt": sealed,
                "msgsignature": signature(self._token, str(now), nonce, sealed),
                "timestamp": now,
                "nonce": nonce,
            }
        )
