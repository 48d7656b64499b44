"""What one application asks of the HTTP interface."""

from __future__ import annotations

from datetime import datetime

from adapters.contract import File, Timekeeper
from adapters.wechat.answers import Answer
from adapters.wecom.app.settings import Settings
from adapters.wecom.enterprise import account


class Api:
    """Calls of one application."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._agent_id = settings.agent_id
        self._account = account(settings.corp_id, settings.secret, settings.api_base, clock)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at WeCom when it last answered."""
        return self._account.server_time

    async def send(self, body: object) -> Answer:
        """Send a message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._account.post("cgi-bin/message/send", body)

    async def change(self, body: object) -> Answer:
        """Change a card.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it was changed.
        """
        return await self._account.post("cgi-bin/message/update_template_card", body)

    async def application(self) -> Answer:
        """Ask for the application itself.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._account.get("cgi-bin/agent/get", {"agentid": str(self._agent_id)})

    async def member(self, user: str) -> Answer:
        """Ask for a member: only those whom the application may write to are shown.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._account.get("cgi-bin/user/get", {"userid": user})

    async def file(self, media: str, most: int) -> bytes:
        """Return the content of a file by its id.

        Raises:
            DeliveryFailed: Refused, not reached, or larger than `most` bytes.
        """
        return await self._account.content("cgi-bin/media/get", {"media_id": media}, most)

    async def upload(self, file: File) -> str:
        """Leave a file at WeCom and return what it is called there.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._account.upload("cgi-bin/media/upload", file)

    async def close(self) -> None:
        """End all connections."""
        await self._account.close()
