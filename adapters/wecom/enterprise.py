"""The HTTP interface of WeCom as something that belongs to an enterprise and has a secret uses it."""

from __future__ import annotations

from adapters.contract import Timekeeper
from adapters.wechat.answers import Answer
from adapters.wechat.interface import Account, Interface
from adapters.wecom.errors import failure
from adapters.wording import say

PLATFORM = say("企业微信")


def account(corp_id: str, secret: str, api_base: str, clock: Timekeeper) -> Account:
    """Return the account of an application, or of customer service, which is an application as well."""

    async def token(interface: Interface) -> Answer:
        return await interface.get("cgi-bin/gettoken", {"corpid": corp_id, "corpsecret": secret})

    return Account(Interface(api_base, PLATFORM), clock, fetch=token, failure=failure)
