"""What one official account asks of the HTTP interface."""

from __future__ import annotations

from datetime import datetime

from adapters.contract import Timekeeper
from adapters.wechat.answers import Answer
from adapters.wechat.interface import Account, Interface
from adapters.wechat.mp.errors import failure
from adapters.wechat.mp.settings import Settings
from adapters.wording import say

PLATFORM = say("微信")


class Api:
    """Calls of one official account."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._settings = settings
        interface = Interface(settings.api_base, PLATFORM)
        self._account = Account(interface, clock, fetch=self._token, failure=failure)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at WeChat when it last answered."""
        return self._account.server_time

    async def send(self, body: object) -> Answer:
        """Send a message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._account.post("cgi-bin/message/custom/send", body)

    async def quota(self) -> Answer:
        """Ask how often messages may still be sent today: only an account with that right is told.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._account.post(
            "cgi-bin/openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"}
        )

    async def close(self) -> None:
        """End all connections."""
        await self._account.close()

    async def _token(self, interface: Interface) -> Answer:
        # The stable token: asking for it takes nothing from other programs that use the same account.
        body = {
            "grant_type": "client_credential",
            "appid": self._settings.app_id,
            "secret": self._settings.secret,
        }
        return await interface.post("cgi-bin/stable_token", {}, body, may_lack_code=True)
