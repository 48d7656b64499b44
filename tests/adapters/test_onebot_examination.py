"""What `doctor` is told about a QQ account."""

from __future__ import annotations

import asyncio
import socket

import pytest

from adapters.contract import Examines

pytestmark = pytest.mark.asyncio


async def test_a_missing_token_and_a_missing_peer_are_said(onebot):
    adapter = onebot()
    assert isinstance(adapter, Examines)
    token, connection = await adapter.examine()
    assert (token.is_well, connection.is_well) == (False, False)
    assert "access_token" in token.says
    assert "/hooks/qq" in connection.says


async def test_the_account_behind_a_connection_is_named(onebot, serve, qq_peer):
    adapter = onebot(access_token="s3cret")
    peer = await qq_peer(await serve(adapter.handle), token="s3cret")
    peer.answer = lambda _: {"status": "ok", "retcode": 0, "data": {"user_id": 10001000, "nickname": "小首"}}
    token, account, history = await adapter.examine()
    assert (token.is_well, account.is_well, history.is_well) == (True, True, False)
    assert account.says == "小首（10001000）"


async def test_a_connection_without_an_account_is_not_well(onebot, serve, qq_peer):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    peer.answer = lambda _: {"status": "failed", "retcode": 1404, "data": None}
    _, account = await adapter.examine()
    assert not account.is_well
    assert "1404" in account.says


async def test_a_forward_server_is_asked_once_and_left(onebot, serve, qq_server):
    server = qq_server(token="s3cret")
    adapter = onebot(mode="forward", url=await serve(server.handle), access_token="s3cret")
    examining = asyncio.create_task(adapter.examine())
    peer, call = await server.next_call()
    assert call["action"] == "get_login_info"
    await peer.send_json(
        {"status": "ok", "retcode": 0, "data": {"user_id": 7, "nickname": "Q"}, "echo": call["echo"]}
    )
    _, account, _ = await asyncio.wait_for(examining, 10)
    assert (account.is_well, account.says) == (True, "Q（7）")


@pytest.mark.parametrize("refuses_in_frame", [False, True])
async def test_a_refused_token_is_named(onebot, serve, qq_server, refuses_in_frame):
    server = qq_server(token="right", refuses_in_frame=refuses_in_frame)
    adapter = onebot(mode="forward", url=await serve(server.handle), access_token="wrong")
    _, connection = await asyncio.wait_for(adapter.examine(), 10)
    assert not connection.is_well
    assert "access_token" in connection.says


async def test_a_server_that_is_not_there_is_named(onebot):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        adapter = onebot(mode="forward", url=f"ws://127.0.0.1:{port}/?access_token=s3cret")
        _, connection = await adapter.examine()
    assert not connection.is_well
    assert f"127.0.0.1:{port}" in connection.says
    assert "s3cret" not in connection.says
