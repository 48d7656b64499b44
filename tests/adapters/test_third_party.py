"""The adapter of `docs/adapters.md` works as it stands there, through an entry point of its own package."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

from adapters import registry
from adapters.contract import DeliveryFailed, Examines, Outgoing

DOCUMENT = Path(__file__).parents[2] / "docs" / "adapters.md"


def the_code() -> str:
    return re.search(r'```python\n("""Pigeon.*?)```', DOCUMENT.read_text("utf-8"), re.DOTALL)[1]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Lay the package where pip would."""
    (tmp_path / "shouwen_pigeon.py").write_text(the_code(), encoding="utf-8")
    info = tmp_path / "shouwen_pigeon-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shouwen-pigeon\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[shouwen.adapters]\npigeon = shouwen_pigeon\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("shouwen_pigeon", None)


class Server:
    """The platform."""

    def __init__(self) -> None:
        self.said = [{"id": 1, "room": "1", "user": "u", "name": "王老师", "text": "@小首 打印机坏了"}]
        self.posted: list[dict[str, str]] = []
        self.asked_after: list[str] = []

    async def handle(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer t":
            return web.Response(status=401)
        if request.method == "POST":
            self.posted.append(await request.json())
            return web.json_response({"id": 100 + len(self.posted)})
        self.asked_after.append(request.query["after"])
        return web.json_response([each for each in self.said if each["id"] > int(request.query["after"])])


def test_it_is_complete_in_under_a_hundred_lines():
    lines = [line for line in the_code().splitlines() if line.strip()]
    assert len(lines) < 100


@pytest.mark.asyncio
@pytest.mark.usefixtures("installed")
async def test_it_hears_and_speaks_and_confirms_what_is_saved(host, surroundings, listen, clock):
    server = Server()
    url = await host(server.handle)
    adapter = registry.create("pigeon", {"url": url, "token": "t"}, surroundings("pigeon"))
    assert "pigeon" in registry.known_types()
    listener = listen(adapter)
    message = await listener.next()
    assert (message.room, message.sender, message.text, message.is_addressed) == (
        "pigeon:group:1", "pigeon:u", "打印机坏了", True,
    )  # fmt: skip
    assert await adapter.send(Outgoing(key="k", room=message.room, text="已建单 1001")) == "101"
    assert server.posted == [{"room": "1", "text": "已建单 1001", "key": "k"}]
    server.said.append({**server.said[0], "id": 2, "text": "在吗"})
    await clock.slept(1)
    clock.advance(60)
    assert (await listener.next()).text == "在吗"
    assert server.asked_after == ["0", "1"]
    assert isinstance(adapter, Examines)
    assert [finding.is_well for finding in await adapter.examine()] == [True]
    with pytest.raises(DeliveryFailed):
        await adapter.send(Outgoing(key="k", room="elsewhere:group:1", text="x"))


@pytest.mark.asyncio
@pytest.mark.usefixtures("installed")
async def test_a_wrong_token_is_said_and_is_in_no_repr(host, surroundings):
    url = await host(Server().handle)
    adapter = registry.create("pigeon", {"url": url, "token": "s3cret"}, surroundings("pigeon"))
    found = await adapter.examine()
    assert not found[0].is_well
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(Outgoing(key="k", room="pigeon:group:1", text="x"))
    assert failed.value.retry_after is not None
    settings = registry.settings_type("pigeon")(url=url, token="s3cret")
    assert "s3cret" not in repr(settings) + str(found)
