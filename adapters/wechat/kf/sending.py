"""Sending to one customer: from the account they wrote to, and never shown twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import structlog

from adapters.contract import DeliveryFailed, File, Outgoing, Timekeeper
from adapters.remembered import Remembered, RememberedValues
from adapters.wechat.answers import Rejected
from adapters.wechat.customers import customer_in
from adapters.wechat.kf import wire
from adapters.wechat.kf.api import Api
from adapters.wechat.kf.pulling import Pulling
from adapters.wecom.errors import is_known
from adapters.wording import say

GREETED_WITHIN: Final = timedelta(seconds=20)
_REMEMBERED: Final = 10_000
_SOON: Final = timedelta(seconds=5)
_log = structlog.get_logger(__name__)


class Sending:
    """Knows to which account customers wrote, and who is served by a person of the staff."""

    def __init__(self, api: Api, pulling: Pulling, name: str, clock: Timekeeper) -> None:
        self._api = api
        self._pulling = pulling
        self._name = name
        self._clock = clock
        self._accounts = RememberedValues[str, str](
            _REMEMBERED
        )  # by customer; the one heard last stands last
        self._staffed = Remembered[str](_REMEMBERED)
        self._codes = RememberedValues[str, tuple[str, float]](
            _REMEMBERED
        )  # of who opened the chat; until when
        self._uncertain = Remembered[str](_REMEMBERED)  # ids of messages that may have arrived

    def wrote(self, customer: str, account: str) -> None:
        """Note that a customer turned to an account."""
        self._accounts.note(customer, account)

    def served(self, change: wire.Served) -> None:
        """Note who talks to a customer from now on."""
        if change.by_staff:
            self._staffed.note(change.customer)
        else:
            self._staffed.forget(change.customer)

    def entered(self, customer: str, account: str, code: str) -> None:
        """Note that somebody opened the chat and may be greeted for a moment."""
        self.wrote(customer, account)
        self._codes.note(customer, (code, self._clock.monotonic() + GREETED_WITHIN.total_seconds()))

    def is_staffed(self, customer: str) -> bool:
        """Say whether a person of the staff talks to a customer, so that the bot keeps silent."""
        return customer in self._staffed

    async def send(self, part: Outgoing) -> str:
        """Send one part and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        body = wire.outgoing(part, self._name, self._account_for(part))
        if await self._greets(body, customer_in(part, self._name)):
            return str(body["msgid"])
        return await self._sent(body)

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
                    self._uncertain.note(number)
                if is_last or not failed.is_unknown or failed.retry_after is None:
                    raise
                continue  # with the same id: if the first has arrived, the second does not
            break
        self._uncertain.forget(number)
        return number

    async def _greets(self, body: dict[str, Any], customer: str) -> bool:
        """Say something as a greeting, where the customer has just opened the chat and written nothing yet."""
        code, until = self._codes.take(customer, ("", 0.0))
        if not code or self._clock.monotonic() >= until:
            return False
        try:
            await self._api.greet(wire.greeting(body, code))
        except Rejected as rejected:
            _log.info("not greeted", action="kf_not_greeted", why=rejected.reason)
            return False
        return True

    def _account_for(self, part: Outgoing) -> str:
        customer = customer_in(part, self._name)
        if self.is_staffed(customer):
            raise DeliveryFailed(say("客服人员正在接待这位客户"), until_heard=True)
        account = self._accounts.get(customer, "")
        if not account and not self._pulling.has_pulled:
            raise DeliveryFailed(say("还没有取到客户写来的消息"), retry_after=_SOON)
        if not account and len(self._pulling.accounts) == 1:
            account = next(iter(self._pulling.accounts))
        if not account:
            raise DeliveryFailed(say("这位客户最近三天没有写来，不能主动发言"), until_heard=True)
        return account
