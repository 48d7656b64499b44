"""Files that people sent to an intelligent robot: fetched within five minutes, and decrypted."""

from __future__ import annotations

from typing import Final

from adapters.contract import Attachment, File
from adapters.downloads import downloaded_file
from adapters.powers import FileUnavailable
from adapters.wechat.crypto import Tampered, is_available, opened_file
from adapters.wording import say

_PADDING: Final = 32  # bytes at most


async def fetched(attachment: Attachment, most: int, *, hosts: tuple[str, ...], key: str = "") -> File:
    """Return a file; its name stands only where it lies. `key` is that of the callback, a long connection sends one with each file.

    Raises:
        FileUnavailable: Too large, expired, on a host that is not allowed, or not to be decrypted.
    """
    if not is_available():
        raise FileUnavailable(say("解密文件需要 cryptography，请先运行 make extras"))
    found = await downloaded_file(attachment.url, most=most + _PADDING, hosts=hosts)
    try:
        return File(found.name, opened_file(found.content, attachment.reference or key))
    except Tampered:
        raise FileUnavailable(say("文件解不开，请再发一次。")) from None
