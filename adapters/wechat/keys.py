"""Checks of the configuration keys of encrypted callbacks; pure."""

from __future__ import annotations

from adapters.wechat.crypto import is_available, read_key
from adapters.wording import say, words_of


def check_callback_keys(token: str, aes_key: str) -> None:
    """Check what encrypted callbacks need.

    Raises:
        ValueError: In the form `key：words` that configuration mistakes have.
    """
    if not token:
        raise ValueError(say("token：必填，与平台后台“接收消息”里的 Token 相同"))
    try:
        read_key(aes_key)
    except ValueError as error:
        raise ValueError(say("aes_key：{why}", why=words_of(error))) from None
    if not is_available():
        raise ValueError(say("aes_key：加密回调需要 cryptography，请先运行 make extras"))
