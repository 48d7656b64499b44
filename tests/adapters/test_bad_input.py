"""Bad input, row by row: what must not hurt the bot, and where it is tried on each platform. A hole in the table fails.

A cell names tests (`file::test` below `tests`), or says why the case cannot come up there. What had no test of its own stands below the table.
"""

from __future__ import annotations

import ast
import asyncio
import json
import time
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters.contract import Incoming, Outgoing
from adapters.dingtalk import wire as dingtalk
from adapters.dingtalk.quotes import Spoken
from adapters.satori import wire as satori
from tests.adapters import test_every_payload as payloads
from tests.adapters.test_dingtalk_wire import RECORDED as DINGTALK
from tests.adapters.test_dingtalk_wire import VIEW as DINGTALK_VIEW
from tests.adapters.test_satori_wire import RECORDED as SATORI
from tests.adapters.test_satori_wire import VIEW as SATORI_VIEW
from tests.adapters.wecom_peers import AES_KEY, TOKEN, AibotServer

PLATFORMS = ("onebot", "qq", "wecom", "telegram", "wechat", "feishu", "dingtalk", "satori")
NO_DOOR = "- the bot connects by itself: nobody can call it"
NO_XML = "- nothing is read as XML there"
NO_SEAL = "- nothing is encrypted there, so there is neither padding nor a receiver inside"
HTTP = "- over HTTP a request has one answer; what comes after it is another connection"

_A = "adapters/test_"
TABLE: dict[str, dict[str, str | tuple[str, ...]]] = {
    "wrong or missing signature": {
        "onebot": (f"{_A}onebot_http.py::test_what_is_not_genuine_is_refused_and_the_secret_is_in_no_log",
                   f"{_A}onebot_connection.py::test_without_the_token_the_upgrade_is_refused_and_no_token_is_logged"),
        "qq": f"{_A}qq_webhook.py::test_only_genuine_and_fresh_calls_are_heard",
        "wecom": f"{_A}wecom_callbacks.py::test_a_callback_that_is_not_from_wecom_is_refused",
        "telegram": f"{_A}telegram_connection.py::test_calls_of_others_and_nonsense_are_refused",
        "wechat": (f"{_A}wechat_kf.py::test_a_bell_that_is_not_from_wecom_is_refused", f"{_A}wechat_mp.py::test_a_callback_that_is_not_from_wechat_is_refused"),
        "feishu": f"{_A}feishu.py::test_what_is_not_from_feishu_is_refused",
        "dingtalk": NO_DOOR,
        "satori": NO_DOOR,
    },
    "replayed after more than five minutes": {
        "onebot": f"{_A}onebot_http.py::test_what_is_not_genuine_is_refused_and_the_secret_is_in_no_log",
        "qq": f"{_A}qq_webhook.py::test_only_genuine_and_fresh_calls_are_heard",
        "wecom": f"{_A}wecom_callbacks.py::test_a_callback_that_is_not_from_wecom_is_refused",
        "telegram": "- the secret token signs no time; an update that comes again has its number, and is handled once",
        "wechat": (f"{_A}wechat_kf.py::test_a_bell_that_is_not_from_wecom_is_refused", f"{_A}wechat_crypto.py::test_a_replayed_message_is_refused"),
        "feishu": f"{_A}feishu.py::test_what_is_not_from_feishu_is_refused",
        "dingtalk": NO_DOOR,
        "satori": NO_DOOR,
    },
    "body or frame over 1 MiB": {
        "onebot": (f"{_A}onebot_http.py::test_what_is_not_genuine_is_refused_and_the_secret_is_in_no_log", f"{_A}onebot_connection.py::test_nonsense_is_logged_and_the_connection_stays"),
        "qq": (f"{_A}qq_webhook.py::test_odd_bodies_get_the_right_answer", f"{_A}qq_gateway.py::test_odd_frames_cost_nothing_but_themselves"),
        "wecom": (f"{_A}wecom_callbacks.py::test_a_body_over_a_mebibyte_is_refused", f"{_A}wecom_socket.py::test_an_odd_frame_costs_nothing_but_itself"),
        "telegram": (f"{_A}telegram_connection.py::test_calls_of_others_and_nonsense_are_refused", f"{_A}telegram_connection.py::test_an_endless_body_is_cut_off"),
        "wechat": (f"{_A}wechat_kf.py::test_a_bell_for_somebody_else_or_of_another_kind_rings_nowhere", f"{_A}wechat_mp.py::test_bodies_that_are_none_are_refused"),
        "feishu": f"{_A}feishu.py::test_bodies_that_are_none_are_refused",
        "dingtalk": f"{_A}dingtalk.py::test_frames_that_are_none_cost_no_connection",
        "satori": f"{_A}satori.py::test_frames_that_are_none_cost_no_connection",
    },
    "entity-expansion XML": {
        "onebot": NO_XML, "qq": NO_XML, "telegram": NO_XML, "feishu": NO_XML, "dingtalk": NO_XML,
        "wecom": (f"{_A}bad_input.py::test_a_billion_laughs_are_refused_at_once", f"{_A}wechat_crypto.py::test_everything_else_that_xml_can_do_is_refused"),
        "wechat": f"{_A}wechat_crypto.py::test_everything_else_that_xml_can_do_is_refused",
        "satori": f"{_A}satori_wire.py::test_hostile_markup_is_read_quickly",
    },
    "wrong corp id, application or account inside": {
        "onebot": (f"{_A}onebot_connection.py::test_another_account_is_refused", f"{_A}onebot_connection.py::test_a_message_of_another_account_on_the_same_connection_is_ignored"),
        "qq": f"{_A}qq_webhook.py::test_only_genuine_and_fresh_calls_are_heard",
        "wecom": f"{_A}wecom_callbacks.py::test_a_callback_for_another_enterprise_is_refused",
        "telegram": "- an update names no bot; the secret token is this bot's own",
        "wechat": (f"{_A}wechat_mp.py::test_what_is_sealed_for_another_account_is_refused", f"{_A}wechat_kf.py::test_a_bell_for_somebody_else_or_of_another_kind_rings_nowhere"),
        "feishu": f"{_A}feishu_wire.py::test_an_event_needs_every_proof",
        "dingtalk": NO_DOOR,
        "satori": f"{_A}satori.py::test_what_others_accounts_hear_and_the_bot_says_is_no_input",
    },
    "padding attacks": {
        "onebot": NO_SEAL, "qq": NO_SEAL, "telegram": NO_SEAL, "dingtalk": NO_SEAL, "satori": NO_SEAL,
        "wecom": (f"{_A}bad_input.py::test_whatever_is_wrong_inside_the_answer_is_the_same", f"{_A}wechat_crypto.py::test_wrong_padding_is_refused"),
        "wechat": (f"{_A}wechat_crypto.py::test_wrong_padding_is_refused", f"{_A}wechat_crypto.py::test_a_length_beyond_the_end_is_refused"),
        "feishu": f"{_A}feishu_wire.py::test_what_was_not_encrypted_is_not_opened",
    },
    "unknown type of event": {
        **dict.fromkeys(("onebot", "qq", "telegram"), f"{_A}every_payload.py::test_what_becomes_of_it"),
        "wecom": (f"{_A}every_payload.py::test_what_becomes_of_it", f"{_A}wecom_callbacks.py::test_events_and_unknown_types_are_answered_and_ignored"),
        "wechat": (f"{_A}wechat_mp.py::test_events_are_answered_and_ignored", f"{_A}wechat_wire.py::test_other_events_change_nobody"),
        "feishu": (f"{_A}feishu_wire.py::test_what_nobody_said_is_ignored", f"{_A}feishu_stream.py::test_odd_events_cost_nothing_but_themselves"),
        "dingtalk": f"{_A}dingtalk.py::test_pings_are_echoed_and_other_frames_acknowledged",
        "satori": f"{_A}satori_wire.py::test_what_nobody_said_is_ignored",
    },
    "unknown segment of a message": {
        "onebot": f"{_A}onebot_wire.py::test_unknown_and_empty_segments_cost_nothing",
        "qq": f"{_A}every_payload.py::test_what_becomes_of_it",
        "wecom": f"{_A}wecom_wire.py::test_every_type_of_message_to_the_robot",
        "telegram": f"{_A}telegram_wire.py::test_wrong_marks_leave_the_text_as_it_is",
        "wechat": f"{_A}wechat_wire.py::test_every_type_of_message_of_a_customer",
        "feishu": f"{_A}feishu_wire.py::test_every_type_of_message",
        "dingtalk": f"{_A}dingtalk_wire.py::test_every_type_of_message",
        "satori": f"{_A}satori_wire.py::test_every_element",
    },
    "ids as numbers or as texts": {
        **dict.fromkeys(
            ("onebot", "qq", "wecom", "telegram", "dingtalk", "satori"),
            f"{_A}bad_input.py::test_an_id_is_the_same_as_a_number_and_as_a_text",
        ),
        "wechat": "- ids are words such as wmAnn or texts of XML: there are no numbers among them",
        "feishu": "- ids are words such as ou_ann: there are no numbers among them",
    },
    "a peer that never answers": {
        "onebot": f"{_A}onebot_connection.py::test_an_answer_that_never_comes_is_unknown_after_the_time_out",
        "qq": (f"{_A}qq_delivery.py::test_a_message_whose_fate_is_unknown_is_sent_again_with_its_number_and_shown_once", f"{_A}qq_gateway.py::test_two_heartbeats_without_an_answer_end_the_connection"),
        "wecom": (f"{_A}wecom_socket.py::test_no_acknowledgement_in_five_seconds_leaves_it_unknown", f"{_A}wecom_socket.py::test_a_login_without_an_answer_is_given_up"),
        "telegram": f"{_A}telegram_connection.py::test_a_server_that_never_answers_is_given_up_and_that_is_unknown_too",
        "wechat": f"{_A}wechat_interface.py::test_a_server_that_falls_silent_is_given_up",
        "feishu": (f"{_A}wechat_interface.py::test_a_server_that_falls_silent_is_given_up", f"{_A}feishu_stream.py::test_a_server_that_answers_no_pings_is_left"),
        "dingtalk": f"{_A}wechat_interface.py::test_a_server_that_falls_silent_is_given_up",
        "satori": f"{_A}satori.py::test_pings_go_out_and_a_deaf_gateway_is_left",
    },
    "a peer that answers twice": {
        "onebot": f"{_A}bad_input.py::test_a_second_answer_of_the_qq_side_is_nobodys",
        "qq": HTTP, "telegram": HTTP, "wechat": HTTP, "feishu": HTTP, "dingtalk": HTTP, "satori": HTTP,
        "wecom": f"{_A}bad_input.py::test_a_second_acknowledgement_of_wecom_is_nobodys",
    },
    "a peer that closes in the middle of a frame": {
        "onebot": f"{_A}bad_input.py::test_half_a_frame_of_the_qq_side_costs_the_connection_only",
        "qq": (f"{_A}bad_input.py::test_half_a_frame_of_the_gateway_is_sent_again", f"{_A}qq_webhook.py::test_a_caller_that_hangs_up_in_the_middle_costs_nothing"),
        "wecom": (f"{_A}bad_input.py::test_half_a_frame_of_wecom_costs_the_connection_only", f"{_A}bad_input.py::test_a_callback_that_ends_in_the_middle_costs_nothing"),
        "telegram": (f"{_A}telegram_connection.py::test_an_answer_that_is_none_costs_nothing", f"{_A}telegram_connection.py::test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing"),
        "wechat": f"{_A}bad_input.py::test_a_callback_that_ends_in_the_middle_costs_nothing",  # the same callbacks.py
        "feishu": (f"{_A}bad_input.py::test_an_event_that_ends_in_the_middle_costs_nothing", f"{_A}feishu_stream.py::test_a_lost_connection_is_made_anew_a_hundred_times_and_nothing_is_doubled"),
        "dingtalk": f"{_A}dingtalk.py::test_a_hundred_lost_streams_cost_no_message_and_double_none",
        "satori": f"{_A}satori.py::test_a_hundred_lost_connections_cost_no_message_and_double_none",
    },
    "ten thousand messages in a second": {
        "onebot": f"{_A}bad_input.py::test_ten_thousand_messages_of_the_qq_side_are_kept_and_more_are_said_to_be_shed",
        "qq": (f"{_A}qq_gateway.py::test_ten_thousand_messages_at_once_are_all_read_in_their_order", f"{_A}qq_webhook.py::test_when_nobody_reads_the_platform_is_told_to_call_again"),
        "wecom": (f"{_A}wecom_socket.py::test_ten_thousand_messages_at_once_all_arrive", f"{_A}wecom_callbacks.py::test_more_than_memory_can_hold_is_left_to_the_platform"),
        "telegram": f"{_A}telegram_connection.py::test_what_the_bot_does_not_take_comes_again_and_fills_no_memory",
        "wechat": (f"{_A}wechat_mp.py::test_more_than_memory_can_hold_is_left_to_the_platform_and_nothing_after_the_end", f"{_A}wechat_kf.py::test_a_full_inbox_makes_the_pull_wait"),
        "feishu": (f"{_A}feishu.py::test_what_cannot_be_saved_is_left_to_feishu_to_bring_again", f"{_A}feishu_stream.py::test_what_cannot_be_taken_is_answered_as_failed_and_comes_again"),
        "dingtalk": f"{_A}dingtalk.py::test_too_many_messages_are_not_acknowledged",
        "satori": f"{_A}satori.py::test_what_was_not_saved_is_told_again",
    },
    "a secret that is guessed byte by byte": {
        **dict.fromkeys(("onebot", "wecom", "telegram", "wechat", "feishu"), f"{_A}canary.py::test_secrets_are_compared_in_constant_time"),
        "qq": f"{_A}qq_webhook.py::test_the_event_of_the_official_sdk_is_genuine_and_nothing_near_it",
        "dingtalk": NO_DOOR,
        "satori": NO_DOOR,
    },
    "a secret in a log, an error or a repr": dict.fromkeys(PLATFORMS, (
        f"{_A}canary.py::test_no_settings_show_their_secrets", f"{_A}canary.py::test_no_failure_shows_a_secret",
    )),
    "a request to a host that nobody configured": dict.fromkeys(PLATFORMS, f"{_A}canary.py::test_nothing_is_asked_of_a_host_that_nobody_configured"),
    "anything at all, a million times": {
        **dict.fromkeys(("onebot", "qq", "wecom", "telegram"), "faults/test_wire_fuzz.py::test_spoilt_payloads_are_read_or_refused"),
        **dict.fromkeys(("wechat", "feishu", "dingtalk", "satori"), "faults/test_hostile_payloads.py::test_nothing_nearly_right_raises_anything"),
    },
}  # fmt: skip


@cache
def named_in(file: str) -> frozenset[str]:
    tree = ast.parse((Path("tests") / file).read_text(encoding="utf-8"))
    found = (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))
    return frozenset(node.name for node in found)


@pytest.mark.parametrize("case", TABLE)
def test_every_case_is_tried_on_every_platform(case: str) -> None:
    assert sorted(TABLE[case]) == sorted(PLATFORMS)
    for platform, cell in TABLE[case].items():
        for named in (cell,) if isinstance(cell, str) else cell:
            if not named.startswith("- "):
                file, _, test = named.partition("::")
                assert test in named_in(file), f"{case} on {platform}: there is no {named}"


# --- Ids -----------------------------------------------------------------------------------------------------------

_IDS = {
    "id", "message_id", "user_id", "group_id", "self_id", "qq", "time", "group_openid", "member_openid", "msgid", "chatid", "userid",
    "senderStaffId", "senderId", "conversationId", "msgId",
}  # fmt: skip
_NUMBERED: dict[str, tuple[Any, Any]] = {
    "onebot": (payloads.ONEBOT["message group"][0], payloads.read_onebot),
    "qq": ({"op": 0, "s": 5, "t": "GROUP_MESSAGE_CREATE", "id": "E:1", "d": {
        "id": "123", "content": "在吗", "timestamp": "2026-05-15T12:01:45+08:00", "group_openid": "456", "author": {"member_openid": "789"},
    }}, payloads.read_qq),
    "wecom": ({"msgid": "1", "aibotid": "AIB", "chatid": "2", "chattype": "group", "from": {"userid": "3"}, "create_time": 1767225600,
               "msgtype": "text", "text": {"content": "@小首 在吗"}}, payloads.read_aibot),
    "telegram": (payloads.TELEGRAM["message in a topic"][0], payloads.read_telegram),
    "dingtalk": ({**DINGTALK, "senderStaffId": "12", "conversationId": "34", "msgId": "56"}, lambda body: dingtalk.incoming(body, DINGTALK_VIEW, Spoken())),
    "satori": ({"type": "message-created", "timestamp": 1767225600000, "login": SATORI["login"], "channel": {"id": "1", "type": 0},
                "user": {"id": "2"}, "message": {"id": "3", "content": "在吗"}}, lambda event: satori.happening(event, SATORI_VIEW)),
}  # fmt: skip


def _with_ids(value: Any, kind: type[int] | type[str]) -> Any:
    if isinstance(value, dict):
        return {
            key: kind(each)
            if key in _IDS and isinstance(each, (int, str)) and str(each).lstrip("-").isdecimal()
            else _with_ids(each, kind)
            for key, each in value.items()
        }
    return [_with_ids(each, kind) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("platform", _NUMBERED)
def test_an_id_is_the_same_as_a_number_and_as_a_text(platform: str) -> None:
    payload, read = _NUMBERED[platform]
    number, text = (read(_with_ids(payload, kind)) for kind in (int, str))
    assert isinstance(number, Incoming)
    assert (number.room, number.sender, number.message_id, number.text) == (
        text.room,
        text.sender,
        text.message_id,
        text.text,
    )


# --- Peers that answer twice, or end in the middle ------------------------------------------------------------------

SAID = Outgoing(key="a", room="qq:group:123456", text="一")


@pytest.mark.asyncio
async def test_a_second_answer_of_the_qq_side_is_nobodys(onebot_reverse_platform):
    it = onebot_reverse_platform
    calls = []
    usual = it.peer.answer
    it.peer.answer = lambda call: (calls.append(call), usual(call))[1]
    first = await it.adapter.send(SAID)
    await it.peer.sends_raw(
        json.dumps({"status": "ok", "retcode": 0, "data": {"message_id": 1}, "echo": calls[0]["echo"]})
    )
    await it.peer.sends_raw(
        json.dumps({"status": "failed", "retcode": 100, "data": None, "echo": "nobody's"})
    )
    second = await it.adapter.send(Outgoing(key="b", room="qq:group:123456", text="二"))
    assert first != second
    await it.says("王老师", "在吗")
    assert (await it.listener.next()).text == "在吗"


@pytest.mark.asyncio
async def test_a_second_acknowledgement_of_wecom_is_nobodys(wecom_socket_platform):
    it = wecom_socket_platform
    sent = asyncio.create_task(it.adapter.send(Outgoing(key="a", room="wecom:group:123456", text="一")))
    frame = await it.session.next_sent()
    await sent
    for errcode in (0, 45009):
        await it.session.socket.send_json(
            {"headers": frame["headers"], "errcode": errcode, "errmsg": "again"}
        )
    assert await it.adapter.send(Outgoing(key="b", room="wecom:group:123456", text="二"))
    await it.says("王老师", "在吗", calls_bot=True)
    assert (await it.listener.next()).text == "在吗"


async def half_a_frame(transport: Any, *, masked: bool) -> None:
    """Begin a text frame of four kilobytes and hang up."""
    transport.write(bytes((0x81, 0xFE if masked else 0x7E, 0x10, 0x00)) + b'{"post_type":"mess')
    await asyncio.sleep(0)
    transport.abort()


@pytest.mark.asyncio
async def test_half_a_frame_of_the_qq_side_costs_the_connection_only(onebot, serve, qq_peer, listen):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener, peer = listen(adapter), await qq_peer(url)
    await peer.group_says(123456, 20001, "前")
    assert (await listener.next()).text == "前"
    await half_a_frame(peer._socket.transport, masked=True)
    again = await qq_peer(url)
    await again.group_says(123456, 20001, "后")
    assert (await listener.next()).text == "后"
    assert await adapter.send(SAID)


@pytest.mark.asyncio
async def test_half_a_frame_of_the_gateway_is_sent_again(qq_bot, qq_open, listen, clock):
    adapter = qq_bot()
    listener = listen(adapter)
    await qq_open.was_ready(1)
    socket, qq_open.session.socket = qq_open.session.socket, None
    await qq_open.group_says("123456", "20001", "没送完的那句", name="王老师")  # the gateway keeps it
    await half_a_frame(socket._req.transport, masked=False)
    assert await clock.slept(1, at_least=timedelta(seconds=1), below=timedelta(seconds=20))
    clock.advance(2)
    assert (await listener.next()).text == "没送完的那句"


@pytest.mark.asyncio
async def test_half_a_frame_of_wecom_costs_the_connection_only(wecom, host, listen, clock):
    server = AibotServer()
    adapter = wecom("wecom-aibot", url=(await host(server.handle)).replace("http", "ws"))
    listener = listen(adapter)
    session = await server.next_session()
    await session.says("20001", "@小首 前")
    assert (await listener.next()).text == "前"
    begun = len(clock.lengths)
    await half_a_frame(session.socket._req.transport, masked=False)
    *_, wait = await clock.slept(begun + 1)
    clock.advance(wait.total_seconds())
    await (await server.next_session()).says("20001", "@小首 后")
    assert (await listener.next()).text == "后"


async def hangs_up(url: str) -> None:
    """Begin a post of five hundred bytes and hang up after one."""
    address, _, path = url.removeprefix("http://").partition("/")
    name, _, port = address.partition(":")
    _, writer = await asyncio.open_connection(name, int(port))
    writer.write(f"POST /{path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: 500\r\n\r\n<".encode())
    await writer.drain()
    writer.transport.abort()


@pytest.mark.asyncio
async def test_a_callback_that_ends_in_the_middle_costs_nothing(wecom_app_platform):
    await hangs_up(wecom_app_platform.sender.url)
    assert await wecom_app_platform.sender.app_says("20001", "在吗") == 200
    assert (await wecom_app_platform.listener.next()).text == "在吗"


@pytest.mark.asyncio
async def test_an_event_that_ends_in_the_middle_costs_nothing(feishu_platform):
    await hangs_up(feishu_platform.sender.url)
    await feishu_platform.says("王老师", "在吗")
    assert (await feishu_platform.listener.next()).text == "在吗"


# --- XML, and what is sealed ---------------------------------------------------------------------------------------

_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}]><xml><Encrypt>&a11;</Encrypt></xml>'


@pytest.mark.asyncio
async def test_a_billion_laughs_are_refused_at_once(wecom_app_platform):
    sender = wecom_app_platform.sender
    began = time.process_time()
    assert await sender.posts(LAUGHS, {}) == 400
    assert await sender.posts_xml(LAUGHS) == 400  # sealed and signed by somebody who has the key
    assert time.process_time() - began < 1
    assert await sender.app_says("20001", "在吗") == 200
    assert (await wecom_app_platform.listener.next()).text == "在吗"


@pytest.mark.asyncio
async def test_whatever_is_wrong_inside_the_answer_is_the_same(wecom_app_platform):
    """Who changes a byte and learns only that it was refused cannot tell padding from receiver, nor one byte from another."""
    from adapters.wechat.crypto import signature

    sender = wecom_app_platform.sender
    envelope, query = sender.sealed(sender.app_message("20001", "x"))
    sealed = envelope.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
    told = []
    with capture_logs() as logs:
        for place in range(len(sealed) - 20, len(sealed) - 3, 4):  # padding and receiver
            changed = sealed[:place] + ("A" if sealed[place] != "A" else "B") + sealed[place + 1 :]
            signed = signature(TOKEN, query["timestamp"], query["nonce"], changed)
            body = f"<xml><Encrypt>{changed}</Encrypt></xml>"
            told.append(await sender.posts(body, {**query, "msg_signature": signed}))
    assert set(told) == {403}
    assert [entry["action"] for entry in logs] == ["callback_refused"] * len(told)
    assert AES_KEY not in str(logs)


# --- A flood -------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_ten_thousand_messages_of_the_qq_side_are_kept_and_more_are_said_to_be_shed(
    onebot, serve, qq_peer
):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    message = {**payloads.ONEBOT["message group"][0], "self_id": peer.self_id}
    with capture_logs() as logs:
        for number in range(10_020):
            await peer.sends_raw(json.dumps({**message, "message_id": number}))
        await peer.comes_alive()
        async with asyncio.timeout(60):
            while sum(entry["action"] == "onebot_message_lost" for entry in logs) < 20:  # noqa: ASYNC110
                await asyncio.sleep(0)
    assert adapter._inbox.waiting == 10_000
    assert adapter.is_connected
