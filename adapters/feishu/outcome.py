"""What Feishu answers, and what its codes mean for the message that was sent; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import msgspec

from adapters.contract import DeliveryFailed
from adapters.server import SOON, Response
from adapters.wording import N_, said_about, say

OK: Final = 0
TOKEN_WRONG: Final = frozenset({99991661, 99991663, 99991664, 99991668, 99991671})
QUOTE_GONE: Final = frozenset({230011, 230006, 230071, 231003, 230110})
_BUSY: Final = frozenset({99991400, 230020, 11232, 11233, 11247})
_SILENCED: Final = frozenset(
    {230018, 230035}
)  # the group lets only some speak: nothing can be said before it changes
_LATER: Final = frozenset({230101})  # "temporarily unavailable"
_STREAM_BUSY: Final = frozenset({1, 1000040343})  # where to connect to is not known right now

_MINUTE: Final = timedelta(minutes=1)
_LONGEST: Final = timedelta(minutes=5)

_ADVICE: Final[Mapping[int, str]] = {
    1: N_("飞书繁忙"),
    403: N_("应用没有开启“使用长连接接收事件”，或没有发布"),
    514: N_("app_id 或 secret 不对，请核对配置"),
    1000040343: N_("飞书繁忙"),
    1000040344: N_("app_id 或 secret 不对，请核对配置"),
    1000040350: N_("这个应用的长连接太多（最多 50 个），请停掉别的程序"),
    10003: N_("app_id 或 secret 不对，请核对配置"),
    10014: N_("app_id 或 secret 不对，请核对配置"),
    10015: N_("app_id 或 secret 不对，请核对配置"),
    99991661: N_("access token 无效"),
    99991663: N_("access token 无效"),
    99991664: N_("access token 无效"),
    99991672: N_("应用没有这项权限，请在开放平台开通并发布新版本"),
    99991400: N_("发送太频繁，被飞书限制"),
    230001: N_("消息的参数不对"),
    230002: N_("机器人不在这个群里，请把它加进来"),
    230006: N_("应用没有开启机器人能力"),
    230011: N_("要回复的消息已被撤回"),
    230013: N_("对方不在应用的可用范围里"),
    230017: N_("机器人不是这个群的成员"),
    230018: N_("群设置不允许机器人发言"),
    230035: N_("群设置不允许机器人发言"),
    230101: N_("飞书暂时不让机器人给人发消息"),
    230020: N_("这个群发送太频繁，被飞书限制"),
    230025: N_("消息太长"),
    230028: N_("消息没有通过审核"),
    230072: N_("这条消息修改的次数已用完"),
}
# A secret that was mistyped can be mended while the bot runs; until then nothing is lost.
_MENDABLE: Final = frozenset({10003, 10014, 10015}) | TOKEN_WRONG


class Rejected(DeliveryFailed):
    """Feishu said no, with a code."""

    def __init__(self, code: int, said: str, retry_after: timedelta | None) -> None:
        words = said_about(_ADVICE.get(code), said)
        super().__init__(
            say("{words}（飞书 {code}）", words=words, code=code),
            retry_after=retry_after,
            until_heard=code in _SILENCED,
        )
        self.code = code


def read(response: Response) -> dict[str, Any]:
    """Return what was answered, when it says that all is well.

    Raises:
        Rejected: It says no.
        DeliveryFailed: It says nothing that can be read: then it is unknown whether it did what was asked.
    """
    try:
        answer = msgspec.json.decode(response.content)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        answer = None
    code = answer.get("code") if isinstance(answer, dict) else None
    if response.status == 429:
        raise Rejected(99991400, "", _wait(response.headers))
    if not isinstance(answer, dict) or isinstance(code, bool) or not isinstance(code, int):
        if response.status >= 300:
            raise DeliveryFailed(say("飞书拒绝（HTTP {status}），请核对配置里的地址", status=response.status))
        raise DeliveryFailed(say("飞书的回答看不懂，不知是否送到"), is_unknown=True)
    if code == OK:
        return answer
    words = answer.get("msg")
    raise Rejected(code, words if isinstance(words, str) else "", _retry(code, response.headers))


def _retry(code: int, headers: Mapping[str, str]) -> timedelta | None:
    if code in _BUSY or code in _STREAM_BUSY:
        return _wait(headers)
    return _MINUTE if code in _MENDABLE or code in _LATER else None


def _wait(headers: Mapping[str, str]) -> timedelta:
    said = headers.get("x-ogw-ratelimit-reset", "")
    if said.isascii() and said.isdecimal() and len(said) < 6:
        return min(max(timedelta(seconds=int(said)), timedelta(seconds=1)), _LONGEST)
    return SOON
