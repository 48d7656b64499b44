"""Files that people sent to an intelligent robot: fetched within five minutes, and decrypted."""

from __future__ import annotations

from typing import Final

from adapters.contract import Attachment
from adapters.downloads import downloaded
from adapters.powers import FileUnavailable
from adapters.wechat.crypto import Tampered, is_available, opened_file
from adapters.wording import say

_PADDING: Final = 32  # bytes at most


async def fetched(attachment: Attachment, most: int, *, hosts: tuple[str, ...], key: str = "") -> bytes:
    """Return the content of a file; `key` is that of the callback, a long connection sends one with each file.

    Raises:
        FileUnavailable: Too large, expired, on a host that is not allowed, or not to be decrypted.
    """
    if not is_available():
        raise FileUnavailable(say("解密文件需要 cryptography，请先运行 make extras"))
    content = await downloaded(attachment.url, most=most + _PADDING, hosts=hosts)
    try:
        return opened_file(content, attachment.reference or key)
    except Tampered:
        raise FileUnavailable(say("文件解不开，请再发一次。")) from None
