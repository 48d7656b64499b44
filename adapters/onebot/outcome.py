"""What the answer to a request means for the message that was sent; pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from adapters.contract import DeliveryFailed
from adapters.onebot.frames import Frame
from adapters.onebot.wire import identity
from adapters.wording import Wording, say

_AUTHENTICATION: Final = frozenset({1401, 1403})
_ACCEPTED: Final = 1
_HANDLER_FAILED: Final = 1200
_AFTER_REFUSAL: Final = timedelta(seconds=30)


def is_refusal(frame: Frame) -> bool:
    """Say whether the QQ side does not accept our token, told in a frame after the connection was made."""
    return frame.post_type is None and isinstance(frame.retcode, int) and frame.retcode in _AUTHENTICATION


def delivered_id(answer: Frame, key: str) -> str:
    """Return the platform's id of the message that was sent.

    Some implementations say ok without an id; then a name made of `key` stands for it, which nobody will quote.

    Raises:
        DeliveryFailed: The message was refused, or it is unknown whether it was sent.
    """
    check(answer)
    number = identity(answer.data.get("message_id")) if isinstance(answer.data, dict) else ""
    return number or f"key:{key}"


def check(answer: Frame) -> None:
    """Find nothing wrong with the answer to a request.

    Raises:
        DeliveryFailed: It was refused, or it is unknown whether it took effect.
    """
    retcode = answer.retcode
    if retcode == _ACCEPTED or answer.status == "async":
        raise DeliveryFailed(say("QQ 已收下，但没有说是否发出"), is_unknown=True)
    if answer.status == "ok" or (answer.status is None and retcode == 0):
        return
    words = _words(answer)
    if retcode == _HANDLER_FAILED and _is_slow(words):
        # Usually the message did arrive, and QQ was only slow to say so: sending it again would show it twice.
        raise DeliveryFailed(say("QQ 超时，多半已发出：{words}", words=words), is_unknown=True)
    if is_refusal(answer):
        raise DeliveryFailed(say("QQ 端不认 access_token：{words}", words=words), retry_after=_AFTER_REFUSAL)
    raise DeliveryFailed(_refused(retcode, words))


def _is_slow(words: str) -> bool:
    """Say whether a failed call only took too long. One that gives no reason may be just that."""
    return isinstance(words, Wording) or any(
        word in words.casefold() for word in ("timeout", "timed out", "超时")
    )


def _refused(retcode: object, words: str) -> str:
    """Say that QQ refuses, and what a refusal by risk control means: sending the same again would make it worse."""
    if any(word in words.casefold() for word in ("风控", "risk", "频繁", "rate limit")):
        return say(
            "QQ 拒绝（{code}）：{words}。帐号被风控：请放慢、少发链接，或在手机 QQ 上解除后在看板重发",
            code=retcode,
            words=words,
        )
    return say("QQ 拒绝（{code}）：{words}", code=retcode, words=words)


def _words(answer: Frame) -> str:
    said = (answer.wording, answer.message, answer.msg)
    different = dict.fromkeys(word.strip() for word in said if isinstance(word, str) and word.strip())
    return "；".join(different) or say("没有说原因")
