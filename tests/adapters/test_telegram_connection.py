"""The Telegram adapter against a Bot API server that holds, refuses, floods, lies and dies."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
import pytest_asyncio
import structlog
from msgspec.structs import replace
from telegram import ChatMemberLeft, ChatMemberMember, User, WebhookInfo

from adapters.contract import Button, DeliveryFailed, KnownRoom, Mention, Outgoing
from adapters.telegram.connection import MOST_WAITING
from tests.adapters.telegram_peers import GROUP, ME, SECRET, TOKEN, WebhookCaller, administrator, refusal

pytestmark = pytest.mark.asyncio

LONG_WAIT = timedelta(seconds=0.9)


def outgoing(text, **more):
    return Outgoing(
        key=more.pop("key", f"key of {text}"), room=more.pop("room", f"tg:group:{GROUP}"), text=text, **more
    )


def actions(logs):
    return [entry["action"] for entry in logs]


# --- beginning ----------------------------------------------------------------------------------------------------


async def test_it_says_what_people_can_type_in_two_languages(telegram, bot_api, listen):
    listen(telegram())
    menus = await bot_api.called("setMyCommands", 3)
    assert [menu.get("language_code") for menu in menus] == [None, "zh", "en"]
    chinese, english = (
        {each["command"]: each["description"] for each in json.loads(menu["commands"])} for menu in menus[1:]
    )
    assert chinese["report"].startswith("报障")
    assert english["report"].startswith("Report")
    assert menus[0]["commands"] == menus[1]["commands"]
    assert chinese.keys() == english.keys()


async def test_without_a_menu_it_works_all_the_same(telegram, bot_api, listen):
    bot_api.answers("setMyCommands", refusal(400, "Bad Request: BOT_COMMAND_INVALID"))
    listener = listen(telegram())
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    assert (await listener.next()).text == "在吗"


async def test_a_webhook_that_is_left_over_is_taken_back(telegram, bot_api, listen):
    bot_api.webhook = WebhookInfo("https://old.example.com/hook", False, 3)
    with structlog.testing.capture_logs() as logs:
        listener = listen(telegram())
        await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
        assert (await listener.next()).text == "在吗"
    (removed,) = [entry for entry in logs if entry["action"] == "telegram_webhook_removed"]
    assert removed["host"] == "old.example.com"
    (taken_back,) = await bot_api.called("deleteWebhook")
    assert taken_back.get("drop_pending_updates", "False").lower() == "false"


async def test_a_refused_token_is_tried_again_after_half_a_minute_and_never_shown(
    telegram, clock, bot_api, listen
):
    with structlog.testing.capture_logs() as logs:
        adapter = telegram(token="7000001:wrong_and_hush")
        listen(adapter)
        lengths = await clock.slept(1)
        assert lengths[0] >= timedelta(seconds=30)
        assert not adapter.is_connected
        with pytest.raises(DeliveryFailed) as failed:
            await adapter.send(outgoing("在"))
    assert failed.value.retry_after == timedelta(minutes=1)
    assert "telegram_refused" in actions(logs)
    assert "hush" not in repr(logs) + str(failed.value)


async def test_a_server_that_is_not_there_is_asked_again_with_growing_pauses(
    telegram, clock, bot_api, listen
):
    await bot_api.stop()
    adapter = telegram()
    listener = listen(adapter)
    for times in range(1, 8):
        lengths = await clock.slept(times)
        clock.advance(60)
    assert [length.total_seconds() for length in lengths] == [1, 2, 4, 8, 16, 32, 60]
    await bot_api.start()
    await clock.slept(8)
    clock.advance(60)
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    assert (await listener.next()).text == "在吗"
    assert adapter.is_connected


@pytest.mark.parametrize("result", ["{}", "5", "null", "[]", '{"id": "x", "first_name": 5, "is_bot": 7}'])
@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "setMyCommands", "getChat"])
async def test_nonsense_at_the_beginning_is_outlasted(
    telegram, clock, bot_api, listen, surroundings, method, result
):
    around = replace(surroundings("tg"), rooms=(KnownRoom("tg:group:-55", "育才群"),))
    bot_api.answers(method, f'{{"ok": true, "result": {result}}}'.encode())
    clock.passed = 0
    listener = listen(telegram(around=around))
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    assert await heard_at_last(listener, clock) == "在吗"
    assert not bot_api.raw_answers[method]


@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo", "getChatMember"])
async def test_nonsense_fails_no_examination(telegram, bot_api, method):
    bot_api.answers(method, b'{"ok": true, "result": {"status": 5}}')
    found = await examined(telegram())
    assert any(not finding.is_well for finding in found.values())


async def test_no_log_ever_shows_the_token(telegram, clock, bot_api, listen, caplog):
    caplog.set_level("INFO")
    with structlog.testing.capture_logs() as logs:
        adapter = telegram()
        listener = listen(adapter)
        await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
        await listener.next()
        bot_api.answers(
            "sendMessage", b"<html>oops</html>", None, refusal(500, "Internal"), refusal(401, "Unauthorized")
        )
        for _ in range(4):
            with pytest.raises(DeliveryFailed) as failed:
                await adapter.send(outgoing("在"))
            assert TOKEN not in str(failed.value)
            assert failed.value.__cause__ is None
        await bot_api.stop()
        with pytest.raises(DeliveryFailed) as failed:
            await adapter.send(outgoing("在"))
        assert TOKEN not in str(failed.value)
    assert TOKEN not in repr(logs) + caplog.text
    assert TOKEN not in repr(adapter)


# --- polling ------------------------------------------------------------------------------------------------------


async def test_nothing_is_confirmed_before_the_bot_has_taken_it(telegram, bot_api):
    adapter = telegram()
    for text in ("一", "二", "三"):
        await bot_api.happens(bot_api.said(20001, "王老师", text))
    hearing = adapter.incoming()
    heard = [await anext(hearing) for _ in range(3)]
    assert [message.text for message in heard] == ["一", "二", "三"]
    for message in heard[:2]:
        message.receipt.settle(is_saved=True)
    assert bot_api.offsets == [None]  # the third is with us, but not saved yet
    heard[2].receipt.settle(is_saved=True)
    waiting = asyncio.ensure_future(anext(hearing))
    await bot_api.called("getUpdates", 2)
    assert bot_api.offsets[1] == 7  # three messages and three updates, numbered together
    await bot_api.happens(bot_api.said(20001, "王老师", "四"))
    assert (await waiting).text == "四"
    await adapter.close()
    await hearing.aclose()


async def test_what_was_not_confirmed_comes_again_to_the_next_run_with_the_same_id(telegram, bot_api, listen):
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    first = telegram()
    hearing = first.incoming()
    before = await anext(hearing)
    await first.close()
    await hearing.aclose()
    again = await listen(telegram()).next()
    assert again == before


async def test_what_could_not_be_saved_is_brought_again_and_what_was_is_not(telegram, clock, bot_api):
    adapter = telegram()
    for text in ("一", "二", "三"):
        await bot_api.happens(bot_api.said(20001, "王老师", text))
    hearing = adapter.incoming()
    for is_saved in (True, False, True):
        (await anext(hearing)).receipt.settle(is_saved=is_saved)
    waiting = asyncio.ensure_future(anext(hearing))
    await clock.slept(1, at_least=LONG_WAIT)
    clock.advance(60)
    again = await waiting
    assert again.text == "二"
    again.receipt.settle(is_saved=True)
    waiting = asyncio.ensure_future(anext(hearing))
    await bot_api.called("getUpdates", 3)
    assert bot_api.offsets == [None, 4, 7]
    await bot_api.happens(bot_api.said(20001, "王老师", "四"))
    assert (await waiting).text == "四"
    await adapter.close()
    await hearing.aclose()


async def test_one_slow_message_holds_up_no_others(telegram, bot_api):
    adapter = telegram()
    await bot_api.happens(bot_api.said(20001, "王老师", "慢"))
    hearing = adapter.incoming()
    slow = await anext(hearing)
    waiting = asyncio.ensure_future(anext(hearing))
    await bot_api.happens(bot_api.said(20001, "王老师", "快"))
    assert (await waiting).text == "快"  # asked for once more after a second, without confirming the slow one
    slow.receipt.settle(is_saved=True)
    await adapter.close()
    await hearing.aclose()


async def test_an_unreadable_update_costs_only_itself(telegram, bot_api, listen):
    spoilt = bot_api.said(20001, "王老师", "坏")
    spoilt["message"]["chat"] = "nowhere"
    with structlog.testing.capture_logs() as logs:
        for update in (
            bot_api.said(20001, "王老师", "前"),
            spoilt,
            {"odd": {}},
            bot_api.said(20001, "王老师", "后"),
        ):
            await bot_api.happens(update)
        await bot_api.happens_raw("not even an object")
        listener = listen(telegram())
        assert [(await listener.next()).text for _ in range(2)] == ["前", "后"]
        await bot_api.called("getUpdates", 2)
    assert actions(logs).count("telegram_update_ignored") == 2


@pytest.mark.parametrize(
    "nonsense",
    [
        b"<html>502</html>",
        b"[]",
        b'{"ok": true}',
        b'{"ok": false, "result": []}',
        b'{"ok": true, "result": 5}',
        b"[" * 100_000,
        b'{"ok": true, "result"',
        refusal(502, "Bad Gateway"),
        {"ok": False, "error_code": 400, "description": 5, "parameters": "x"},
        {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests",
            "parameters": {"retry_after": "soon"},
        },
        None,
    ],
)
async def test_an_answer_that_is_none_costs_nothing(telegram, clock, bot_api, listen, nonsense):
    bot_api.answers("getUpdates", nonsense)
    adapter = telegram()
    listener = listen(adapter)
    await clock.slept(1, at_least=LONG_WAIT)
    assert not adapter.is_connected
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    clock.advance(60)
    assert (await listener.next()).text == "在吗"
    assert adapter.is_connected


async def test_a_second_program_with_the_same_token_raises_the_alarm_and_is_outlasted(
    telegram, clock, bot_api, listen
):
    conflict = refusal(409, "Conflict: terminated by other getUpdates request")
    bot_api.answers("getUpdates", conflict, conflict)
    with structlog.testing.capture_logs() as logs:
        adapter = telegram()
        listener = listen(adapter)
        for times in (1, 2):
            await clock.slept(times)
            assert not adapter.is_connected
            clock.advance(60)
        await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
        assert (await listener.next()).text == "在吗"
    alarms = [entry for entry in logs if entry["action"] == "telegram_conflict"]
    assert [alarm["log_level"] for alarm in alarms] == ["error", "error"]


async def test_a_flood_is_waited_out_as_long_as_telegram_says(telegram, clock, bot_api, listen):
    bot_api.answers("getUpdates", refusal(429, "Too Many Requests: retry after 300", retry_after=300))
    listen(telegram())
    assert (await clock.slept(1))[0] == timedelta(seconds=300)


async def test_a_server_that_does_not_hold_empty_polls_is_not_asked_in_a_tight_loop(
    telegram, clock, bot_api, listen
):
    bot_api.answers("getUpdates", *[b'{"ok": true, "result": []}'] * 3)
    listen(telegram())
    for times in (1, 2, 3):
        assert (await clock.slept(times))[-1] == timedelta(seconds=1)
        clock.advance(1)


async def test_after_a_week_without_updates_their_numbers_may_begin_anywhere(
    telegram, clock, bot_api, listen
):
    listener = listen(telegram())
    await bot_api.happens_raw({"update_id": 5_000_000, **bot_api.said(20001, "王老师", "以前")})
    assert (await listener.next()).text == "以前"
    await bot_api.called("getUpdates", 2)
    assert bot_api.offsets[-1] == 5_000_001
    clock.advance(7 * 86_400)
    await bot_api.happens_raw({"update_id": 6_000_000, **bot_api.said(20001, "王老师", "现在")})
    assert (await listener.next()).text == "现在"
    await bot_api.called("getUpdates", 3)
    bot_api.answers("getUpdates", b'{"ok": true, "result": []}')


async def heard_at_last(listener, clock):
    """Wait for the next message; whenever the adapter pauses, time passes."""
    hearing = asyncio.ensure_future(listener.next())
    while not hearing.done():
        pausing = asyncio.ensure_future(clock.slept(clock.passed + 1))
        await asyncio.wait({hearing, pausing}, return_when=asyncio.FIRST_COMPLETED)
        if pausing.done():
            clock.passed = len(pausing.result())
            clock.advance(60)
        pausing.cancel()
        await asyncio.gather(pausing, return_exceptions=True)
    return hearing.result().text


async def test_a_server_that_is_killed_again_and_again_loses_and_doubles_nothing(
    telegram, clock, bot_api, listen, kills
):
    clock.passed = 0
    listener = listen(telegram())
    heard = []
    for number in range(kills):
        await bot_api.called("getUpdates")
        how = ("before", "midway", "silent", "after")[number % 4]
        if how == "silent":
            await bot_api.stop()
            await bot_api.start()
        elif how != "after":
            bot_api.kills_next_poll = how
        await bot_api.happens(bot_api.said(20001, "王老师", f"第 {number} 句"))
        heard.append(await heard_at_last(listener, clock))
        if how == "after":  # it was told, but may not have heard that we have it
            await bot_api.stop()
            await bot_api.start()
    await bot_api.happens(bot_api.said(20001, "王老师", "最后"))
    heard.append(await heard_at_last(listener, clock))
    assert heard == [*(f"第 {number} 句" for number in range(kills)), "最后"]
    assert clock.passed >= kills  # it noticed every time


# --- people, groups, buttons --------------------------------------------------------------------------------------


async def test_whoever_has_spoken_can_be_called_by_username(telegram, bot_api, listen):
    listener = listen(telegram())
    first = bot_api.said(20002, "z", "我在")
    first["message"]["from"]["username"] = "LZhang"
    await bot_api.happens(first)
    assert (await listener.next()).sender_name == "老张"
    second = bot_api.said(20001, "王老师", "转交 1024 @lzhang 谢谢")
    second["message"]["entities"] = [{"type": "mention", "offset": 8, "length": 7}]
    await bot_api.happens(second)
    message = await listener.next()
    assert (message.text, message.mentions) == ("转交 1024 @老张 谢谢", (Mention("老张", "tg:20002"),))


async def test_a_press_is_answered_at_once_and_says_its_command(telegram, bot_api, listen):
    adapter = telegram()
    listener = listen(adapter)
    number = await adapter.send(outgoing("接单？", buttons=(Button("接单", "接单 1024"),)))
    sent = await bot_api.next_sent()
    data = sent.keyboard.inline_keyboard[0][0].callback_data
    await bot_api.happens(bot_api.pressed(20002, "老张", int(number), data))
    message = await listener.next()
    assert (message.command, message.text, message.quotes, message.sender) == (
        "接单 1024",
        "",
        number,
        "tg:20002",
    )
    (answer,) = await bot_api.called("answerCallbackQuery")
    assert message.message_id == f"{number}+{answer['callback_query_id']}"
    assert "text" not in answer


async def test_a_long_command_survives_the_way_through_a_button_but_not_a_restart(telegram, bot_api, listen):
    long = "转交 1024 @老张 " + "需要懂录播机的" * 10
    adapter = telegram()
    listener = listen(adapter)
    number = await adapter.send(outgoing("转交？", buttons=(Button("转交", long),)))
    data = (await bot_api.next_sent()).keyboard.inline_keyboard[0][0].callback_data
    await bot_api.happens(bot_api.pressed(20002, "老张", int(number), data))
    assert (await listener.next()).command == long
    await bot_api.called("getUpdates", 2)
    await adapter.close()
    await listener.ended()
    after = listen(telegram())
    await bot_api.happens(bot_api.pressed(20002, "老张", int(number), data))
    await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
    assert (await after.next()).text == "在吗"
    answers = await bot_api.called("answerCallbackQuery", 2)
    assert "失效" in answers[1]["text"]
    assert answers[1]["show_alert"] == "true"


async def test_a_press_that_cannot_be_answered_is_heard_all_the_same(telegram, bot_api, listen):
    bot_api.answers(
        "answerCallbackQuery", refusal(400, "Bad Request: query is too old and response timeout expired")
    )
    listener = listen(telegram())
    await bot_api.happens(bot_api.pressed(20002, "老张", 57, "接单 1024"))
    assert (await listener.next()).command == "接单 1024"


async def test_a_group_that_moves_goes_on_under_its_old_address_and_says_loudly_what_to_configure(
    telegram, bot_api, listen, surroundings
):
    around = replace(surroundings("tg"), rooms=(KnownRoom("tg:group:-55", "育才群"),))
    with structlog.testing.capture_logs() as logs:
        adapter = telegram(around=around)
        listener = listen(adapter)
        await bot_api.called("getChat")
        bot_api.moved[-55] = -1000000000055
        await adapter.send(outgoing("在", room="tg:group:-55"))  # tried at the old id, shown at the new one
        assert (await bot_api.next_sent()).chat == -1000000000055
        note = bot_api.said(20001, "王老师", "x")
        note["message"] |= {"chat": {"id": -55, "type": "group"}, "migrate_to_chat_id": -1000000000055}
        await bot_api.happens(note)
        update = bot_api.said(20001, "王老师", "还在吗")
        update["message"]["chat"]["id"] = -1000000000055
        await bot_api.happens(update)
        assert (await listener.next()).room == "tg:group:-55"
        await adapter.send(outgoing("还在", room="tg:group:-55"))
        assert (await bot_api.next_sent()).chat == -1000000000055
    (moved,) = [entry for entry in logs if entry["action"] == "telegram_group_moved"]
    assert (moved["log_level"], moved["old"], moved["new"]) == (
        "error",
        "tg:group:-55",
        "tg:group:-1000000000055",
    )
    assert len(await bot_api.called("sendMessage", 3)) == 3


async def test_a_group_that_moved_while_we_were_away_is_found_at_the_start(
    telegram, bot_api, listen, surroundings
):
    around = replace(surroundings("tg"), rooms=(KnownRoom("tg:group:-55", "育才群"),))
    bot_api.moved[-55] = -1000000000055
    listener = listen(telegram(around=around))
    update = bot_api.said(20001, "王老师", "在吗")
    update["message"]["chat"]["id"] = -1000000000055
    await bot_api.happens(update)
    assert (await listener.next()).room == "tg:group:-55"


async def test_joining_a_group_blind_is_told_with_the_remedy(telegram, bot_api, listen):
    bot_api.me = User(**{**ME.to_dict(), "can_read_all_group_messages": False})
    joined = {
        "my_chat_member": {
            "chat": {"id": -100777, "type": "supergroup", "title": "新群"},
            "from": {"id": 20001, "is_bot": False, "first_name": "王老师"},
            "date": 1,
            "old_chat_member": {"status": "left", "user": ME.to_dict()},
            "new_chat_member": {"status": "member", "user": ME.to_dict()},
        }
    }
    adapter = telegram()
    with structlog.testing.capture_logs() as logs:
        listener = listen(adapter)
        await bot_api.happens(joined)
        await bot_api.happens(bot_api.said(20001, "王老师", "在吗"))
        await listener.next()
    assert not adapter.capabilities.sees_all_messages
    assert {"telegram_privacy", "telegram_joined_blind"} <= set(actions(logs))
    (entry,) = [entry for entry in logs if entry["action"] == "telegram_joined_blind"]
    assert (entry["room"], entry["title"]) == ("tg:group:-100777", "新群")
    assert "/setprivacy" in entry["event"]


# --- sending ------------------------------------------------------------------------------------------------------


@pytest.fixture
def adapter(telegram):
    return telegram()


async def test_a_message_goes_into_its_topic_without_preview_and_quotes_if_it_can(adapter, bot_api):
    await adapter.send(outgoing("见 https://example.com", room="tg:group:-1001/7", quotes="57"))
    sent = await bot_api.next_sent()
    assert (sent.chat, sent.parameters["message_thread_id"]) == (-1001, "7")
    assert (sent.answers.message_id, sent.answers.allow_sending_without_reply) == (57, True)
    assert sent.preview.is_disabled
    await adapter.close()


async def test_a_card_is_edited_and_an_edit_that_changes_nothing_is_well(adapter, bot_api):
    number = await adapter.send(outgoing("🆕 1024", buttons=(Button("接单", "接单 1024"),)))
    for _ in range(2):
        assert await adapter.send(outgoing("1024 由小李接单", edits=number)) == number
    first, edited = await bot_api.next_sent(), await bot_api.next_sent()
    assert (first.labels, edited.method, edited.text, edited.labels) == (
        ("接单",),
        "editMessageText",
        "1024 由小李接单",
        (),
    )
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("晚了", edits="99999"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (None, False)
    await adapter.close()


@pytest.mark.parametrize(
    ("words", "left_out"),
    [
        ("USER_ID_INVALID", "entities"),
        ("BUTTON_DATA_INVALID", "keyboard"),
        ("message to be replied not found", "answers"),
    ],
)
async def test_what_telegram_does_not_take_is_left_out_but_never_the_text(adapter, bot_api, words, left_out):
    bot_api.answers("sendMessage", refusal(400, f"Bad Request: {words}"))
    message = outgoing(
        "@老张 请看", mentions=(Mention("老张", "tg:20002"),), buttons=(Button("接单", "接单 1"),), quotes="5"
    )
    await adapter.send(message)
    sent = await bot_api.next_sent()
    assert sent.text == "@老张 请看"
    there = {"entities": bool(sent.entities), "keyboard": bool(sent.keyboard), "answers": bool(sent.answers)}
    assert there == {**dict.fromkeys(there, True), left_out: False}
    await adapter.close()


async def test_a_topic_that_is_gone_is_no_reason_to_tell_the_whole_group(adapter, bot_api):
    bot_api.answers("sendMessage", refusal(400, "Bad Request: message thread not found"))
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("内部", room="tg:group:-1001/7"))
    assert (failed.value.retry_after, failed.value.is_unknown) == (None, False)
    assert bot_api.sent.empty()
    await adapter.close()


async def test_a_flood_silences_the_whole_bot_as_long_as_telegram_says(adapter, bot_api, clock):
    bot_api.answers("sendMessage", refusal(429, "Too Many Requests: retry after 37", retry_after=37))
    for _ in range(2):
        with pytest.raises(DeliveryFailed) as failed:
            await adapter.send(outgoing("在"))
        assert failed.value.retry_after == timedelta(seconds=37)
    assert len(await bot_api.called("sendMessage")) == 1
    clock.advance(37)
    assert await adapter.send(outgoing("在"))
    await adapter.close()


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"<html>",
        b'{"ok": true, "result": {}}',
        b'{"ok": true, "result": {"message_id"',
        refusal(500, "Internal Server Error"),
    ],
)
async def test_when_the_answer_is_lost_nobody_knows_whether_it_arrived(adapter, bot_api, answer):
    bot_api.answers("sendMessage", answer)
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("在"))
    assert failed.value.is_unknown
    assert failed.value.retry_after is not None
    await adapter.close()


@pytest_asyncio.fixture
async def serve_silence():
    """Return the address of a server that takes every call and never answers."""
    writers = []

    async def take(_, writer):
        writers.append(writer)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    for writer in writers:
        writer.close()
    server.close()
    await server.wait_closed()


async def test_a_server_that_never_answers_is_given_up_and_that_is_unknown_too(
    telegram, bot_api, serve_silence
):
    adapter = telegram(base_url=f"{serve_silence}/bot", api_timeout_seconds=0.1)
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("在"))
    assert failed.value.is_unknown
    await adapter.close()


async def test_what_could_not_be_sent_at_all_is_known_not_to_have_arrived(adapter, bot_api):
    await bot_api.stop()
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(outgoing("在"))
    assert (failed.value.is_unknown, failed.value.retry_after) == (False, timedelta(seconds=5))
    await adapter.close()


async def test_parts_that_arrived_are_not_sent_again(adapter, bot_api):
    text = "\n".join(f"第 {number} 行" for number in range(2000))
    bot_api.answers("sendMessage")
    await adapter.send(outgoing(text, key="whole"))
    whole = []
    while not bot_api.sent.empty():
        whole.append(bot_api.sent.get_nowait().text)
    assert len(whole) > 2
    broken = telegram_fails_after(bot_api, 1)
    with pytest.raises(DeliveryFailed):
        await adapter.send(outgoing(text, key="k"))
    broken()
    await adapter.send(outgoing(f"（重发）{text}", key="k"))
    again = []
    while not bot_api.sent.empty():
        again.append(bot_api.sent.get_nowait().text)
    assert again == [whole[0], f"（重发）{whole[1]}", *whole[2:]]
    await adapter.close()


def telegram_fails_after(bot_api, times):
    """Let the server cut the connection of every message after so many; return what mends it."""
    honest, left = bot_api._sendMessage, iter([True] * times)

    def failing(parameters):
        return honest(parameters) if next(left, False) else refusal(500, "Internal Server Error")

    bot_api._sendMessage = failing

    def mend():
        bot_api._sendMessage = honest

    return mend


# --- webhook ------------------------------------------------------------------------------------------------------


@pytest.fixture
def webhook(telegram, bot_api, host, client, listen):
    async def started(**keys):
        adapter = telegram(
            mode="webhook", secret_token=SECRET, **{"url": "https://bot.example.com/hooks/tg", **keys}
        )
        listener = listen(adapter)
        if keys.get("url") != "":
            await bot_api.called("setWebhook")
        return adapter, listener, WebhookCaller(f"{await host(adapter.handle)}/hooks/tg", client)

    return started


async def test_telegram_is_told_where_to_call_and_with_what_secret(webhook, bot_api):
    await webhook()
    (told,) = await bot_api.called("setWebhook")
    assert (told["url"], told["secret_token"]) == ("https://bot.example.com/hooks/tg", SECRET)
    assert json.loads(told["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"X-Telegram-Bot-Api-Secret-Token": ""}, b"{}", 401),
        ({"X-Telegram-Bot-Api-Secret-Token": "wrong"}, b"{}", 403),
        ({"X-Telegram-Bot-Api-Secret-Token": "wröng"}, b"{}", 403),
        ({}, b"no json", 400),
        ({}, b"[]", 400),
        ({}, b"[" * 100_000, 400),
        ({}, b'{"update_id": "x"}', 400),
        ({}, b'{"update_id": 1, "message": {"chat": 5}}', 200),  # it would only come again
        ({}, b" " * (1 << 20) + b"{}", 413),
    ],
)
async def test_calls_of_others_and_nonsense_are_refused(webhook, headers, body, status):
    _, listener, caller = await webhook()
    assert await caller.posts(body, **headers) == status
    assert await caller.brings({}) == 200
    assert not listener.task.done()


async def test_only_posts_are_taken_and_only_by_an_adapter_with_a_webhook(
    webhook, telegram, host, client, bot_api
):
    _, _, caller = await webhook()
    async with client.get(caller.url, headers=caller.headers) as answer:
        assert answer.status == 405
    polling = telegram()
    other = WebhookCaller(f"{await host(polling.handle)}/hooks/tg", client)
    assert await other.brings({}) == 404
    await polling.close()


async def test_an_endless_body_is_cut_off(webhook, client):
    _, _, caller = await webhook()

    async def endless():
        for _ in range(64):
            yield b" " * (1 << 16)

    async with client.post(caller.url, data=endless(), headers=caller.headers) as answer:
        assert answer.status == 413


async def test_what_comes_before_the_bot_is_ready_or_after_its_end_comes_again(
    telegram, bot_api, host, client, webhook
):
    early = telegram(mode="webhook", secret_token=SECRET)
    caller = WebhookCaller(f"{await host(early.handle)}/hooks/tg", client)
    assert await caller.brings(bot_api.said(20001, "王老师", "早")) == 503
    await early.close()
    adapter, listener, caller = await webhook()
    await adapter.close()
    await listener.ended()
    assert await caller.brings(bot_api.said(20001, "王老师", "晚")) == 503


async def test_what_the_bot_does_not_take_comes_again_and_fills_no_memory(telegram, bot_api, host, client):
    adapter = telegram(
        mode="webhook",
        url="https://bot.example.com/hooks/tg",
        secret_token=SECRET,
        save_within_seconds=0.0,
    )
    hearing = adapter.incoming()
    first = asyncio.ensure_future(anext(hearing))
    await bot_api.called("setWebhook")
    caller = WebhookCaller(f"{await host(adapter.handle)}/hooks/tg", client)
    answers = [await caller.tells(bot_api.said(20001, "王老师", f"{n}")) for n in range(MOST_WAITING + 3)]
    assert (await first).text == "0"
    assert answers == [(503, "busy")] * (MOST_WAITING + 1) + [(503, "not now")] * 2
    for number in range(1, 4):
        assert (await anext(hearing)).text == str(number)
    await adapter.close()
    await hearing.aclose()


# --- examination --------------------------------------------------------------------------------------------------


async def examined(adapter):
    found = {finding.subject: finding for finding in await adapter.examine()}
    await adapter.close()
    return found


async def test_a_bot_that_is_well(telegram, bot_api):
    found = await examined(telegram())
    assert all(finding.is_well for finding in found.values()), found
    assert "@Sim_Bot" in found["token"].says
    assert {"token", "时钟", "轮询", "育才群", "值班群"} == set(found)


async def test_a_wrong_token_and_a_server_that_is_not_there(telegram, bot_api):
    found = await examined(telegram(token="7000001:wrong"))
    assert not found["token"].is_well
    assert "BotFather" in found["token"].says
    assert "wrong" not in repr(found)
    adapter = telegram()
    await bot_api.stop()
    found = await examined(adapter)
    assert not found["连接"].is_well
    assert "proxy" in found["连接"].says
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(("seconds", "word"), [(90, "慢 90"), (-90, "快 90"), (10, "一致")])
async def test_a_clock_that_is_wrong(telegram, bot_api, seconds, word):
    bot_api.date += timedelta(seconds=seconds)
    found = await examined(telegram())
    assert found["时钟"].is_well == (abs(seconds) < 30)
    assert word in found["时钟"].says


async def test_what_the_bot_may_do_in_its_groups(telegram, bot_api):
    bot_api.me = User(**{**ME.to_dict(), "can_read_all_group_messages": False})
    bot_api.members = {GROUP: ChatMemberMember(ME), 654321: administrator()}
    found = await examined(telegram())
    assert (found["育才群"].is_well, found["值班群"].is_well) == (False, True)
    assert "/setprivacy" in found["育才群"].says
    bot_api.members = {GROUP: ChatMemberLeft(ME), 654321: refusal(400, "Bad Request: chat not found")}
    found = await examined(telegram())
    assert [found[name].is_well for name in ("育才群", "值班群")] == [False, False]
    assert all("拉进" in found[name].says for name in ("育才群", "值班群"))


@pytest.mark.parametrize(
    ("info", "is_well", "word"),
    [
        (WebhookInfo("", False, 0), False, "setWebhook"),
        (WebhookInfo("https://else.example.com/x", False, 0), False, "else.example.com"),
        (WebhookInfo("https://bot.example.com/hooks/tg", False, 0), True, "bot.example.com"),
        (
            WebhookInfo(
                "https://bot.example.com/hooks/tg", False, 5, last_error_message="Connection refused"
            ),
            False,
            "证书",
        ),
        (WebhookInfo("https://bot.example.com/hooks/tg", False, 500), False, "500"),
    ],
)
async def test_a_webhook_and_what_telegram_says_of_it(telegram, bot_api, info, is_well, word):
    bot_api.webhook = info
    found = await examined(
        telegram(mode="webhook", url="https://bot.example.com/hooks/tg", secret_token=SECRET)
    )
    assert found["webhook"].is_well == is_well
    assert word in found["webhook"].says


async def test_a_webhook_of_somebody_else_is_told_and_left_alone(telegram, bot_api):
    bot_api.webhook = WebhookInfo("https://else.example.com/x", False, 0)
    found = await examined(telegram())
    assert not found["webhook"].is_well
    assert bot_api.webhook.url == "https://else.example.com/x"
