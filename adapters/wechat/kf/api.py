"""What customer service is asked over the HTTP interface."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from adapters.contract import DeliveryFailed, File, Timekeeper
from adapters.remembered import RememberedValues
from adapters.values import word
from adapters.wechat.answers import Answer
from adapters.wechat.kf.settings import Settings
from adapters.wecom.enterprise import account

TOKEN_EXPIRED: Final = 95007  # of a doorbell
_A_PULL: Final = 1000  # items
_A_LOOK_UP: Final = 100  # customers
_MOST_NAMES: Final = 10_000
_MOST_ACCOUNTS: Final = 1000


class Api:
    """Calls of one customer service."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._calls = account(settings.corp_id, settings.secret, settings.api_base, clock)
        self._nicknames = RememberedValues[str, str](_MOST_NAMES)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at WeCom when it last answered."""
        return self._calls.server_time

    async def accounts(self) -> dict[str, str]:
        """Return id and name of every account of this customer service.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        found: dict[str, str] = {}
        while len(found) < _MOST_ACCOUNTS:
            asked = {"offset": len(found), "limit": 100}
            answer = await self._calls.post("cgi-bin/kf/account/list", asked)
            more = answer.account_list if isinstance(answer.account_list, list) else []
            before = len(found)
            found.update({number: word(each, "name") for each in more if (number := word(each, "open_kfid"))})
            if len(more) < 100 or len(found) == before:
                break
        return found

    async def pull(self, account: str, cursor: str, token: str, *, at_most: int = _A_PULL) -> Answer:
        """Return what has happened at an account since the cursor; without one, in the last three days.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        asked = {"cursor": cursor, "token": token, "open_kfid": account}
        body: dict[str, Any] = {key: value for key, value in asked.items() if value}
        return await self._calls.post("cgi-bin/kf/sync_msg", {**body, "limit": at_most})

    async def send(self, body: object) -> Answer:
        """Send a message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._calls.post("cgi-bin/kf/send_msg", body)

    async def greet(self, body: object) -> Answer:
        """Send a greeting.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._calls.post("cgi-bin/kf/send_msg_on_event", body)

    async def nicknames(self, customers: Iterable[str]) -> dict[str, str]:
        """Return how customers call themselves, as far as they can be asked for: a name is not worth a message."""
        wanted = list(dict.fromkeys(customers))
        unknown = [customer for customer in wanted if customer not in self._nicknames]
        for start in range(0, len(unknown), _A_LOOK_UP):
            await self._look_up(unknown[start : start + _A_LOOK_UP])
        return {customer: self._nicknames.get(customer, "") for customer in wanted}

    async def upload(self, file: File) -> str:
        """Leave a file at WeCom and return what it is called there.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._calls.upload("cgi-bin/media/upload", file)

    async def close(self) -> None:
        """End all connections."""
        await self._calls.close()

    async def _look_up(self, customers: list[str]) -> None:
        try:
            answer = await self._calls.post(
                "cgi-bin/kf/customer/batchget", {"external_userid_list": customers}
            )
        except DeliveryFailed:
            return
        for each in answer.customer_list if isinstance(answer.customer_list, list) else ():
            if number := word(each, "external_userid"):
                self._nicknames.note(number, word(each, "nickname")[:64])
