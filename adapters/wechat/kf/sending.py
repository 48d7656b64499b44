"""Sending to one customer: from the account they wrote to, and never shown twice."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final, TypeVar

from adapters.contract import DeliveryFailed, File, Outgoing
from adapters.wechat.answers import Rejected
from adapters.wechat.customers import customer_in
from adapters.wechat.kf import wire
from adapters.wechat.kf.api import Api
from adapters.wechat.kf.pulling import Pulling
from adapters.wecom.errors import is_known
from adapters.wording import say

_REMEMBERED: Final = 10_000
_Value = TypeVar("_Value")


class Sending:
    """Knows to which account customers wrote, and who is served by a person of the staff."""

    def __init__(self, api: Api, pulling: Pulling, name: str) -> None:
        self._api = api
        self._pulling = pulling
        self._name = name
        self._accounts: OrderedDict[str, str] = OrderedDict()  # by customer; the one heard last stands last
        self._staffed: OrderedDict[str, None] = OrderedDict()
        self._uncertain: OrderedDict[str, None] = OrderedDict()  # ids of messages that may have arrived

    def wrote(self, customer: str, account: str) -> None:
        """Note that a customer turned to an account."""
        _remember(self._accounts, customer, account)

    def served(self, change: wire.Served) -> None:
        """Note who talks to a customer from now on."""
        if change.by_staff:
            _remember(self._staffed, change.customer, None)
        else:
            self._staffed.pop(change.customer, None)

    def is_staffed(self, customer: str) -> bool:
        """Say whether a person of the staff talks to a customer, so that the bot keeps silent."""
        return customer in self._staffed

    async def send(self, part: Outgoing) -> str:
        """Send one part and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._sent(wire.outgoing(part, self._name, self._account_for(part)))

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Send a file and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        account = self._account_for(message)
        media = await self._api.upload(file)
        return await self._sent(wire.document(message, self._name, account, media))

    async def _sent(self, body: dict[str, Any]) -> str:
        number = str(body["msgid"])
        for is_last in (False, True):
            try:
                await self._api.send(body)
            except Rejected as rejected:
                # The platform takes an id only once, and does not document how it says so.
                if number not in self._uncertain or is_known(rejected.code):
                    raise
            except DeliveryFailed as failed:
                if failed.is_unknown:
                    _remember(self._uncertain, number, None)
                if is_last or not failed.is_unknown or failed.retry_after is None:
                    raise
                continue  # with the same id: if the first has arrived, the second does not
            break
        self._uncertain.pop(number, None)
        return number

    def _account_for(self, part: Outgoing) -> str:
        customer = customer_in(part, self._name)
        if self.is_staffed(customer):
            raise DeliveryFailed(say("客服人员正在接待这位客户"), until_heard=True)
        account = self._accounts.get(customer, "")
        if not account and len(self._pulling.accounts) == 1:
            account = next(iter(self._pulling.accounts))
        if not account:
            raise DeliveryFailed(say("这位客户最近三天没有写来，不能主动发言"), until_heard=True)
        return account


def _remember(found: OrderedDict[str, _Value], key: str, value: _Value) -> None:
    found[key] = value
    found.move_to_end(key)
    if len(found) > _REMEMBERED:
        found.popitem(last=False)
