"""Files that people sent: got from Feishu by the names that stood in the message."""

from __future__ import annotations

from typing import Final

from adapters.contract import Attachment, DeliveryFailed
from adapters.feishu.addresses import MESSAGE, is_id
from adapters.feishu.api import Api
from adapters.powers import FileUnavailable

_KINDS: Final = ("image", "file")


async def fetched(api: Api, attachment: Attachment, most: int) -> bytes:
    """Return the content of a file of at most `most` bytes.

    Raises:
        FileUnavailable: Too large, expired, or not to be had.
    """
    number, _, rest = attachment.reference.partition("/")
    key, _, kind = rest.partition("/")
    if not (MESSAGE.fullmatch(number) and is_id(key) and kind in _KINDS):
        raise FileUnavailable("这条消息里没有可以下载的文件")
    try:
        response = await api.content(f"im/v1/messages/{number}/resources/{key}", {"type": kind}, most)
    except DeliveryFailed as failed:
        raise FileUnavailable(f"取不到文件：{failed.reason}") from None
    if response.status != 200:
        raise FileUnavailable("取不到文件：已过期，或应用没有“获取消息中的资源文件”的权限")
    return response.content
