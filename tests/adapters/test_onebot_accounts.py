"""Several QQ accounts on one adapter, what was missed while nobody listened, and links that are killed again and again."""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import timedelta

import pytest
from websockets.exceptions import ConnectionClosed

from adapters.contract import DeliveryFailed, File, Notice, Outgoing, What
from tests.adapters.conftest import NOON, Archive

pytestmark = pytest.mark.asyncio

NOW = int(NOON.timestamp())


def outgoing(text: str = "你好", group: int = 123456, key: str = "") -> Outgoing:
    return Outgoing(key=key or text, room=f"qq:group:{group}", text=text)


async def until(is_so) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110
            await asyncio.sleep(0)


# --- several accounts ---------------------------------------------------------------------------------------------


async def test_each_group_is_answered_by_the_account_that_heard_it(onebot, serve, qq_peer, listen):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    first, second = await qq_peer(url, self_id=111), await qq_peer(url, self_id=222)
    await first.group_says(1, 20001, "甲群", calls_bot=True)
    assert (await listener.next()).is_addressed
    await second.group_says(2, 20001, "乙群", calls_bot=True)
    assert (await listener.next()).is_addressed
    await adapter.send(outgoing("给乙群", 2))
    await adapter.send(outgoing("给甲群", 1))
    assert (await second.next_sent()).text == "给乙群"
    assert (await first.next_sent()).text == "给甲群"
    assert first.nothing_sent()
    assert second.nothing_sent()


async def test_a_group_with_two_of_our_accounts_is_heard_once_and_they_do_not_answer_each_other(
    onebot, serve, qq_peer, listen
):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    first, second = await qq_peer(url, self_id=111), await qq_peer(url, self_id=222)
    await first.group_says(9, 20001, "报障 打印机坏了")
    assert (await listener.next()).text == "报障 打印机坏了"
    await second.group_says(9, 20001, "报障 打印机坏了")
    await first.group_says(9, 222, "已建单 1001")
    await first.group_says(9, 20001, "完了")
    assert (await listener.next()).text == "完了"
    await first.close()
    await second.group_says(9, 20001, "完了")  # told late by it: the first one was heard already
    await second.group_says(9, 20001, "还有人吗")
    assert (await listener.next()).text == "还有人吗"
    await adapter.send(outgoing("有", 9))
    assert (await second.next_sent()).text == "有"


async def test_of_several_accounts_the_one_in_the_group_speaks_although_nobody_was_heard_there(
    onebot, serve, qq_peer
):
    adapter = onebot()
    url = await serve(adapter.handle)
    archive = Archive(lists={111: [1], 222: [1, 2]})
    peers = []
    for account in (111, 222):
        peers.append(await qq_peer(url, self_id=account))
        peers[-1].archive = archive
    again = await qq_peer(url, self_id=222)
    again.archive = archive
    await until(lambda: "qq:group:2" in adapter._voices._homes)
    await adapter.send(outgoing("给二群", 2))
    assert (await again.next_sent()).text == "给二群"
    assert peers[0].nothing_sent()


async def test_with_several_accounts_a_group_nobody_knows_waits_instead_of_failing_through_the_wrong_one(
    onebot, serve, qq_peer, clock
):
    adapter = onebot()
    url = await serve(adapter.handle)
    await qq_peer(url, self_id=111)
    await qq_peer(url, self_id=222)
    await until(lambda: len(adapter._voices.accounts) == 2)
    sending = asyncio.create_task(adapter.send(outgoing("谁在", 7)))
    await clock.slept(1, at_least=timedelta(seconds=5))
    clock.advance(5)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.retry_after is not None
    assert not failed.value.is_unknown


# --- what was missed ----------------------------------------------------------------------------------------------


async def test_what_was_said_while_nobody_listened_comes_first_and_is_marked_late(
    onebot, serve, qq_peer, listen
):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    archive = Archive()
    peer = await qq_peer(url)
    peer.archive = archive
    await peer.group_says(123456, 20001, "听到了", at=NOW - 100)
    assert (await listener.next()).text == "听到了"
    peer.is_cut()
    await until(lambda: not adapter._voices.links)
    with contextlib.suppress(ConnectionClosed):  # nobody hears it
        await peer.group_says(123456, 20001, "断线时说的", at=NOW - 50)
    archive.said.append(
        {**archive.said[-1], "message_id": -5, "user_id": 10001000, "post_type": "message_sent"}
    )
    archive.said.append({**archive.said[0], "message_id": -6, "time": NOW - 3600})
    again = await qq_peer(url)
    again.archive = archive
    await again.group_says(123456, 20001, "连上后说的", at=NOW)
    heard = [await listener.next() for _ in range(2)]
    assert [(message.text, message.is_late) for message in heard] == [
        ("断线时说的", True),
        ("连上后说的", False),
    ]
    assert heard[0].message_id == str(archive.said[1]["message_id"])


async def test_what_was_said_privately_while_nobody_listened_is_fetched_too(onebot, serve, qq_peer, listen):
    """Of people of the configuration, and of whoever was heard before; a group is never asked for by the number of a person."""
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    peer = await qq_peer(url)
    await peer.privately_says(30001, "听到了")
    assert (await listener.next()).room == "qq:private:30001"
    peer.is_cut()
    await until(lambda: not adapter._voices.links)
    about = {"self_id": 10001000, "post_type": "message", "message_type": "private", "time": NOW - 50}
    archive = Archive([
        {**about, "message_id": 81, "user_id": 20002, "message": "接单 1001"},
        {**about, "message_id": 82, "user_id": 10001000, "target_id": 20002, "message": "机器人说的"},
        {**about, "message_id": 83, "user_id": 30001, "message": "还在吗"},
    ])  # fmt: skip
    groups = []
    usual = archive.of
    archive.of = lambda group, account: (groups.append(group), usual(group, account))[1]
    again = await qq_peer(url)
    again.archive = archive
    heard = sorted([await listener.next() for _ in range(2)], key=lambda message: message.message_id)
    assert [(each.room, each.text, each.is_late) for each in heard] == [
        ("qq:private:20002", "接单 1001", True),
        ("qq:private:30001", "还在吗", True),
    ]
    assert sorted(groups) == [123456, 654321]


async def test_a_private_message_whose_answer_was_lost_is_looked_for_as_well(onebot, serve, qq_peer):
    adapter = onebot()
    url = await serve(adapter.handle)
    peer = await qq_peer(url)
    peer.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(Outgoing(key="k", room="qq:private:20002", text="请接单")))
    await peer.next_sent()
    peer.is_cut()
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(sending, 10)
    again = await qq_peer(url)
    again.archive = Archive(
        [{"message_id": 84, "user_id": 10001000, "target_id": 20002, "time": NOW, "message": "请接单"}]
    )
    assert await adapter.send(Outgoing(key="k", room="qq:private:20002", text="（重发）请接单")) == "84"
    assert again.nothing_sent()


async def test_a_qq_side_that_tells_only_of_groups_is_asked_for_people_once(onebot, serve, qq_peer, listen):
    adapter = onebot()
    asked = []
    url = await serve(adapter.handle)
    listener = listen(adapter)
    peer = await qq_peer(url)

    def answer(call):
        asked.append(call["action"])
        return {"status": "failed", "retcode": 1404, "data": None}

    peer.archive = Archive()
    peer.archive.privately = lambda user: answer({"action": f"friend {user}"})
    await peer.group_says(123456, 20001, "在吗")
    assert (await listener.next()).text == "在吗"
    await until(lambda: asked)
    await peer.privately_says(20002, "也在")
    assert (await listener.next()).text == "也在"
    assert len(asked) == 1


async def test_a_qq_side_without_history_costs_nothing(onebot, serve, qq_peer, listen):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    for number in range(5):
        await peer.group_says(123456, 20001, f"{number}")
    listener = listen(adapter)
    assert [(await listener.next()).text for _ in range(5)] == [f"{number}" for number in range(5)]


async def test_a_link_that_is_killed_again_and_again_loses_and_doubles_nothing(
    onebot, serve, qq_peer, listen, kills
):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    archive, said, sent = Archive(), [], []
    peer = await qq_peer(url)
    peer.archive = archive
    for number in range(kills):
        text = f"第 {number} 句"
        said.append(text)
        if number % 3 == 2:  # nobody is there to hear it
            peer.is_cut()
            await until(lambda: not adapter._voices.links)
            archive.said.append({**archive.said[-1], "message_id": -10_000_000 - number, "message": [
                {"type": "text", "data": {"text": text}}
            ]})  # fmt: skip
        else:
            await peer.group_says(123456, 20001, text, at=NOW)
            await adapter.send(outgoing(f"答 {number}"))
            sent.append((await peer.next_sent()).text)
            peer.is_cut()
            await until(lambda: not adapter._voices.links)
        peer = await qq_peer(url)
        peer.archive = archive
    await peer.group_says(123456, 20001, "完了", at=NOW)
    heard = []
    while not heard or heard[-1] != "完了":
        heard.append((await listener.next()).text)
    assert heard == [*said, "完了"]
    assert sent == [f"答 {number}" for number in range(kills) if number % 3 != 2]


# --- what may have arrived ----------------------------------------------------------------------------------------


async def test_a_message_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(onebot, serve, qq_peer):
    adapter = onebot()
    url = await serve(adapter.handle)
    peer = await qq_peer(url)
    archive = Archive()
    for each in ("已建单 1001", "别的"):
        archive.said.append(
            {"message_id": len(archive.said) + 70, "user_id": 10001000, "group_id": 123456, "time": NOW,
             "message": [{"type": "text", "data": {"text": each}}]}
        )  # fmt: skip
    peer.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(outgoing("已建单 1001", key="k")))
    await peer.next_sent()
    peer.is_cut()
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    again = await qq_peer(url)
    again.archive = archive
    assert await adapter.send(outgoing("（重发）已建单 1001", key="k")) == "70"
    assert again.nothing_sent()


async def test_the_same_words_said_long_before_are_not_taken_for_the_message(onebot, serve, qq_peer):
    """After a restart nobody remembers that they were said, and the history still tells of them."""
    adapter = onebot()
    url = await serve(adapter.handle)
    peer = await qq_peer(url)
    peer.answer = lambda _: None
    sending = asyncio.create_task(adapter.send(outgoing("请接单", key="k")))
    await peer.next_sent()
    peer.is_cut()
    with pytest.raises(DeliveryFailed):
        await asyncio.wait_for(sending, 10)
    again = await qq_peer(url)
    again.archive = Archive(
        [{"message_id": 70, "user_id": 10001000, "group_id": 123456, "time": NOW - 600, "message": "请接单"}]
    )
    assert await adapter.send(outgoing("（重发）请接单", key="k")) != "70"
    assert (await again.next_sent()).text == "（重发）请接单"


async def test_a_large_file_has_time_and_one_that_may_have_arrived_is_looked_for(
    onebot, serve, qq_peer, clock
):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    calls = []
    peer.answer = lambda call: calls.append(call["action"])
    message, file = outgoing("报告", key="k"), File("十月报告.pdf", b"%PDF" * 1000)
    sending = asyncio.create_task(adapter.send_file(message, file))
    await until(lambda: calls)
    clock.advance(45)
    for _ in range(20):
        await asyncio.sleep(0)
    assert not sending.done()
    clock.advance(45)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert failed.value.is_unknown
    peer.archive = Archive(
        [{"message_id": 72, "user_id": 10001000, "group_id": 123456, "time": NOW + 50,
          "message": [{"type": "file", "data": {"file": "十月报告.pdf", "file_id": "/1"}}]}]
    )  # fmt: skip
    assert await adapter.send_file(message, file) == "72"
    assert calls == ["upload_group_file"]


# --- an account that QQ has thrown out ------------------------------------------------------------------------------


def beat(is_online: bool) -> str:
    return json.dumps({
        "time": NOW, "self_id": 10001000, "post_type": "meta_event", "meta_event_type": "heartbeat",
        "status": {"online": is_online, "good": is_online}, "interval": 30000,
    })  # fmt: skip


async def test_what_is_said_while_qq_has_thrown_the_account_out_waits_for_it(
    onebot, serve, qq_peer, listen, clock
):
    adapter = onebot()
    listener = listen(adapter)
    peer = await qq_peer(await serve(adapter.handle))
    await peer.sends_raw(beat(is_online=False))
    await until(lambda: not adapter.is_connected)
    sending = asyncio.create_task(adapter.send(outgoing("请接单")))
    await clock.slept(1, at_least=timedelta(seconds=5), below=timedelta(seconds=6))
    clock.advance(5)
    with pytest.raises(DeliveryFailed) as failed:
        await asyncio.wait_for(sending, 10)
    assert "掉线" in failed.value.reason
    assert (failed.value.is_unknown, failed.value.retry_after is None) == (False, False)
    assert peer.nothing_sent()
    assert any("掉线" in finding.says or "账号" in finding.says for finding in await adapter.examine())
    peer.archive = Archive(
        [{"message_id": 73, "user_id": 20001, "group_id": 123456, "time": NOW, "message": "掉线时说的"}]
    )
    await peer.sends_raw(beat(is_online=True))
    assert (await listener.next()).text == "掉线时说的"
    assert await adapter.send(outgoing("请接单"))
    assert adapter.is_connected


async def test_what_timed_out_while_the_account_was_thrown_out_has_not_arrived(onebot, serve, qq_peer):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    answers = {
        "send_group_msg": {"status": "failed", "retcode": 1200, "data": None, "message": "Timeout: sendMsg"},
        "get_status": {"status": "ok", "retcode": 0, "data": {"online": False, "good": True}},
    }
    usual = peer.answer
    peer.answer = lambda call: answers.get(call["action"]) or usual(call)
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("请接单"))
    assert (failed.value.is_unknown, failed.value.retry_after) == (False, timedelta(seconds=30))
    answers.clear()
    assert await adapter.send(outgoing("请接单"))


async def test_what_timed_out_on_the_qq_side_is_never_sent_again_and_found_if_it_arrived(
    onebot, serve, qq_peer
):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    timeout = {"status": "failed", "retcode": 1200, "data": None, "message": "Timeout: NTEvent sendMsg"}
    peer.answer = lambda _: timeout
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("到了吗"))
    assert (failed.value.is_unknown, failed.value.retry_after) == (True, None)
    await peer.next_sent()
    peer.archive = Archive(
        [{"message_id": 71, "user_id": 10001000, "group_id": 123456, "time": NOW, "message": "到了吗"}]
    )
    assert await adapter.send(outgoing("到了吗")) == "71"


@pytest.mark.parametrize(
    ("retcode", "words"),
    [(100, "SEND_MSG_API_ERROR：可能被风控"), (1200, "您已被禁言"), (120, "不是好友"), (-1, "")],
)
async def test_a_refusal_is_for_good_and_says_why(onebot, serve, qq_peer, retcode, words):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    peer.answer = lambda _: {"status": "failed", "retcode": retcode, "data": None, "wording": words}
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing())
    assert (failed.value.is_unknown, failed.value.retry_after) == (False, None)
    assert words in failed.value.reason
    assert ("放慢" in failed.value.reason) == ("风控" in words)


async def test_a_long_text_is_split_at_the_end_of_a_sentence_and_keeps_its_order(onebot, serve, qq_peer):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    await adapter.send(outgoing("一句话。" * 900))
    parts = [(await peer.next_sent()).text for _ in range(2)]
    assert "".join(parts) == "一句话。" * 900
    assert all(len(part) <= 2000 and part.endswith("。") for part in parts)


async def test_a_group_that_the_bot_joins_is_called_by_its_name(onebot, serve, qq_peer, listen):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    listener = listen(adapter)
    joined = '{"post_type":"notice","notice_type":"group_increase","sub_type":"invite","self_id":10001000,"time":%d,"group_id":9,"user_id":10001000}'
    asked = []

    def answer(call):
        asked.append((call["action"], call["params"]["group_id"]))
        return {"status": "ok", "retcode": 0, "data": {"group_id": 9, "group_name": "育才小学-智慧平台"}}

    peer.answer = answer
    await peer.sends_raw(joined % 1)
    assert (await listener.next_notice()).room_name == "育才小学-智慧平台"
    assert asked == [("get_group_info", 9)]
    peer.answer = lambda _: {"status": "failed", "retcode": 1404, "data": None}
    await peer.sends_raw(joined % 2)
    notice = await listener.next_notice()
    assert (notice.what, notice.room_name) == (What.BOT_ADDED, "")


# --- what happens without a word ----------------------------------------------------------------------------------


async def test_notices_reach_the_bot_and_files_are_told_of_once(onebot, serve, qq_peer, listen):
    adapter = onebot()
    peer = await qq_peer(await serve(adapter.handle))
    listener = listen(adapter)
    joined = '{"post_type":"notice","notice_type":"group_increase","sub_type":"invite","self_id":10001000,"time":1,"group_id":9,"user_id":%d}'
    peer.answer = lambda _: {"status": "failed", "retcode": 1404, "data": None}
    await peer.sends_raw(joined % 10001000)
    first = await listener.next_notice()
    assert (first.what, first.room, first.account) == (What.BOT_ADDED, "qq:group:9", "qq:10001000")
    await peer.sends_raw(joined % 20002)
    second = await listener.next_notice()
    assert second == Notice(
        what=What.MEMBER_ADDED, room="qq:group:9", key=second.key, account="qq:20002", name="老张"
    )
    assert second.key not in ("", first.key)
    await peer.sends_raw(
        '{"post_type":"notice","notice_type":"group_upload","self_id":10001000,"time":1,"group_id":9,"user_id":20001,'
        '"file":{"id":"/abc","name":"faq.xlsx","size":10,"busid":102}}'
    )
    uploaded = await listener.next()
    assert (uploaded.text, uploaded.attachments[0].name, uploaded.attachments[0].reference) == (
        "", "faq.xlsx", "/abc",
    )  # fmt: skip
    await peer.sends_raw(
        '{"post_type":"message","message_type":"group","self_id":10001000,"time":1,"group_id":9,"user_id":20001,"message_id":4,'
        '"message":[{"type":"file","data":{"file":"faq.xlsx","file_id":"/abc"}}],"sender":{}}'
    )
    await peer.group_says(9, 20001, "发好了")
    assert (await listener.next()).text == "发好了"


async def test_files_come_from_the_qq_side_itself_or_from_allowed_hosts_only(onebot, serve, qq_peer):
    from adapters.contract import Attachment
    from adapters.powers import FetchesFiles, FileUnavailable, Recalls, SendsFiles

    adapter = onebot()
    assert isinstance(adapter, FetchesFiles)
    assert isinstance(adapter, SendsFiles)
    assert isinstance(adapter, Recalls)
    peer = await qq_peer(await serve(adapter.handle))
    answers = {"get_file": {"base64": "6Zeu,562U"}, "get_group_file_url": {"url": "http://127.0.0.1:1/x"}}
    calls = []

    def answer(call):
        calls.append(call)
        data = answers.get(call["action"])
        return {"status": "ok", "retcode": 0, "data": data} if data else {"status": "failed", "retcode": 1404}

    peer.answer = answer
    file = Attachment("file", "faq.csv", None, "/abc")
    with pytest.raises(FileUnavailable, match="file_hosts"):  # neither base64 nor an allowed host
        await adapter.fetch("qq:group:9", file, 1 << 20)
    answers["get_file"] = {"base64": "6Zeu562U"}
    assert (await adapter.fetch("qq:group:9", file, 1 << 20)).decode() == "问答"
    with pytest.raises(FileUnavailable, match="超过"):
        await adapter.fetch("qq:group:9", file, 1)

    answers["upload_group_file"] = {"message_id": 5}
    assert await adapter.send_file(Outgoing("f1", "qq:group:9", ""), File("表.csv", "问".encode())) == "5"
    assert calls[-1]["params"] == {"group_id": 9, "file": "base64://6Zeu", "name": "表.csv"}
    answers["delete_msg"] = {"ok": 1}
    await adapter.recall("qq:group:9", "-77")
    assert calls[-1]["params"] == {"message_id": -77}
    with pytest.raises(DeliveryFailed):
        await adapter.send_file(Outgoing("f2", "elsewhere:group:9", ""), File("x", b""))


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://multimedia.nt.qq.com.cn/x", False),
        ("https://grouptalk.c2c.qq.com/x", True),
        ("https://QQ.com./x", True),
        ("https://notqq.com/x", False),
        ("https://qq.com@evil.example/x", False),
        ("file:///etc/passwd", False),
        ("http://[::1", False),
    ],
)
async def test_hosts_of_files(url, is_allowed):
    from adapters.downloads import is_allowed as allowed

    assert allowed(url, ("qq.com", "qpic.cn")) is is_allowed


async def test_whoever_writes_to_two_accounts_alone_is_heard_by_both_and_answered_by_the_latest(
    onebot, serve, qq_peer, listen
):
    adapter = onebot()
    url = await serve(adapter.handle)
    listener = listen(adapter)
    first, second = await qq_peer(url, self_id=111), await qq_peer(url, self_id=222)
    await first.privately_says(20001, "甲号在吗")
    assert (await listener.next()).text == "甲号在吗"
    await second.privately_says(20001, "乙号在吗")
    assert (await listener.next()).text == "乙号在吗"
    await adapter.send(Outgoing(key="k", room="qq:private:20001", text="在"))
    assert (await second.next_sent()).text == "在"
    assert first.nothing_sent()


async def test_a_friend_of_one_of_several_accounts_is_written_to_though_never_heard(onebot, serve, qq_peer):
    adapter = onebot()
    url = await serve(adapter.handle)
    archive = Archive(lists={111: [], 222: []}, friends={222: [20002]})
    for number in (111, 222):
        peer = await qq_peer(url, self_id=number)
        peer.archive = archive
    await until(lambda: "qq:private:20002" in adapter._voices._homes)
    await adapter.send(Outgoing(key="k", room="qq:private:20002", text="请接单"))
    assert (await peer.next_sent()).text == "请接单"
