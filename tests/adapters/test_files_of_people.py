"""Files that people send are had on every platform that has them, whole, from allowed hosts only, and never larger than asked for."""

from __future__ import annotations

import base64
import os
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from adapters.contract import Attachment, File
from adapters.downloads import downloaded
from adapters.powers import FetchesFiles, FileUnavailable, NamesFiles
from adapters.wechat.crypto import Tampered, opened_file
from tests.adapters import telegram_peers, wecom_peers

pytestmark = pytest.mark.asyncio

CONTENT = "问题,答案\n打印机卡纸,打开后盖\n".encode()
MOST = 1000
HOSTS = ("127.0.0.1",)


async def shelf(host: Callable[..., Awaitable[str]], content: bytes = CONTENT) -> str:
    """Serve a file, and return its address."""

    async def handle(request: web.Request) -> web.Response:
        if request.path == "/elsewhere":
            raise web.HTTPFound("/faq.csv")
        return web.Response(body=content) if request.path == "/faq.csv" else web.Response(status=404)

    return f"{await host(handle)}/faq.csv"


async def refused(adapter: FetchesFiles, file: Attachment, most: int = MOST) -> str:
    with pytest.raises(FileUnavailable) as unavailable:
        await adapter.fetch("x:group:1", file, most)
    return unavailable.value.why


async def test_only_allowed_hosts_are_asked_and_nothing_larger_is_read(host):
    url = await shelf(host)
    assert await downloaded(url, most=len(CONTENT), hosts=HOSTS) == CONTENT
    for address, most, hosts in (
        (url, len(CONTENT) - 1, HOSTS),
        (url, MOST, ("qq.com",)),
        (url.replace("faq.csv", "gone?secret=s3cret"), MOST, HOSTS),
        (url.replace("faq.csv", "elsewhere"), MOST, HOSTS),
        ("http://127.0.0.1:9/s3cret", MOST, HOSTS),
        ("file:///etc/passwd", MOST, HOSTS),
        (None, MOST, HOSTS),
    ):
        with pytest.raises(FileUnavailable) as unavailable:
            await downloaded(address, most=most, hosts=hosts)
        assert "s3cret" not in unavailable.value.why


async def test_qq_official(qq_bot, host):
    adapter = qq_bot(file_hosts=HOSTS)
    assert isinstance(adapter, FetchesFiles)
    url = await shelf(host)
    assert await adapter.fetch("qq:group:1", Attachment("file", "faq.csv", url), MOST) == CONTENT
    assert "file_hosts" in await refused(qq_bot(), Attachment("file", "faq.csv", url))


def sealed(content: bytes, key: bytes) -> bytes:
    count = 32 - len(content) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return encryptor.update(content + bytes([count]) * count) + encryptor.finalize()


async def test_an_intelligent_robot_decrypts_with_the_key_of_the_file_or_of_the_callback(wecom, host):
    # Named, because one in 256 keys opens what another has sealed: the padding is all that tells them apart.
    key = bytes(range(32))
    file = Attachment(
        "file", "faq.csv", await shelf(host, sealed(CONTENT, key)), base64.b64encode(key).decode()
    )
    adapter = wecom("wecom-aibot", file_hosts=HOSTS)
    assert isinstance(adapter, FetchesFiles)
    assert await adapter.fetch("wecom:private:1", file, MOST) == CONTENT
    assert "解不开" in await refused(
        adapter, Attachment("file", "x", file.url, base64.b64encode(b"x" * 32).decode())
    )
    assert "解不开" in await refused(adapter, Attachment("file", "x", file.url))

    callback = wecom("wecom-aibot", mode="callback", file_hosts=HOSTS)
    its_key = base64.b64decode(wecom_peers.AES_KEY + "=")
    file = Attachment("file", "faq.csv", await shelf(host, sealed(CONTENT, its_key)))
    assert await callback.fetch("wecom:private:1", file, MOST) == CONTENT
    await callback.close()


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename*=UTF-8''%E5%B8%B8%E8%A7%81.xlsx", "常见.xlsx"),
        ('attachment; filename="%E5%B8%B8%E8%A7%81.xlsx"', "常见.xlsx"),
        ('attachment; filename="a b.csv"; size=3', "a b.csv"),
        ("attachment; filename=faq.csv", "faq.csv"),
        ('attachment; filename="..\\\\..\\\\faq.csv"', "faq.csv"),
        ("attachment; filename=/etc/passwd", "passwd"),
        ("attachment", ""),
    ],
)
async def test_a_file_of_an_intelligent_robot_is_called_what_its_host_says(wecom, host, disposition, name):
    key = os.urandom(32)

    async def handle(request: web.Request) -> web.Response:
        return web.Response(body=sealed(CONTENT, key), headers={"Content-Disposition": disposition})

    adapter = wecom("wecom-aibot", file_hosts=HOSTS)
    assert isinstance(adapter, NamesFiles)
    file = Attachment("file", "4f5e", f"{await host(handle)}/4f5e?x=1", base64.b64encode(key).decode())
    assert await adapter.fetch_named("wecom:private:1", file, MOST) == File(name, CONTENT)


@pytest.mark.parametrize("content", [b"", b"x" * 15, b"x" * 16, b"\x00" * 64])
async def test_what_does_not_belong_to_a_key_is_refused(content):
    with pytest.raises(Tampered):
        opened_file(content, base64.b64encode(b"k" * 32).decode())
    with pytest.raises(Tampered):
        opened_file(content, "no key")


async def test_an_application_of_wecom(wecom_app_platform):
    adapter, api = wecom_app_platform.adapter, wecom_app_platform.api
    assert isinstance(adapter, FetchesFiles)
    api.files["m-1"] = CONTENT
    file = Attachment("file", "faq.csv", reference="m-1")
    assert await adapter.fetch("wecom:private:1", file, MOST) == CONTENT
    api.tokens.append("of another program")  # renewed once
    assert await adapter.fetch("wecom:private:1", file, MOST) == CONTENT
    assert "40007" in await refused(adapter, Attachment("file", "x", reference="gone"))
    assert await refused(adapter, file, 3)
    assert await refused(adapter, Attachment("file", "x"))


async def test_telegram(telegram, bot_api):
    adapter = telegram(base_file_url=bot_api.base_url.replace("/bot", "/file/bot"))
    assert isinstance(adapter, FetchesFiles)
    bot_api.files["documents/f-1"] = CONTENT
    file = Attachment("file", "faq.csv", reference="f-1")
    assert await adapter.fetch("tg:group:1", file, MOST) == CONTENT
    for lost, most in (
        (file, 3),
        (Attachment("file", "x", reference="gone"), MOST),
        (Attachment("file", "x"), MOST),
    ):
        assert telegram_peers.TOKEN not in await refused(adapter, lost, most)
    await adapter.close()


async def test_dingtalk(dingtalk, host):
    adapter, server = await dingtalk(file_hosts=HOSTS)
    assert isinstance(adapter, FetchesFiles)
    server.files["c-1"] = await shelf(host)
    assert (
        await adapter.fetch("dingtalk:private:1", Attachment("file", "faq.csv", reference="c-1"), MOST)
        == CONTENT
    )
    assert "downloadCode" in await refused(adapter, Attachment("file", "x", reference="gone"))
    assert await refused(adapter, Attachment("file", "x"))
