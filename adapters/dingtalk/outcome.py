"""What DingTalk answers, through its interface and through the address of a conversation; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from adapters.contract import DeliveryFailed
from adapters.server import SOON, Response
from adapters.values import word
from adapters.wording import N_, said_about, say

_BLOCKED_FOR: Final = timedelta(minutes=10)  # after more than 20 messages in a minute
_MINUTE: Final = timedelta(minutes=1)
_TOO_OFTEN: Final = frozenset({130101, 410100, 660026, 90018})

_ADVICE: Final[Mapping[str, str]] = {
    "InvalidAuthentication": N_("access token 无效"),
    "invalidClientIdOrSecret": N_("client_id 或 secret 不对，请核对配置"),
    "authFailed": N_("client_id 或 secret 不对，请核对配置"),
    "Forbidden.AccessDenied.AccessTokenPermissionDenied": N_(
        "应用没有这项权限，请在开放平台开通“企业内机器人发送消息权限”"
    ),
    "resource.not.found": N_("没有这个群，或机器人不在群里"),
    "group.disbanded": N_("这个群已经解散"),
    "bot.stopped": N_("机器人已停用，请在开放平台启用"),
    "invalid.openConversationId": N_("没有这个群，请核对地址里的 openConversationId"),
    "Forbidden.AccessDenied.IpNotInWhiteList": N_("本机的 IP 不在应用的“服务器出口 IP”里，请到开放平台添加"),
    "robot.not.in.conversation": N_("机器人不在这个群里"),
    "staffId.notExisted": N_("没有这个人，请核对地址里的 userid"),
}


class Rejected(DeliveryFailed):
    """DingTalk said no."""

    def __init__(self, code: str, said: str, retry_after: timedelta | None = None) -> None:
        words = said_about(_ADVICE.get(code), said)
        super().__init__(say("{words}（钉钉 {code}）", words=words, code=code), retry_after=retry_after)
        self.code = code


class TokenRefused(Rejected):
    """The token is not taken any more; another one may be."""


def read(response: Response) -> dict[str, Any]:
    """Return what the interface answered, when all is well.

    Raises:
        Rejected: It says no.
        DeliveryFailed: It says nothing that can be read: then it is unknown whether it did what was asked.
    """
    found = _object(response.content)
    if response.status == 200 and found is not None:
        return found
    code, said = word(found, "code"), word(found, "message")
    if response.status == 401 or code == "InvalidAuthentication":
        raise TokenRefused(code or "401", said, _MINUTE)
    if response.status == 429 or "Throttling" in code or "FrequencyLimit" in code:
        raise Rejected(code or "429", said or say("发送太频繁，被钉钉限制"), _MINUTE)
    if response.status >= 300:
        # A secret that was mistyped can be mended while the bot runs; until then nothing is lost.
        mendable = code in ("invalidClientIdOrSecret", "authFailed")
        raise Rejected(code or str(response.status), said, _MINUTE if mendable else None)
    raise DeliveryFailed(say("钉钉的回答看不懂，不知是否送到"), is_unknown=True)


def check_answered(response: Response) -> dict[str, Any]:
    """Return what the address of a conversation, or the older interface beside it, says when it has taken something.

    Raises:
        Rejected: It says no.
        DeliveryFailed: It says nothing that can be read.
    """
    found = _object(response.content)
    code = found.get("errcode") if found is not None else None
    if response.status != 200 or isinstance(code, bool) or not isinstance(code, int):
        if response.status >= 300:
            raise Rejected(str(response.status), say("会话的回复地址不再有效"))
        raise DeliveryFailed(say("钉钉的回答看不懂，不知是否送到"), is_unknown=True)
    if code in _TOO_OFTEN:
        raise Rejected(str(code), say("发送太频繁，被钉钉限制 10 分钟"), _BLOCKED_FOR)
    if code == -1:
        raise Rejected("-1", say("钉钉繁忙"), SOON)
    if code:
        raise Rejected(str(code), word(found, "errmsg"))
    return found or {}


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return found if isinstance(found, dict) else None
