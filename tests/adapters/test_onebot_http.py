"""OneBot over HTTP: what is posted to the bot, signed, and the interface that it calls."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from structlog.testing import capture_logs

from adapters.contract import DeliveryFailed, Outgoing
from adapters.onebot import Settings
from adapters.onebot.posts import signature
from tests.adapters.conftest import NOON

pytestmark = pytest.mark.asyncio

NOW = int(NOON.timestamp())
SECRET = "some-secret"
MESSAGE = {
    "time": NOW, "self_id": 10001000, "post_type": "message", "message_type": "group", "sub_type": "normal",
    "message_id": 12, "group_id": 123456, "user_id": 20001, "message": "[CQ:at,qq=10001000] 你好～&#91;笑&#93;",
    "sender": {"nickname": "小不点"},
}  # fmt: skip


class HttpApi:
    """The QQ side as an HTTP server."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict, str]] = []
        self.answers: dict[str, web.Response | dict | None] = {}

    async def handle(self, request: web.Request) -> web.Response:
        action = request.path.rpartition("/")[2]
        self.calls.append((action, await request.json(), request.headers.get("Authorization", "")))
        answer = self.answers.get(action, {"status": "failed", "retcode": 1404, "data": None})
        if answer is None:
            await asyncio.Event().wait()
        return answer if isinstance(answer, web.Response) else web.json_response(answer)


@pytest.fixture
def api() -> HttpApi:
    api = HttpApi()
    api.answers["send_group_msg"] = {"status": "ok", "retcode": 0, "data": {"message_id": -5}}
    return api


@pytest_asyncio.fixture
async def made(onebot, host, api, client, listen):
    async def of(**keys):
        usual = {"secret": SECRET, "access_token": "t"}
        adapter = onebot(mode="http", url=await host(api.handle), **{**usual, **keys})
        url = f"{await host(adapter.handle)}/hooks/qq"
        return adapter, listen(adapter), Poster(url, client)

    return of


class Poster:
    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self.url, self.client = url, client

    async def posts(self, event: object, *, sign: str | None = None, **headers: str) -> int:
        body = event if isinstance(event, bytes) else json.dumps(event, ensure_ascii=False).encode()
        given = signature(SECRET, body) if sign is None else sign
        signed = {"X-Signature": given} if given else {}
        async with self.client.post(
            self.url, data=io.BytesIO(body), headers={**signed, **headers}
        ) as response:
            return response.status


async def test_the_signature_is_that_of_the_protocol():
    body = (
        '{"time":1515204254,"self_id":10001000,"post_type":"message","message_type":"private","sub_type":"friend",'
        '"message_id":12,"user_id":12345678,"message":"你好～","raw_message":"你好～","font":456,'
        '"sender":{"nickname":"小不点","sex":"male","age":18}}'
    )
    assert signature(SECRET, body.encode()) == "sha1=510ce9f5526c221195709b5032496d265df75d29"


async def test_a_posted_message_is_heard_and_answered_through_the_interface(made, api):
    adapter, listener, qq = await made()
    assert await qq.posts(MESSAGE) == 204
    message = await listener.next()
    assert (message.text, message.is_addressed, message.sender_name) == ("你好～[笑]", True, "小不点")
    assert await adapter.send(Outgoing(key="k", room=message.room, text="在 [CQ:at,qq=all]")) == "-5"
    assert adapter.is_connected
    action, params, token = api.calls[-1]
    assert (action, params["group_id"], token) == ("send_group_msg", 123456, "Bearer t")
    assert params["message"] == [{"type": "text", "data": {"text": "在 [CQ:at,qq=all]"}}]


async def test_it_is_answered_only_when_it_is_saved(made):
    _, listener, qq = await made()
    listener.saves = False
    posting = asyncio.create_task(qq.posts(MESSAGE))
    message = await listener.next()
    assert not posting.done()
    message.receipt.settle(is_saved=False)
    assert await posting == 503


@pytest.mark.parametrize(
    ("event", "sign", "headers", "status"),
    [
        (MESSAGE, "", {}, 401),
        (MESSAGE, "sha1=" + "0" * 40, {}, 403),
        (MESSAGE, "\u00ff", {}, 403),
        (b"{", None, {}, 400),
        (b"\xff\xfe", None, {}, 400),
        ({"status": "ok"}, None, {}, 400),
        ({**MESSAGE, "time": NOW - 301}, None, {}, 403),
        ({**MESSAGE, "time": None}, None, {}, 403),
        (b" " * (2 << 20), None, {}, 413),
        (MESSAGE, None, {"X-Self-ID": "666"}, 403),
    ],
)
async def test_what_is_not_genuine_is_refused_and_the_secret_is_in_no_log(made, event, sign, headers, status):
    _, listener, qq = await made(self_id="10001000")
    with capture_logs() as logs:
        assert await qq.posts(event, sign=sign, **headers) == status
    assert [entry["action"] for entry in logs if entry["action"] == "onebot_refused"] == ["onebot_refused"]
    assert SECRET not in str(logs)
    assert await qq.posts(MESSAGE) == 204
    assert (await listener.next()).message_id == "12"


async def test_a_page_in_a_browser_posts_nothing_where_no_secret_is_asked_for(made):
    _, _, qq = await made(secret="")
    assert await qq.posts(MESSAGE, sign="", Origin="http://evil.example") == 403
    assert await qq.posts(MESSAGE, sign="") == 204


async def test_heartbeats_and_events_that_mean_nothing_are_taken(made):
    _, _, qq = await made()
    beat = {"time": NOW, "post_type": "meta_event", "meta_event_type": "heartbeat", "interval": 5000}
    assert await qq.posts(beat) == 204
    assert await qq.posts({"time": NOW, "post_type": "never heard of"}) == 204


@pytest.mark.parametrize(
    ("answer", "is_unknown", "is_final"),
    [
        (web.Response(status=401), False, False),
        (web.Response(status=404), False, True),
        (web.Response(status=502), False, False),
        (web.Response(text="<html>"), False, False),
        (web.Response(text="?"), True, False),
        ({"status": "failed", "retcode": 200, "message": "不支持的Api"}, False, True),
        ({"status": "failed", "retcode": 1200, "message": "Timeout"}, True, True),
        ({"status": "async", "retcode": 1}, True, True),
        (None, True, False),
    ],
)
async def test_what_an_answer_means(made, api, answer, is_unknown, is_final):
    adapter, _, _ = await made(api_timeout_seconds=0.3)
    api.answers["send_group_msg"] = answer
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(Outgoing(key="k", room="qq:group:1", text="x"))
    assert (failed.value.is_unknown, failed.value.retry_after is None) == (is_unknown, is_final)


async def test_a_server_that_is_not_there_is_tried_later(onebot):
    adapter = onebot(mode="http", url="http://127.0.0.1:9", access_token="t")
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(Outgoing(key="k", room="qq:group:1", text="x"))
    assert (failed.value.is_unknown, failed.value.retry_after is None) == (False, False)
    found = await adapter.examine()
    assert [finding.is_well for finding in found] == [True, False, False]
    await adapter.close()


async def test_what_was_missed_before_the_start_is_fetched(onebot, host, api, listen):
    said = {"message_id": 3, "user_id": 20001, "time": NOW - 60, "message": "早上好", "sender": {}}
    api.answers["get_group_msg_history"] = {"status": "ok", "retcode": 0, "data": {"messages": [said]}}
    listener = listen(onebot(mode="http", url=await host(api.handle)))
    message = await listener.next()
    assert (message.text, message.is_late, message.room) == ("早上好", True, "qq:group:123456")


async def test_a_qq_side_that_comes_back_is_noticed_and_asked_what_was_missed(made, api, clock):
    adapter, listener, qq = await made()
    assert await qq.posts(MESSAGE) == 204
    await listener.next()
    api.answers["send_group_msg"] = web.Response(status=502)
    with pytest.raises(DeliveryFailed):
        await adapter.send(Outgoing(key="k", room="qq:group:1", text="x"))
    assert not adapter.is_connected
    said = [{**MESSAGE, "message": "又"}, {**MESSAGE, "message_id": 13, "message": "断线时说的"}]
    api.answers["get_group_msg_history"] = {"status": "ok", "retcode": 0, "data": {"messages": said}}
    await clock.slept(1, at_least=timedelta(seconds=30))
    clock.advance(30)
    message = await listener.next()
    assert (message.text, message.is_late) == ("断线时说的", True)  # and what was posted is not told again
    assert adapter.is_connected


async def test_a_call_under_way_does_not_look_like_a_lost_connection(onebot, host, api):
    adapter = onebot(mode="http", url=await host(api.handle))
    await adapter.send(Outgoing(key="k", room="qq:group:1", text="x"))
    api.answers["send_group_msg"] = None
    sending = asyncio.create_task(adapter.send(Outgoing(key="l", room="qq:group:1", text="y")))
    while [action for action, *_ in api.calls].count("send_group_msg") < 2:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert adapter.is_connected
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    await adapter.close()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"mode": "http"}, "http://"),
        ({"mode": "http", "url": "ws://x"}, "http://"),
        ({"mode": "reverse", "secret": "s"}, "secret"),
        ({"mode": "reverse", "url": "ws://x"}, "url"),
    ],
)
async def test_settings_that_do_not_fit_are_refused(keys, words):
    with pytest.raises(ValueError, match=words):
        Settings(**keys)
