"""What the error codes of official accounts mean for the message that was sent; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from adapters.wechat.answers import TOKEN_WRONG, Rejected, caller_in
from adapters.wording import N_, said_about, say

IP_UNKNOWN: Final = 40164
_SOON: Final = timedelta(seconds=5)
_AFTER_A_MINUTE: Final = timedelta(minutes=1)
_NEXT_DAY: Final = timedelta(hours=1)  # the quota of a day: asked again every hour

# Trying again after this long may help; every other code stays as it is until somebody changes something.
_PASSING: Final[Mapping[int, timedelta]] = {
    -1: _SOON,  # busy
    45009: _NEXT_DAY,  # too often today
    45011: _AFTER_A_MINUTE,  # too often this minute
    # A secret that was mistyped can be mended while the bot runs; until then nothing is lost.
    **dict.fromkeys(TOKEN_WRONG, _AFTER_A_MINUTE),
    40013: _AFTER_A_MINUTE,
    40125: _AFTER_A_MINUTE,
    IP_UNKNOWN: _AFTER_A_MINUTE,
}

# The follower must write, or follow, again before anything more can be said.
_WINDOW_CLOSED: Final = frozenset({43004, 45015, 45047})

_ADVICE: Final[Mapping[int, str]] = {
    -1: N_("微信繁忙"),
    40001: N_("secret 不对，或 access_token 被别的程序换掉了，请核对配置"),
    40003: N_("没有这个 openid，请核对地址"),
    40013: N_("app_id 不对，请核对配置"),
    40014: N_("access_token 无效，请核对 secret"),
    40125: N_("secret 不对，请核对配置"),
    IP_UNKNOWN: N_("本机的 IP 不在公众号的白名单里，请到“基本配置 - IP 白名单”添加"),
    42001: N_("access_token 过期"),
    43004: N_("对方没有关注公众号"),
    45002: N_("消息太长"),
    45009: N_("今天的调用次数已用完"),
    45011: N_("发送太频繁，被微信限制"),
    45015: N_("对方最近 48 小时没有写来"),
    45047: N_("对方写来一条能回复的条数已经用完"),
    48001: N_("公众号没有“客服消息”的权限（要认证的服务号或订阅号）"),
    48002: N_("对方拒收公众号的消息"),
    50002: N_("公众号被限制使用接口"),
}


def failure(errcode: int, errmsg: str) -> Rejected:
    """Return why a message was refused, in words for the administrator, and when to try again."""
    return Rejected(
        say("{words}（微信 {code}）", words=_words(errcode, errmsg), code=errcode),
        errcode,
        retry_after=_PASSING.get(errcode),
        until_heard=errcode in _WINDOW_CLOSED,
    )


def _words(errcode: int, errmsg: str) -> str:
    if errcode == IP_UNKNOWN and (caller := caller_in(errmsg)):
        return say("本机的 IP {ip} 不在公众号的白名单里，请到“基本配置 - IP 白名单”添加", ip=caller)
    return said_about(_ADVICE.get(errcode), errmsg)
