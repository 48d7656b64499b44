"""The QQ adapter when the platform calls it: signatures, challenges, replays, and whatever else may come to the door."""

from __future__ import annotations

import asyncio
import json
import sys

import msgspec
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from nonebot.adapters.qq import Adapter
from nonebot.adapters.qq.models import WebhookVerify
from nonebot.drivers import Request
from structlog.testing import capture_logs

from adapters import registry
from adapters.inbox import Inbox
from adapters.qq import Settings
from adapters.qq.frames import LARGEST
from adapters.qq.signature import Seal
from adapters.qq.webhook import Refused, admit
from tests.adapters.qq_peers import NOON, SECRET, GatewaySession, WebhookCaller, reading

CHALLENGE = {"d": {"plain_token": "Arq0D5A61EgUu4OxUvOp", "event_ts": "1725442341"}, "op": 13}
SIGNED = (
    "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d01bcfcadc0842edac85e85205028a1132"
    "afe09280305f13aa6909ffc2d652c706"
)

# --- signatures: vectors of the platform ---------------------------------------------------------------------------


def test_the_challenge_of_the_documents_is_signed_as_they_say():
    assert Seal("DG5g3B4j9X2KOErG").sign("1725442341" + "Arq0D5A61EgUu4OxUvOp") == SIGNED


def test_the_event_of_the_official_sdk_is_genuine_and_nothing_near_it():
    body = (
        '{"id":"ROBOT1.0_veoihSEXDc8Q.g-6eLpNIa11bH8MisOjn-m-LKxCPntMk6exUXgcWCGpVO7L2QKTNZzjZzFFDSbiOFcqAPWyVA!!",'
        '"content":"哦一下","timestamp":"2024-10-15T16:33:15+08:00","author":{"id":"675860273","user_openid":"675860273"}}'
    ).encode()
    signature = (
        "e949b5b94ef4103df903fb031d1d16e358db3db83e79e117edd404c8508be3ce8a76d7bad1bed353194c126a1a5915b4"
        "ad8b5288c1191cc53a12acffccd82004"
    )
    seal = Seal("123456abcdef")
    assert seal.is_genuine("1728981195", body, signature)
    assert seal.is_genuine("1728981195", body, signature.upper())
    assert not seal.is_genuine("1728981196", body, signature)
    assert not seal.is_genuine("1728981195", body + b" ", signature)
    assert not Seal("123456abcdeg").is_genuine("1728981195", body, signature)
    number = int.from_bytes(bytes.fromhex(signature[64:]), "little")
    order = 2**252 + 27742317777372353535851937790883648493
    for odd in (
        "",
        "zz",
        signature[:64] + (number + order).to_bytes(32, "little").hex(),  # the same, written in another way
        signature[:-2],
        signature + "00",
        signature[:-2] + "e4",
        "签名",
        "0x" + signature[2:],
    ):
        assert not seal.is_genuine("1728981195", body, odd)


def test_the_public_key_of_the_documents_is_the_one_of_their_secret():
    key = Seal("naOC0ocQE3shWLAfffVLB1rhYPG7")._public.public_bytes_raw()
    assert key.hex().startswith("d7c362fe78ae")


@pytest.mark.parametrize("secret", ["a", "ab" * 16, "长" * 20, "x" * 100, SECRET])
def test_keys_are_those_of_another_project(secret):
    theirs = reading(secret)
    assert theirs.key.public_key().public_bytes_raw() == Seal(secret)._public.public_bytes_raw()
    request = Request(
        "POST",
        "http://localhost/hooks/qq",
        headers={"X-Signature-Ed25519": Seal(secret).sign('1{"a":1}'), "X-Signature-Timestamp": "1"},
        content=b'{"a":1}',
    )
    assert Adapter._check_signature(theirs.adapter, theirs.bot, request) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=12), st.binary(max_size=40), st.text(max_size=140))
def test_no_signature_raises(timestamp, body, signature):
    assert not Seal(SECRET).is_genuine(timestamp, body, signature)


# --- the door ------------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def door(qq_bot, qq_open, host, client, listen):
    """Return a function that makes an adapter with a webhook: the adapter, its listener, and the platform that calls."""

    async def made(**keys):
        adapter = qq_bot(mode="webhook", **keys)
        qq_open.session = GatewaySession("webhook")
        caller = WebhookCaller(f"{await host(adapter.handle)}/hooks/qq", client)
        return adapter, listen(adapter), caller

    return made


def event(platform, text: str = "打印机坏了", number: str = "M1") -> dict:
    author = {"id": "20001", "member_openid": "20001", "username": "王老师", "bot": False}
    return platform.event(
        "GROUP_AT_MESSAGE_CREATE", {"id": number, "content": text, "group_openid": "123456", "author": author}
    )


@pytest.mark.parametrize("time", ["", "1728981195.5", "soon", "１７２８９８１１９５", "9" * 20])
@pytest.mark.asyncio
async def test_what_is_signed_without_a_time_is_refused(door, qq_open, time):
    _, _, caller = await door()
    body = json.dumps(event(qq_open)).encode()
    signature = Seal(SECRET).sign(time + body.decode())
    status, _ = await caller.calls(body, X_Signature_Ed25519=signature, X_Signature_Timestamp=time)
    assert status == 401


@pytest.mark.asyncio
async def test_a_challenge_is_answered_as_another_project_answers_it(door):
    _, _, caller = await door()
    status, answer = await caller.calls(CHALLENGE, X_Signature_Ed25519="", X_Signature_Timestamp="")
    assert (status, answer) == (200, {"plain_token": "Arq0D5A61EgUu4OxUvOp", "signature": SIGNED})
    theirs = reading()
    expected = Adapter._webhook_verify(theirs.adapter, theirs.bot, WebhookVerify.model_validate(CHALLENGE))
    assert json.loads(expected.content) == answer


@pytest.mark.parametrize(
    "change",
    [
        # What is signed for these would be the signature of an event.
        {"plain_token": '{"op":0,"t":"GROUP_AT_MESSAGE_CREATE"}'},
        {"event_ts": "1772769600{", "plain_token": "x"},
        {"plain_token": ""},
        {"plain_token": "x" * 300},
        {"event_ts": ""},
        {"event_ts": 1725442341},
        {"plain_token": None},
        {"event_ts": "１"},
    ],
)
@pytest.mark.asyncio
async def test_nobody_can_have_an_event_signed_as_a_challenge(door, change):
    _, _, caller = await door()
    status, answer = await caller.calls({"op": 13, "d": {**CHALLENGE["d"], **change}})
    assert status == 400
    assert "signature" not in answer


@pytest.mark.asyncio
async def test_an_event_is_acknowledged_and_heard_each_time_under_one_id(door, qq_open):
    _, listener, caller = await door()
    envelope = event(qq_open)
    for _ in range(2):
        assert await caller.calls(envelope) == (200, {"op": 12, "d": 0})
    first, again = await listener.next(), await listener.next()
    assert first == again
    assert (first.text, first.message_id) == ("打印机坏了", "M1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X_Signature_Ed25519": ""}, 401),
        ({"X_Signature_Timestamp": ""}, 401),
        ({"X_Signature_Ed25519": "00" * 64}, 401),
        ({"X_Signature_Ed25519": "not hexadecimal"}, 401),
        ({"X_Signature_Timestamp": str(NOON + 1)}, 401),
        ({"X_Bot_Appid": "666"}, 401),
        ({"X_Bot_Appid": ""}, 401),
        ({"secret": "another"}, 401),
        ({"at": NOON - 301}, 401),
        ({"at": NOON + 301}, 401),
        ({"at": -1}, 401),
        ({"at": NOON - 299}, 200),
    ],
)
@pytest.mark.asyncio
async def test_only_genuine_and_fresh_calls_are_heard(door, qq_open, headers, status):
    adapter, listener, caller = await door()
    with capture_logs() as logs:
        assert (await caller.calls(event(qq_open), **headers))[0] == status
    if status == 200:
        await listener.next()
        return
    (entry,) = logs
    assert (entry["action"], entry["status"]) == ("qq_call_refused", status)
    assert SECRET not in str(logs)
    assert not adapter._inbox.waiting


@pytest.mark.asyncio
async def test_calls_of_any_age_are_heard_where_that_is_wanted(door, qq_open):
    _, listener, caller = await door(max_age_seconds=0)
    assert (await caller.calls(event(qq_open), at=1))[0] == 200
    await listener.next()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff", 400),
        (b"[]", 400),
        (b"[" * 100_000, 400),
        (b" " * (LARGEST + 1), 413),
        (b'{"op":0}', 200),
        (b'{"op":0,"t":"UNHEARD_OF","d":5}', 200),
        (b'{"op":true,"t":"GROUP_AT_MESSAGE_CREATE","d":{}}', 200),
    ],
)
@pytest.mark.asyncio
async def test_odd_bodies_get_the_right_answer(door, body, status):
    adapter, _, caller = await door()
    assert (await caller.calls(body))[0] == status
    assert not adapter._inbox.waiting


@pytest.mark.asyncio
async def test_other_methods_modes_and_times_are_refused(door, qq_bot, host, client, qq_open):
    adapter, _, caller = await door()
    async with client.get(caller.url) as response:
        assert (response.status, response.headers["Allow"]) == (405, "POST")
    other = WebhookCaller(f"{await host(qq_bot().handle)}/hooks/qq", client)
    assert (await other.calls(event(qq_open)))[0] == 404
    await adapter.close()
    assert (await caller.calls(event(qq_open)))[0] == 503


@pytest.mark.asyncio
async def test_when_nobody_reads_the_platform_is_told_to_call_again(qq_bot, qq_open, host, client):
    adapter = qq_bot(mode="webhook")
    caller = WebhookCaller(f"{await host(adapter.handle)}/hooks/qq", client)
    adapter._inbox = Inbox(0)
    with capture_logs() as logs:
        assert await caller.calls(event(qq_open)) == (503, {"op": 12, "d": 1})
    assert [entry["action"] for entry in logs] == ["qq_call_shed"]


@pytest.mark.asyncio
async def test_a_caller_that_hangs_up_in_the_middle_costs_nothing(door, qq_open):
    _, listener, caller = await door()
    url = caller.url.removeprefix("http://")
    address, _, path = url.partition("/")
    name, _, port = address.partition(":")
    _, writer = await asyncio.open_connection(name, int(port))
    writer.write(f"POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 500\r\n\r\n{{".encode())
    await writer.drain()
    writer.transport.abort()
    await caller.calls(event(qq_open))
    assert (await listener.next()).text == "打印机坏了"


@pytest.mark.asyncio
async def test_two_hundred_calls_at_once_are_all_heard(door, qq_open):
    _, listener, caller = await door()
    calls = [caller.calls(event(qq_open, str(number), f"M{number}")) for number in range(200)]
    assert {status for status, _ in await asyncio.gather(*calls)} == {200}
    assert {(await listener.next()).text for _ in range(200)} == {str(number) for number in range(200)}


@pytest.mark.asyncio
async def test_a_button_pressed_is_acknowledged_from_a_webhook_too(door, qq_open):
    _, listener, caller = await door()
    press = {
        "id": "I1",
        "user_openid": "U1",
        "data": {"resolved": {"button_data": "接单 1001"}},
    }
    assert (await caller.calls(qq_open.event("INTERACTION_CREATE", press)))[0] == 200
    assert (await listener.next()).command == "接单 1001"
    async with asyncio.timeout(10):
        assert await qq_open.acknowledged.get() == ("I1", {"code": 0})


@pytest.mark.asyncio
async def test_a_platform_that_cannot_be_told_of_a_press_does_not_cost_the_command(door, qq_open):
    _, listener, caller = await door(token_url="http://127.0.0.1:1/token")
    press = {"id": "I1", "user_openid": "U1", "data": {"resolved": {"button_data": "接单 1001"}}}
    with capture_logs() as logs:
        assert (await caller.calls(qq_open.event("INTERACTION_CREATE", press)))[0] == 200
        assert (await listener.next()).command == "接单 1001"
        async with asyncio.timeout(10):
            while not logs:  # noqa: ASYNC110
                await asyncio.sleep(0)
    assert [entry["action"] for entry in logs] == ["qq_press_unanswered"]


# --- keys and what they need ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "app_id|secret"),
        ({"app_id": "1"}, "secret"),
        ({"app_id": "abc", "secret": "s"}, "app_id"),
        ({"app_id": "1", "secret": ""}, "secret"),
        ({"app_id": "1", "secret": "s", "api_base": "api.bot.qq.com"}, "api_base.*https"),
        ({"app_id": "1", "secret": "s", "token_url": "x"}, "token_url.*https"),
        ({"app_id": "1", "secret": "s", "gateway_url": "https://x"}, "gateway_url.*wss"),
        (
            {"app_id": "1", "secret": "s", "mode": "webhook", "gateway_url": "wss://x"},
            "gateway_url.*websocket",
        ),
        ({"app_id": "1", "secret": "s", "mode": "poll"}, "mode"),
        ({"app_id": "1", "secret": "s", "api_timeout_seconds": 0}, "api_timeout_seconds"),
        ({"app_id": "1", "secret": "s", "sandbox": True}, "sandbox"),
    ],
)
def test_mistakes_in_the_keys_are_named(keys, words, surroundings):
    with pytest.raises(msgspec.ValidationError, match=words):
        registry.create("qq", keys, surroundings("qq"))


def test_the_secret_is_in_no_repr(surroundings):
    adapter = registry.create("qq", {"app_id": "1", "secret": "hush-hush"}, surroundings("qq"))
    assert "hush" not in repr(adapter) + repr(Settings(app_id="1", secret="hush-hush"))


def test_without_cryptography_the_websocket_works_and_the_webhook_says_what_to_do(surroundings, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    monkeypatch.delitem(sys.modules, "adapters.qq.signature")
    keys = {"app_id": "1", "secret": "s"}
    assert registry.create("qq", keys, surroundings("qq")).name == "qq"
    with pytest.raises(registry.BrokenAdapter, match="cryptography"):
        registry.create("qq", {**keys, "mode": "webhook"}, surroundings("qq"))


# --- examination ---------------------------------------------------------------------------------------------------


def about(findings, subject: str):
    (found,) = [finding for finding in findings if finding.subject == subject]
    return found


@pytest.mark.asyncio
async def test_the_doctor_says_what_the_bot_may_do_in_each_group(qq_bot, qq_open):
    qq_open.bot_states["123456"] = {"allow_proactive_msg": True, "recv_msg_setting": "all"}
    qq_open.bot_states["654321"] = {"allow_proactive_msg": False, "recv_msg_setting": "only_mention"}
    findings = await qq_bot().examine()
    assert about(findings, "app_id 与 secret").is_well
    assert about(findings, "网关").is_well
    assert "1000" in about(findings, "网关").says
    assert about(findings, "群 育才群 收消息").is_well
    assert about(findings, "群 育才群 主动发言").is_well
    assert "获取群内全部消息" in about(findings, "群 值班群 收消息").says
    push = about(findings, "群 值班群 主动发言")
    assert not push.is_well
    assert "机器人主动在群聊内发言" in push.says


@pytest.mark.asyncio
async def test_what_the_platform_does_not_tell_is_unknown_and_not_bad(qq_bot):
    findings = await qq_bot(mode="webhook").examine()
    group = about(findings, "群 育才群")
    assert group.is_well
    assert "不知道" in group.says
    assert "/hooks/qq" in about(findings, "回调").says


@pytest.mark.asyncio
async def test_a_clock_that_is_wrong_is_named_with_the_difference(qq_bot, clock):
    # The platform played here answers with the real time, the bot's clock stands in 2026.
    finding = about(await qq_bot().examine(), "时钟")
    assert not finding.is_well
    assert "秒" in finding.says


@pytest.mark.asyncio
async def test_a_wrong_secret_and_a_dead_address_are_told_apart(qq_bot, qq_open):
    (finding,) = await qq_bot(secret="inc0rrect").examine()
    assert not finding.is_well
    assert "100016" in finding.says
    (finding,) = await qq_bot(token_url="http://127.0.0.1:1/").examine()
    assert "连不上" in finding.says
    qq_open.logins_left = 0
    assert not about(await qq_bot().examine(), "网关").is_well
    finding = about(await qq_bot(api_base="http://127.0.0.1:1").examine(), "接口")
    assert "api_base" in finding.says


def test_what_is_not_signed_at_all_or_too_large_is_refused_before_anything_is_reckoned():
    class Never:
        def is_genuine(self, *_):
            raise AssertionError("nothing to be reckoned")

        sign = is_genuine

    settings = Settings(mode="webhook", app_id="102", secret="s3cret")
    body = b'{"op":0}'
    signed = {"X-Bot-Appid": "102", "X-Signature-Timestamp": "1", "X-Signature-Ed25519": "ab"}
    for missing in ("X-Signature-Timestamp", "X-Signature-Ed25519"):
        headers = {name: value for name, value in signed.items() if name != missing}
        assert admit(settings, Never(), headers, body, NOON) == Refused(401, "not signed")
    large = admit(settings, Never(), signed, b" " * (LARGEST + 1), NOON)
    assert isinstance(large, Refused)
    assert large.status == 413
