"""How to go on after the gateway has ended a connection; pure."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from adapters.wording import N_, say


class GoOn(StrEnum):
    """What to do next."""

    RESUME = "resume"  # with the same session: what was missed is sent again
    IDENTIFY = "identify"  # with a new session
    NEW_TOKEN = "new_token"  # noqa: S105 - a new session with a new access token
    FEWER_RIGHTS = "fewer_rights"  # a new session that asks for less
    PAUSE = "pause"  # nothing helps but a person


_BY_CODE: Final = {
    4004: GoOn.NEW_TOKEN,
    4006: GoOn.IDENTIFY,
    4007: GoOn.IDENTIFY,
    4008: GoOn.RESUME,
    4009: GoOn.RESUME,
    **dict.fromkeys((4001, 4002, 4010, 4011, 4012), GoOn.PAUSE),
    **dict.fromkeys((4013, 4014), GoOn.FEWER_RIGHTS),
    **dict.fromkeys(range(4900, 4914), GoOn.IDENTIFY),
    **dict.fromkeys((4914, 4915), GoOn.PAUSE),
}
_WORDS: Final = {
    4001: N_("网关不认识我们的请求"),
    4002: N_("网关读不懂我们的请求"),
    4010: N_("分片不对"),
    4011: N_("机器人太大，要分片"),
    4012: N_("接口版本不对"),
    4013: N_("订阅的事件不存在"),
    4014: N_("没有订阅这类事件的权限"),
    4914: N_("机器人已下架"),
    4915: N_("机器人已被封禁"),
}


def after(code: int | None) -> GoOn:
    """Return what to do after a close code; a connection that broke without one is resumed."""
    return _BY_CODE.get(code or 0, GoOn.RESUME)


def words(code: int | None) -> str:
    """Return what a close code means, for people."""
    if code in _WORDS:
        return say("{words}（{code}）", words=say(_WORDS[code]), code=code)
    return say("连接关闭（{code}）", code=code or say("中断"))
