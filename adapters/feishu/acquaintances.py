"""How people call themselves: events of Feishu carry only ids, so names are asked for once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final

from adapters.contract import DeliveryFailed
from adapters.feishu.api import Api
from adapters.values import part, word

NOBODY: Final = "飞书用户"
_PATIENCE: Final = 1.0  # seconds; a name is not worth more, since Feishu waits for three
_MOST: Final = 10_000


class Acquaintances:
    """Names by open_id. Who may not be asked for is called the same as everybody else."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._names: OrderedDict[str, asyncio.Task[str]] = OrderedDict()

    async def name_of(self, person: str) -> str:
        """Return a name; whoever asks for the same one meanwhile waits for the same answer."""
        asked = self._names.get(person)
        if asked is None or asked.cancelled():
            asked = self._names[person] = asyncio.create_task(self._ask(person))
            if len(self._names) > _MOST:
                self._names.popitem(last=False)
        await asyncio.wait({asked}, timeout=_PATIENCE)
        return asked.result() if asked.done() and not asked.cancelled() else NOBODY

    async def close(self) -> None:
        """Ask no more."""
        for asked in self._names.values():
            asked.cancel()
        await asyncio.gather(*self._names.values(), return_exceptions=True)

    async def _ask(self, person: str) -> str:
        try:
            answer = await self._api.call(
                "GET", f"contact/v3/users/{person}", query={"user_id_type": "open_id"}
            )
        except DeliveryFailed:
            return NOBODY
        return word(part(part(answer, "data"), "user"), "name")[:64] or NOBODY
