"""Files of the bot, as each platform's interface takes them: what is uploaded, what shows it, and what a refusal means."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from adapters import dingtalk, feishu, qq, telegram
from adapters.contract import Capabilities, DeliveryFailed, File, Outgoing
from adapters.powers import SendsFiles, takes_file
from adapters.satori import wire as satori_wire
from adapters.web.adapter import WebAdapter
from adapters.wechat import kf
from adapters.wecom import app, robot
from adapters.wecom.app import wire as app_wire

pytestmark = pytest.mark.asyncio

FILE = File("育才-6月巡检.xlsx", b"PK\x03\x04\x00\xff")


@dataclass
class Recorder:
    """An interface that answers by path and keeps what it was sent."""

    answers: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, Mapping[str, str], Any]] = field(default_factory=list)
    status: dict[str, int] = field(default_factory=dict)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)  # whoever calls there waits
    base: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.strip("/")
        self.calls.append((path, dict(request.query), await _body(request)))
        found = next((each for each in self.answers if path.endswith(each)), None)
        if found in self.gates:
            await self.gates[found].wait()
        if found is None:
            return web.json_response({"errcode": 404, "errmsg": path, "code": 404}, status=404)
        return web.json_response(self.answers[found], status=self.status.get(found, 200))

    def body(self, path: str) -> Any:
        return [body for called, _, body in self.calls if called.endswith(path)][-1]


async def _body(request: web.Request) -> Any:
    if not request.content_type.startswith("multipart/"):
        text = await request.text()
        return json.loads(text) if text.startswith(("{", "[")) else dict(await request.post())
    found: dict[str, Any] = {}
    async for part in await request.multipart():
        content = bytes(await part.read())
        found[part.name] = (part.filename, content) if part.filename else content.decode()
    return found


@pytest_asyncio.fixture
async def recorder(host: Callable[..., Awaitable[str]]) -> Recorder:
    made = Recorder()
    made.base = await host(made.handle)
    return made


def outgoing(room: str) -> Outgoing:
    return Outgoing(key="t1090.3.0.file", room=room, text="在看板")


async def test_telegram_takes_a_document(recorder: Recorder, surroundings: Any) -> None:
    sent = {"message_id": 7, "date": 1, "chat": {"id": -100, "type": "supergroup"}}
    recorder.answers = {"sendDocument": {"ok": True, "result": sent}}
    settings = telegram.Settings(token="123:abc", base_url=f"{recorder.base}/bot")
    adapter = telegram.create(settings, surroundings("tg"))
    assert await adapter.send_file(outgoing("tg:group:-100/5"), FILE) == "7"
    await adapter.close()
    body = recorder.body("sendDocument")
    assert (body["chat_id"], body["message_thread_id"]) == ("-100", "5")
    assert (FILE.name, FILE.content) in body.values()


async def test_feishu_takes_it_first_and_shows_it_then(recorder: Recorder, surroundings: Any) -> None:
    recorder.answers = {
        "tenant_access_token/internal": {"code": 0, "tenant_access_token": "t", "expire": 7200},
        "im/v1/files": {"code": 0, "data": {"file_key": "file_v2_1"}},
        "im/v1/messages": {"code": 0, "data": {"message_id": "om_1"}},
    }
    settings = feishu.Settings(app_id="cli_1", secret="s", verification_token="v", api_base=recorder.base)
    adapter = feishu.create(settings, surroundings("feishu"))
    assert await adapter.send_file(outgoing("feishu:group:oc_1"), FILE) == "om_1"
    await adapter.close()
    assert recorder.body("im/v1/files") == {
        "file_type": "xls", "file_name": FILE.name, "file": (FILE.name, FILE.content),
    }  # fmt: skip
    shown = recorder.body("im/v1/messages")
    assert (shown["msg_type"], json.loads(shown["content"])) == ("file", {"file_key": "file_v2_1"})
    assert shown["uuid"]


async def test_dingtalk_shows_what_was_uploaded_beside_it(recorder: Recorder, surroundings: Any) -> None:
    recorder.answers = {
        "oauth2/accessToken": {"accessToken": "t", "expireIn": 7200},
        "media/upload": {"errcode": 0, "media_id": "@m1"},
        "groupMessages/send": {"processQueryKey": "q1"},
    }
    settings = dingtalk.Settings(
        client_id="c", secret="s", api_base=recorder.base, webhook_base=recorder.base
    )
    adapter = dingtalk.create(settings, surroundings("ding"))
    assert await adapter.send_file(outgoing("ding:group:cid1="), FILE) == "q1"
    await adapter.close()
    assert recorder.body("media/upload") == {"media": (FILE.name, FILE.content)}
    sent = recorder.body("groupMessages/send")
    assert sent["msgKey"] == "sampleFile"
    assert json.loads(sent["msgParam"]) == {"mediaId": "@m1", "fileName": FILE.name, "fileType": "xlsx"}


async def test_a_robot_of_wecom_uploads_with_its_own_key(recorder: Recorder, surroundings: Any) -> None:
    recorder.answers = {"upload_media": {"errcode": 0, "media_id": "m1"}, "webhook/send": {"errcode": 0}}
    settings = robot.Settings(webhook=f"{recorder.base}/cgi-bin/webhook/send?key=k1")
    adapter = robot.create(settings, surroundings("duty"))
    assert await adapter.send_file(outgoing("duty:group:1"), FILE) == "key:t1090.3.0.file"
    with pytest.raises(DeliveryFailed):
        await adapter.send_file(outgoing("duty:private:1"), FILE)
    await adapter.close()
    path, query, body = recorder.calls[0]
    assert (path, query) == ("cgi-bin/webhook/upload_media", {"key": "k1", "type": "file"})
    assert body == {"media": (FILE.name, FILE.content)}
    assert recorder.body("webhook/send") == {"msgtype": "file", "file": {"media_id": "m1"}}


async def test_an_application_of_wecom_sends_to_a_member(recorder: Recorder, surroundings: Any) -> None:
    recorder.answers = {
        "gettoken": {"errcode": 0, "access_token": "t", "expires_in": 7200},
        "media/upload": {"errcode": 0, "media_id": "m1"},
        "message/send": {"errcode": 0, "msgid": "g1"},
    }
    settings = app.Settings(
        corp_id="ww1", agent_id=1, secret="s", token="t", aes_key="a" * 43, api_base=recorder.base
    )
    adapter = app.create(settings, surroundings("wecom"))
    assert await adapter.send_file(outgoing("wecom:private:ZhangSan"), FILE) == "g1"
    await adapter.close()
    assert recorder.body("media/upload") == {"media": (FILE.name, FILE.content)}
    assert recorder.body("message/send") == app_wire.document(
        outgoing("wecom:private:ZhangSan"), "wecom", 1, "m1"
    )
    with pytest.raises(DeliveryFailed):
        app_wire.member("wecom:group:1", "wecom")


async def test_customer_service_sends_under_an_id_that_it_takes_once() -> None:
    body = kf.wire.document(outgoing("kf:private:wm1"), "kf", "wk1", "m1")
    number = hashlib.blake2b(b"t1090.3.0.file", digest_size=16).hexdigest()
    assert body == {
        "touser": "wm1", "open_kfid": "wk1", "msgid": number, "msgtype": "file", "file": {"media_id": "m1"},
    }  # fmt: skip


async def test_qq_takes_it_for_one_room_and_shows_it_as_media(recorder: Recorder, surroundings: Any) -> None:
    recorder.answers = {
        "getAppAccessToken": {"access_token": "t", "expires_in": "7200"},
        "files": {"file_uuid": "u", "file_info": "info", "ttl": 0},
        "messages": {"id": "m1", "timestamp": 1},
    }
    settings = qq.Settings(
        app_id="1", secret="s", api_base=recorder.base, token_url=f"{recorder.base}/app/getAppAccessToken"
    )
    adapter = qq.create(settings, surroundings("qq"))
    assert await adapter.send_file(outgoing("qq:private:OPENID"), FILE) == "m1"
    assert recorder.body("files") == {
        "file_type": 4, "file_data": base64.b64encode(FILE.content).decode(), "file_name": FILE.name, "srv_send_msg": False,
    }  # fmt: skip
    assert recorder.body("messages")["media"] == {"file_info": "info"}
    assert recorder.body("messages")["msg_type"] == 7
    assert not takes_file(adapter, "qq:group:1", 10)
    assert takes_file(adapter, "qq:private:1", 10)
    recorder.answers["files"], recorder.status["files"] = {"code": 850018, "message": "不支持"}, 400
    with pytest.raises(DeliveryFailed) as refused:
        await adapter.send_file(outgoing("qq:private:OPENID"), FILE)
    assert refused.value.retry_after is None
    await adapter.close()


async def _outlasts(recorder: Recorder, slow: str, adapter: Any, room: str) -> str:
    """Let an interface take three times as long for a file as it may for a text, and return the id of what it shows."""
    recorder.gates[slow] = asyncio.Event()
    sending = asyncio.create_task(adapter.send_file(outgoing(room), FILE))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(sending), 0.3)
    recorder.gates[slow].set()
    number = await asyncio.wait_for(sending, 10)
    await adapter.close()
    return str(number)


async def test_a_large_file_has_more_time_to_go_up_to_qq_than_a_text(
    recorder: Recorder, surroundings: Any
) -> None:
    recorder.answers = {
        "getAppAccessToken": {"access_token": "t", "expires_in": "7200"},
        "files": {"file_info": "info"},
        "messages": {"id": "m1"},
    }
    settings = qq.Settings(
        app_id="1", secret="s", api_base=recorder.base, token_url=f"{recorder.base}/app/getAppAccessToken",
        api_timeout_seconds=0.1,
    )  # fmt: skip
    assert (
        await _outlasts(recorder, "files", qq.create(settings, surroundings("qq")), "qq:private:OPENID")
        == "m1"
    )


async def test_a_large_file_has_more_time_to_go_up_to_telegram_than_a_text(
    recorder: Recorder, surroundings: Any
) -> None:
    sent = {"message_id": 7, "date": 1, "chat": {"id": -100, "type": "supergroup"}}
    recorder.answers = {"sendDocument": {"ok": True, "result": sent}}
    settings = telegram.Settings(token="123:abc", base_url=f"{recorder.base}/bot", api_timeout_seconds=0.1)
    assert (
        await _outlasts(
            recorder, "sendDocument", telegram.create(settings, surroundings("tg")), "tg:group:-100"
        )
        == "7"
    )


async def test_satori_carries_it_in_the_message_itself() -> None:
    encoded = base64.b64encode(FILE.content).decode()
    assert satori_wire.document(File('a"<b>.xlsx', FILE.content)) == (
        f'<file src="data:application/octet-stream;base64,{encoded}" title="a&quot;&lt;b&gt;.xlsx"/>'
    )


async def test_an_upload_that_nobody_answers_is_simply_tried_again(surroundings: Any) -> None:
    settings = feishu.Settings(
        app_id="cli_1", secret="s", verification_token="v", api_base="http://127.0.0.1:1"
    )
    adapter = feishu.create(settings, surroundings("feishu"))
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send_file(outgoing("feishu:group:oc_1"), FILE)
    await adapter.close()
    assert failed.value.retry_after is not None
    assert not failed.value.is_unknown


async def test_the_simulator_offers_it_as_a_download(surroundings: Any) -> None:
    adapter = WebAdapter(surroundings("web"))
    pages = web.Application()
    pages.add_routes(adapter.routes())
    first = await adapter.send_file(outgoing("web:group:123456"), FILE)
    assert await adapter.send_file(outgoing("web:group:123456"), FILE) == first
    async with TestClient(TestServer(pages)) as browser:
        found = await browser.get("/chat/file", params={"room": "web:group:123456", "message": first})
        assert await found.read() == FILE.content
        assert found.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(FILE.name)}"
        missing = await browser.get("/chat/file", params={"room": "web:group:123456", "message": "x"})
        assert missing.status == 404
    with pytest.raises(DeliveryFailed):
        await adapter.send_file(Outgoing(key="other", room="web:group:nowhere", text=""), FILE)
    await adapter.close()


async def test_a_file_is_only_asked_for_where_it_can_come() -> None:
    class Takes:
        def __init__(self, capabilities: Capabilities) -> None:
            self.capabilities = capabilities

        async def send_file(self, message: Outgoing, file: File) -> str:
            return f"{message.key}{file.name}"

    assert isinstance(Takes(Capabilities()), SendsFiles)
    assert not takes_file(Takes(Capabilities()), "x:group:1", 1)
    small = Takes(Capabilities(max_file_bytes=10, files_in_groups=False))
    assert [takes_file(small, room, 10) for room in ("x:group:1", "x:private:1")] == [False, True]
    assert not takes_file(small, "x:private:1", 11)
    assert not takes_file(object(), "x:private:1", 1)
