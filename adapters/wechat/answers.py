"""What the HTTP interface of WeChat and WeCom answers: always JSON with an error code; pure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Final

import msgspec

from adapters.contract import DeliveryFailed
from adapters.server import SOON, Response
from adapters.wording import say

OK: Final = 0
TOKEN_WRONG: Final = frozenset({40001, 40014, 42001})

_DIGITS: Final = re.compile(r"-?[0-9]{1,10}")
# As WeCom says it, and as an official account is told.
_CALLER: Final = re.compile(r"(?:from ip: |invalid ip )([0-9a-fA-F.:]{3,45})")


class Rejected(DeliveryFailed):
    """The platform said no, with a code."""

    def __init__(
        self, reason: str, code: int, *, retry_after: timedelta | None = None, until_heard: bool = False
    ) -> None:
        super().__init__(reason, retry_after=retry_after, until_heard=until_heard)
        self.code = code


class Answer(msgspec.Struct, frozen=True):
    """What an interface says; the fields that we read of any of them."""

    errcode: Any = None
    errmsg: Any = None
    access_token: Any = None
    expires_in: Any = None
    msgid: Any = None
    invaliduser: Any = None
    unlicenseduser: Any = None  # who lacks the licence that the enterprise must buy for them
    response_code: Any = None  # with which a card can be changed once
    media_id: Any = None  # of a file that was left there
    quota: Any = None  # of calls of an official account
    name: Any = None  # of an application
    close: Any = None  # 1: the application is stopped
    account_list: Any = None  # of customer service
    next_cursor: Any = None
    has_more: Any = None
    msg_list: Any = None
    customer_list: Any = None

    @property
    def code(self) -> int:
        """The error code; 0 is well."""
        return code(self.errcode) or OK

    @property
    def words(self) -> str:
        """What it says about an error."""
        return self.errmsg if isinstance(self.errmsg, str) else ""


def code(value: Any) -> int | None:
    """Return an error code as sent, a number or a text of digits; None for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return None


def caller_in(errmsg: str) -> str:
    """Return from which IP the platform was called, where it says so; that is the one to allow."""
    found = _CALLER.search(errmsg)
    return found[1].rstrip(".:") if found else ""


def media_of(answer: Answer) -> str:
    """Return what a file that was uploaded is called.

    Raises:
        DeliveryFailed: The platform does not say.
    """
    if not isinstance(answer.media_id, str) or not answer.media_id:
        raise DeliveryFailed(say("平台没有收下文件"))
    return answer.media_id


def read(response: Response, platform: str, *, may_lack_code: bool = False) -> Answer:
    """Return the answer in a response; what gives a token says nothing else when all is well (`may_lack_code`).

    Raises:
        DeliveryFailed: Busy, refused, or nothing that can be read: then it is unknown whether it did what was asked.
    """
    if response.status == 429:
        raise DeliveryFailed(
            say("{platform}暂时不可用（HTTP {status}）", platform=platform, status=429), retry_after=SOON
        )
    if response.status != 200:
        raise DeliveryFailed(
            say(
                "{platform}拒绝（HTTP {status}），请核对配置里的地址",
                platform=platform,
                status=response.status,
            )
        )
    try:
        answer = msgspec.json.decode(response.content, type=Answer)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        answer = Answer()
    if code(answer.errcode) is None and not (may_lack_code and answer.access_token):
        # A page of some proxy, perhaps.
        raise DeliveryFailed(say("{platform}的回答看不懂，不知是否送到", platform=platform), is_unknown=True)
    return answer
