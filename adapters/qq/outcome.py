"""What the platform's answer to a request means; pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

import msgspec

from adapters.qq.frames import word
from adapters.wording import N_, said_about, say


class Outcome(StrEnum):
    """What happened to a message, as far as it decides what to do next."""

    SENT = "sent"
    ALREADY_SENT = "already_sent"
    TOKEN = "token"  # noqa: S105 - the name of an outcome: the access token was not accepted
    WINDOW = "window"  # what it answers is too old or has been answered often enough
    PUSH = "push"  # the bot may not speak first there
    MARKDOWN = "markdown"
    LINK = "link"
    BUSY = "busy"
    REVIEW = "review"
    UNKNOWN = "unknown"
    REFUSED = "refused"


class Verdict(msgspec.Struct, frozen=True):
    """An outcome with what the platform said about it."""

    outcome: Outcome
    said: str = ""  # for people: code, words and trace
    message_id: str = ""
    index: str = ""  # what a quote of the message will name
    retry_after: timedelta | None = None


_NOT_LISTED: Final = (40023002, 11298)

_BY_CODE: Final[Mapping[int, Outcome]] = {
    **dict.fromkeys((11242, 11243, 11244), Outcome.TOKEN),
    **dict.fromkeys((40034005, 40034024, 40034025, 40034026, 40034128), Outcome.WINDOW),
    40054005: Outcome.ALREADY_SENT,
    # Our address is not on the list of the application (which comes with 401, as if it were the token): mended while we run.
    **dict.fromkeys((*_NOT_LISTED, 22009, 40034100, 100017), Outcome.BUSY),
    **dict.fromkeys((40034102, 40034105, 40054013, 40054004), Outcome.PUSH),
    **dict.fromkeys((40034090, 50056), Outcome.MARKDOWN),
    **dict.fromkeys((40054010, 304003), Outcome.LINK),
    **dict.fromkeys((304023, 304024), Outcome.REVIEW),
}
_HINTS: Final[Mapping[int, str]] = {
    **dict.fromkeys(
        _NOT_LISTED, N_("本机的公网 IP 不在机器人的白名单里，请到 q.qq.com“开发设置 - IP 白名单”添加")
    ),
    11253: N_("没有这个接口的权限"),
    11254: N_("接口已被封禁"),
    40034105: N_("群主没有打开“机器人主动在群聊内发言”"),
    40034102: N_("群主没有打开“机器人主动在群聊内发言”"),
    40054013: N_("对方关闭了机器人的主动消息"),
    40054004: N_("对方没有加机器人为好友"),
}
_AFTER_LIMIT: Final = timedelta(seconds=30)
_LONGEST_WAIT: Final = timedelta(hours=1)
_MANY: Final = 429


def judge(status: int, body: bytes, headers: Mapping[str, str]) -> Verdict:
    """Say what an answer means. The code decides, never the words, which change."""
    fields = fields_of(body)
    code = code_of(fields)
    said = _said(status, code, fields, headers)
    if (outcome := _BY_CODE.get(code)) is not None:
        wait = _wait(headers) if outcome is Outcome.BUSY else None
        return Verdict(outcome, said, retry_after=wait)
    if status == 401:
        return Verdict(Outcome.TOKEN, said)
    if status == _MANY:
        return Verdict(Outcome.BUSY, said, retry_after=_wait(headers))
    if 200 <= status < 300 and not code:
        return _accepted(status, fields, said)
    if status >= 500:
        return Verdict(Outcome.UNKNOWN, said)
    return Verdict(Outcome.REFUSED, said)


def waits_for_a_person(status: int, body: bytes) -> bool:
    """Say whether the platform refuses whatever is asked from this address: the words of its refusal are all the advice."""
    return status >= 300 and code_of(fields_of(body)) in _NOT_LISTED


def fields_of(body: bytes) -> dict[str, Any]:
    """Return the fields of an answer; none when it is no JSON object."""
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return {}
    return fields if isinstance(fields, dict) else {}


def code_of(fields: Mapping[str, Any]) -> int:
    """Return the code of an error, or 0."""
    for name in ("err_code", "code"):
        number = word(fields.get(name))
        if number and number != "0":
            return int(number) if number.isascii() and number.isdecimal() and len(number) < 19 else -1
    return 0


def _accepted(status: int, fields: Mapping[str, Any], said: str) -> Verdict:
    info = fields.get("ext_info")
    index = word(info.get("ref_idx")) if isinstance(info, dict) else ""
    number = word(fields.get("id"))
    if status in (201, 202) and not number:
        return Verdict(Outcome.REVIEW, said)
    return Verdict(Outcome.SENT, said, number, index)


def _wait(headers: Mapping[str, str]) -> timedelta:
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdecimal() and len(given) < 7:
        return min(max(timedelta(seconds=int(given)), timedelta(seconds=1)), _LONGEST_WAIT)
    return _AFTER_LIMIT


def _said(status: int, code: int, fields: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    words = said_about(_HINTS.get(code), word(fields.get("message")))
    trace = word(fields.get("trace_id")) or headers.get("X-Tps-trace-ID", "")
    number = f"{code or f'HTTP {status}'}{f', trace {trace[:64]}' if trace else ''}"
    return say("{words}（{code}）", words=words, code=number)
