"""Checks of the configuration keys of encrypted callbacks; pure."""

from __future__ import annotations

from adapters.wechat.crypto import is_available, read_key


def check_callback_keys(token: str, aes_key: str) -> None:
    """Check what encrypted callbacks need.

    Raises:
        ValueError: In the form `key：words` that configuration mistakes have.
    """
    if not token:
        raise ValueError("token：必填，与平台后台“接收消息”里的 Token 相同")
    try:
        read_key(aes_key)
    except ValueError as error:
        raise ValueError(f"aes_key：{error}") from None
    if not is_available():
        raise ValueError("aes_key：加密回调需要 cryptography，请先运行 make extras")
