"""Checks of configuration keys that several kinds of WeCom bots have; pure."""

from __future__ import annotations

from yarl import URL

from adapters.wecom.crypto import is_available, read_key


def check_callback_keys(token: str, aes_key: str) -> None:
    """Check what encrypted callbacks need.

    Raises:
        ValueError: In the form `key：words` that configuration mistakes have.
    """
    if not token:
        raise ValueError("token：必填，与企业微信后台“接收消息”里的 Token 相同")
    try:
        read_key(aes_key)
    except ValueError as error:
        raise ValueError(f"aes_key：{error}") from None
    if not is_available():
        raise ValueError("aes_key：加密回调需要 cryptography，请先运行 make extras")


def check_address(key: str, address: str, *schemes: str) -> None:
    """Check that an address starts with one of the schemes and names a server.

    Raises:
        ValueError: In the form `key：words`; the address is not repeated, because it may carry a secret.
    """
    try:
        has_server = bool(URL(address).host)
    except ValueError:
        has_server = False
    if not has_server or not address.startswith(schemes) or any(each.isspace() for each in address):
        raise ValueError(f"{key}：应是以 {' 或 '.join(schemes)} 开头的地址")
