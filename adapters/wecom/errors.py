"""What the error codes of WeCom mean for the message that was sent; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from adapters.wechat.answers import TOKEN_WRONG, Rejected, caller_in
from adapters.wording import N_, said_about, say

LARGEST_FILE: Final = 20_000_000  # bytes of a file
KEY_WRONG: Final = 93000
IP_UNKNOWN: Final = 60020
NOT_SUBSCRIBED: Final = 846609
REPLY_IMPOSSIBLE: Final = frozenset({846605, 846608})  # req_id unknown, reply too late

_SOON: Final = timedelta(seconds=5)
_AFTER_A_MINUTE: Final = timedelta(minutes=1)

# Trying again after this long may help; every other code stays as it is until somebody changes something.
_PASSING: Final[Mapping[int, timedelta]] = {
    -1: _SOON,  # busy
    45009: _AFTER_A_MINUTE,  # too often
    45033: _AFTER_A_MINUTE,  # too many at once
    NOT_SUBSCRIBED: _SOON,
    # A secret that was mistyped can be mended while the bot runs; until then nothing is lost.
    **dict.fromkeys(TOKEN_WRONG, _AFTER_A_MINUTE),
    40013: _AFTER_A_MINUTE,  # corp id unknown
}

# Customer service: the customer must write again before anything more can be said.
_WINDOW_CLOSED: Final = frozenset({95001, 95002, 95013, 95016, 95018, 95024})

_ADVICE: Final[Mapping[int, str]] = {
    -1: N_("企业微信繁忙"),
    40001: N_("secret 不对，请核对配置"),
    40003: N_("没有这个成员，请核对地址里的 userid"),
    40008: N_("企业微信不收这种消息"),
    40013: N_("corp_id 不对，请核对配置"),
    40014: N_("access_token 无效，请核对 secret"),
    40058: N_("消息的参数不对"),
    42001: N_("access_token 过期"),
    45002: N_("消息太长"),
    45009: N_("发送太频繁，被企业微信限制"),
    45033: N_("同时发送太多"),
    60020: N_("本机的 IP 不在应用的“企业可信 IP”里，请到企业微信后台添加"),
    81013: N_("对方不在应用的可见范围里，请到企业微信后台调整"),
    93000: N_("webhook 的 key 无效，或机器人已被移出群"),
    95000: N_("没有这个客服账号"),
    95001: N_("客户写来一条最多回复 5 条，已经用完"),
    95002: N_("客户最近一次写来已过 48 小时"),
    95004: N_("没有这个客服账号"),
    95007: N_("拉取消息的凭证已过期"),
    95013: N_("会话已经结束"),
    95016: N_("会话的状态不允许发送"),
    95017: N_("没有开启“可调用接口”，请到微信客服的 API 里设置"),
    95018: N_("会话正由人工接待，或企业还没认证：请把这个客服账号的接待人员留空或设为不接待"),
    95024: N_("客户最近 48 小时没有写来"),
    846605: N_("要回复的消息已失效"),
    846608: N_("回复已超过时限"),
    846609: N_("长连接没有登录"),
}


def failure(errcode: int, errmsg: str) -> Rejected:
    """Return why a message was refused, in words for the administrator, and when to try again."""
    return Rejected(
        say("{words}（企业微信 {code}）", words=_words(errcode, errmsg), code=errcode),
        errcode,
        retry_after=_PASSING.get(errcode),
        until_heard=errcode in _WINDOW_CLOSED,
    )


def is_known(errcode: int) -> bool:
    """Say whether this code has a meaning here."""
    return errcode in _ADVICE


def _words(errcode: int, errmsg: str) -> str:
    if errcode == IP_UNKNOWN and (caller := caller_in(errmsg)):
        return say("本机的 IP {ip} 不在应用的“企业可信 IP”里，请到企业微信后台添加", ip=caller)
    return said_about(_ADVICE.get(errcode), errmsg)
