"""Files that people sent: got from Feishu by the names that stood in the message."""

from __future__ import annotations

from functools import partial
from typing import Final

from adapters.contract import Attachment
from adapters.downloads import by_reference
from adapters.feishu.addresses import MESSAGE, is_id
from adapters.feishu.api import Api
from adapters.powers import FileUnavailable
from adapters.server import Response
from adapters.wording import say

_KINDS: Final = ("image", "file")


async def fetched(api: Api, attachment: Attachment, most: int) -> bytes:
    """Return the content of a file of at most `most` bytes.

    Raises:
        FileUnavailable: Too large, expired, or not to be had.
    """
    response = await by_reference(attachment, partial(_asked, api, most), is_reference=_is_reference)
    if response.status != 200:
        raise FileUnavailable(say("取不到文件：已过期，或应用没有“获取消息中的资源文件”的权限"))
    return response.content


async def _asked(api: Api, most: int, reference: str) -> Response:
    number, key, kind = reference.split("/")
    return await api.content(f"im/v1/messages/{number}/resources/{key}", {"type": kind}, most)


def _is_reference(reference: str) -> bool:
    number, _, rest = reference.partition("/")
    key, _, kind = rest.partition("/")
    return bool(MESSAGE.fullmatch(number)) and is_id(key) and kind in _KINDS
