"""Files that people sent, fetched from the hosts that a platform keeps them on, and from no other."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar
from urllib.parse import unquote

import aiohttp
from yarl import URL

from adapters.contract import Attachment, DeliveryFailed, File
from adapters.powers import FileUnavailable
from adapters.wording import say

_T = TypeVar("_T")

_ENCODED_NAME: Final = re.compile(r"filename\*=UTF-8''([^;\s]+)", re.IGNORECASE)
_NAME: Final = re.compile(r'filename="?([^";]+)', re.IGNORECASE)
_LONGEST_NAME: Final = 128
_PATIENCE: Final = 30.0  # seconds for a whole file


def is_allowed(url: str, hosts: tuple[str, ...]) -> bool:
    """Say whether a file may be fetched from an address: on one of these hosts or below it."""
    try:
        address = URL(url)
    except ValueError:
        return False
    host = (address.host or "").lower().rstrip(".")
    return address.scheme in ("http", "https") and any(
        host == allowed.lower() or host.endswith("." + allowed.lower()) for allowed in hosts
    )


async def by_reference(
    attachment: Attachment, ask: Callable[[str], Awaitable[_T]], *, is_reference: Callable[[str], bool] = bool
) -> _T:
    """Return what a platform answers when it is asked for a file by the name that stood in the message.

    Raises:
        FileUnavailable: There is no such name, or the platform refuses.
    """
    if not is_reference(attachment.reference):
        raise FileUnavailable(say("这条消息里没有可以下载的文件"))
    try:
        return await ask(attachment.reference)
    except DeliveryFailed as failed:
        raise FileUnavailable(say("取不到文件：{why}", why=failed.reason)) from None


async def downloaded(url: str | None, *, most: int, hosts: tuple[str, ...]) -> bytes:
    """Return what lies at an address, as `downloaded_file` does."""
    return (await downloaded_file(url, most=most, hosts=hosts)).content


async def downloaded_file(url: str | None, *, most: int, hosts: tuple[str, ...]) -> File:
    """Return what lies at an address, with its name where the host says it; redirections are not followed, and no error repeats the address.

    Raises:
        FileUnavailable: On another host, larger than `most` bytes, expired, or not reached.
    """
    if not url or not is_allowed(url, hosts):
        raise FileUnavailable(say("平台没有给出可以下载的地址。请换一种方式发，或把主机加进 file_hosts。"))
    timeout = aiohttp.ClientTimeout(total=_PATIENCE)
    content = bytearray()
    name = ""
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(URL(url, encoded=True), allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise FileUnavailable(
                    say("文件下载不了（HTTP {status}），多半已过期，请再发一次。", status=response.status)
                )
            name = _named(response.headers.get("Content-Disposition", ""))
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > most:
                    raise too_large(most)
    except (aiohttp.ClientError, OSError) as error:
        why = type(error).__name__
        raise FileUnavailable(say("文件下载不了（{why}），请再发一次。", why=why)) from None
    return File(name, bytes(content))


def _named(disposition: str) -> str:
    """Return the name in a header as hosts write it: encoded, quoted, or bare."""
    found = _ENCODED_NAME.search(disposition) or _NAME.search(disposition)
    name = unquote(found[1]) if found else ""
    shown = "".join(character for character in name if character.isprintable())
    return shown.replace("\\", "/").rpartition("/")[2].strip()[:_LONGEST_NAME]


def too_large(most: int) -> FileUnavailable:
    """Return that a file has more than `most` bytes."""
    return FileUnavailable(say("文件超过 {count} MB。", count=max(1, most >> 20)))
