"""What the bot asks of a gateway over HTTP, for one account."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from adapters.contract import DeliveryFailed
from adapters.satori.settings import Settings
from adapters.satori.wire import Login
from adapters.server import SOON, Server
from adapters.wording import N_, say

_MINUTE: Final = timedelta(minutes=1)


class Api:
    """Calls at one gateway."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._server = Server(settings.url, say("Satori 网关"))

    @property
    def server_time(self) -> datetime | None:
        """What time it was at the gateway when it last answered."""
        return self._server.server_time

    async def call(
        self, method: str, login: Login, body: object, *, patience_seconds: float | None = None
    ) -> Any:
        """Ask for something to be done and return what came of it.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it was done.
        """
        headers = {
            "Satori-Platform": login.platform,
            "Satori-User-ID": login.user,
            # As older gateways call them.
            "X-Platform": login.platform,
            "X-Self-ID": login.user,
        }
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        address = self._server.address(f"v1/{method}")
        response = await self._server.request(
            "POST", address, body, headers, patience_seconds=patience_seconds
        )
        if response.status == 429:
            raise DeliveryFailed(say("Satori 网关暂时不收（HTTP 429）"), retry_after=SOON)
        if response.status == 401:
            raise DeliveryFailed(say("token 不对（HTTP 401），请核对配置"), retry_after=_MINUTE)
        if response.status >= 300:
            words = say(_REFUSED.get(response.status, N_("请核对配置里的地址")))
            raise DeliveryFailed(
                say("Satori 网关拒绝（HTTP {status}）：{words}", status=response.status, words=words)
            )
        try:
            return msgspec.json.decode(response.content) if response.content else None
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            raise DeliveryFailed(say("Satori 网关的回答看不懂，不知是否送到"), is_unknown=True) from None

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()


_REFUSED: Final = {
    400: N_("平台没有接受这条消息"),
    403: N_("机器人没有权限，或不在那里"),
    404: N_("没有这个频道，或网关没有这个接口"),
    405: N_("网关没有这个接口"),
}
