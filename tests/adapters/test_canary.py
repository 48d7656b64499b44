"""A canary in every secret: no settings, no error and no log of any adapter repeats it, and nothing goes to a host that nobody configured."""

from __future__ import annotations

import ast
import asyncio
import base64
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from structlog.testing import capture_logs

from adapters.contract import DeliveryFailed, Examines, Outgoing
from adapters.registry import create, known_types, settings_type

CANARY = "c4n4ry-0f-a-secret"
KEY = base64.b64encode(b"canary-of-thirty-two-bytes-long!").decode().rstrip("=")  # an EncodingAESKey
SECRETS = (
    "secret",
    "token",
    "access_token",
    "aes_key",
    "encrypt_key",
    "verification_token",
    "secret_token",
    "webhook",
)

# What each type needs to be made; a secret that stands nowhere here fails `test_every_secret_has_its_canary`.
KEYS: dict[str, list[dict[str, Any]]] = {
    "console": [{}],
    "web": [{}],
    "dingtalk": [{"client_id": "ding1", "secret": CANARY, "api_base": "{base}", "webhook_base": "{base}"}],
    "feishu": [{"app_id": "cli_1", "secret": CANARY, "encrypt_key": CANARY, "verification_token": CANARY, "api_base": "{base}"}, {"app_id": "cli_1", "secret": CANARY, "mode": "websocket", "api_base": "{base}"}],
    "onebot": [
        {"mode": "reverse", "access_token": CANARY},
        {"mode": "forward", "url": "{socket}", "access_token": CANARY},
        {"mode": "http", "url": "{base}", "secret": CANARY, "access_token": CANARY},
    ],
    "qq": [
        {"app_id": "102000000", "secret": CANARY, "api_base": "{base}", "token_url": "{base}/token"},
        {"app_id": "102000000", "secret": CANARY, "api_base": "{base}", "token_url": "{base}/token", "mode": "webhook"},
    ],
    "satori": [{"url": "{base}", "token": CANARY}],
    "telegram": [
        {"token": f"123:{CANARY}", "base_url": "{base}/bot", "base_file_url": "{base}/file/bot"},
        {"token": f"123:{CANARY}", "base_url": "{base}/bot", "base_file_url": "{base}/file/bot", "mode": "webhook",
         "secret_token": CANARY, "url": "https://bot.example.com/hooks/p"},
    ],
    "wechat-kf": [{"corp_id": "ww1", "secret": CANARY, "token": CANARY, "aes_key": KEY, "api_base": "{base}"}],
    "wechat-mp": [{"app_id": "wx1", "secret": CANARY, "token": CANARY, "aes_key": KEY, "api_base": "{base}"}],
    "wecom-aibot": [
        {"bot_id": "b", "secret": CANARY, "url": "{socket}"},
        {"bot_id": "b", "mode": "callback", "token": CANARY, "aes_key": KEY},
    ],
    "wecom-app": [{"corp_id": "ww1", "agent_id": 1, "secret": CANARY, "token": CANARY, "aes_key": KEY, "api_base": "{base}"}],
    "wecom-robot": [{"webhook": "{base}/cgi-bin/webhook/send?key=" + CANARY}],
}  # fmt: skip
MADE = [(type_name, index) for type_name, blocks in KEYS.items() for index in range(len(blocks))]
ROOMS = {"telegram": ("p:group:-1001", "p:private:5"), "onebot": ("p:group:1", "p:private:2")}


def block(type_name: str, index: int, base: str) -> dict[str, Any]:
    places = {"{base}": base, "{socket}": base.replace("http", "ws")}
    filled = {}
    for key, value in KEYS[type_name][index].items():
        for gap, place in places.items():
            value = value.replace(gap, place) if isinstance(value, str) else value
        filled[key] = value
    return filled


def shows(text: str) -> bool:
    return CANARY in text or KEY in text or KEY[:20] in text


def test_every_type_and_every_secret_has_its_canary() -> None:
    assert sorted(KEYS) == sorted(set(known_types()) - {"chat"})
    for type_name, blocks in KEYS.items():
        has = {field.name for field in msgspec.structs.fields(settings_type(type_name))}
        given = {key for each in blocks for key in each}
        assert has & set(SECRETS) <= given, type_name


@pytest.mark.parametrize(("type_name", "index"), MADE)
def test_no_settings_show_their_secrets(type_name: str, index: int) -> None:
    settings = msgspec.convert(block(type_name, index, "http://127.0.0.1:1"), settings_type(type_name))
    for text in (repr(settings), str(settings), f"{settings!r}", repr([settings]), repr({"a": settings})):
        assert not shows(text)
    for key in SECRETS:  # a key that is wrong is named, and never repeated
        if hasattr(settings, key):
            with pytest.raises((msgspec.ValidationError, ValueError)) as wrong:
                msgspec.convert(
                    {**block(type_name, index, "http://x"), key: [CANARY]}, settings_type(type_name)
                )
            assert not shows(str(wrong.value))


# --- Platforms that fail in every way ------------------------------------------------------------------------------


class Hostile:
    """A server that answers whatever is asked of it in the same bad way, and remembers who asked for what."""

    def __init__(self) -> None:
        self.how = "refuses"
        self.asked: list[tuple[str, str]] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append((request.host, request.path))
        match self.how:
            case "refuses":
                return web.json_response(
                    {"code": 40001, "errcode": 40001, "ok": False, "description": "no"}, status=401
                )
            case "repeats":  # what it was sent, as an error
                said = f"{request.path_qs} {dict(request.headers)} {await request.text()}"
                return web.json_response(
                    {"code": 400, "errcode": 400, "errmsg": "no", "message": "no", "said": said}, status=400
                )
            case "sends elsewhere":
                return web.Response(status=307, headers={"Location": "http://evil.example/steal"})
            case "talks nonsense":
                return web.Response(body=b"\xff{", content_type="application/json")
            case _:
                assert request.transport is not None
                request.transport.abort()
                return web.Response()


@pytest_asyncio.fixture
async def hostile(host: Any) -> tuple[Hostile, str]:
    server = Hostile()
    return server, await host(server.handle)


WAYS = ("refuses", "repeats", "sends elsewhere", "talks nonsense", "hangs up")


async def tried(adapter: Any, clock: Any, type_name: str) -> list[str]:
    """Connect, send, and examine; return everything that was said about how it failed."""
    said: list[str] = []

    async def listens() -> None:
        async for _ in adapter.incoming():
            """Nobody says anything."""

    listening = asyncio.create_task(listens())
    for room in ROOMS.get(type_name, ("p:group:g1", "p:private:p1")):
        sending = asyncio.create_task(adapter.send(Outgoing(key=f"k{room}", room=room, text="一")))
        said += [text async for text in _outcome(sending, clock)]
    if isinstance(adapter, Examines):
        examining = asyncio.create_task(adapter.examine())
        said += [text async for text in _outcome(examining, clock)]
    await adapter.close()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    return said


async def _outcome(task: asyncio.Task[Any], clock: Any) -> Any:
    async with asyncio.timeout(20):
        while not task.done():
            clock.advance(1)
            for _ in range(20):  # what is under way over real sockets goes on
                await asyncio.sleep(0)
    error = task.exception()
    if error is None:
        yield repr(task.result())
        return
    assert isinstance(error, DeliveryFailed), error
    yield "".join(traceback.format_exception(error))
    yield from_chain(error)
    yield error.reason


def from_chain(error: BaseException) -> str:
    return "\n".join(f"{each!r} {each} {each.args}" for each in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


_REMOTE = [(type_name, index) for type_name, index in MADE if type_name not in ("console", "web")]


@pytest.mark.asyncio
@pytest.mark.parametrize(("type_name", "index"), _REMOTE)
async def test_no_failure_shows_a_secret(type_name, index, hostile, surroundings, clock, capsys):
    server, base = hostile
    for server.how in WAYS:
        with capture_logs() as logs:
            adapter = create(type_name, block(type_name, index, base), surroundings("p"))
            said = await tried(adapter, clock, type_name)
        for text in (*said, str(logs), repr(adapter), capsys.readouterr().out):
            assert not shows(text), server.how


@pytest.mark.asyncio
@pytest.mark.parametrize(("type_name", "index"), _REMOTE)
async def test_nothing_is_asked_of_a_host_that_nobody_configured(
    type_name, index, hostile, surroundings, clock, monkeypatch
):
    server, base = hostile
    looked_up: list[str] = []
    loop = asyncio.get_running_loop()
    resolve = loop.getaddrinfo

    async def noted(host: Any, *args: Any, **keys: Any) -> Any:
        looked_up.append(host.decode() if isinstance(host, bytes) else str(host))
        return await resolve(host, *args, **keys)

    monkeypatch.setattr(loop, "getaddrinfo", noted)
    server.how = "sends elsewhere"
    await tried(create(type_name, block(type_name, index, base), surroundings("p")), clock, type_name)
    address = base.removeprefix("http://")
    assert {host for host, _ in server.asked} <= {address}
    assert set(looked_up) <= {"127.0.0.1", "localhost", None}


# --- How secrets are compared --------------------------------------------------------------------------------------

DOORS = ("telegram/door.py", "feishu/door.py", "feishu/crypto.py", "wechat/crypto.py", "onebot/posts.py", "onebot/admission.py")  # fmt: skip
WORDS = ("secret", "token", "signature", "digest", "given", "expected", "receiver", "padding")


@pytest.mark.parametrize("door", DOORS)
def test_secrets_are_compared_in_constant_time(door: str) -> None:
    """The official QQ bot is not among them: ed25519 is verified by `cryptography`, and no secret is compared."""
    tree = ast.parse((Path("adapters") / door).read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "compare_digest"
    ]
    assert calls
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(each, (ast.Eq, ast.NotEq)) for each in node.ops):
            compared = ast.unparse(node).lower()
            assert not any(word in compared for word in WORDS), f"{door}:{node.lineno}: {compared}"
