"""The bot's messages to what Telegram shows, what its refusals mean, and the keys of the adapter."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import MessageEntity
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, NetworkError, TimedOut

from adapters.contract import Button, DeliveryFailed, Mention, Outgoing, RoomKind
from adapters.telegram import Settings
from adapters.telegram.addresses import Place, can_move, place, user_of
from adapters.telegram.failures import Burden, Flooded, NotSent, burden_of, failure, is_unchanged
from adapters.telegram.outgoing import LIMIT, outgoing
from adapters.telegram.presses import Presses
from adapters.telegram.utf16 import length


def shown(text, **more):
    message = Outgoing(key="k", room=more.pop("room", "tg:group:-100123"), text=text, **more)
    return outgoing(message, "tg", Presses().keep)


def only(text, **more):
    (one,) = shown(text, **more)
    return one


@pytest.mark.parametrize(
    ("room", "expected"),
    [
        ("tg:group:-1001234567890", Place(RoomKind.GROUP, -1001234567890)),
        ("tg:group:-1001234567890/7", Place(RoomKind.GROUP, -1001234567890, 7)),
        ("tg:group:-5", Place(RoomKind.GROUP, -5)),
        ("tg:private:777001", Place(RoomKind.PRIVATE, 777001)),
    ],
)
def test_addresses_there_and_back(room, expected):
    assert place(room, "tg") == expected
    assert expected.address("tg") == room


@pytest.mark.parametrize(
    "room",
    [
        "tg:group:",
        "tg:group:x",
        "tg:group:-5/",
        "tg:group:-5/x",
        "tg:private:-5",
        "tg:private:5/7",
        "tg:-5",
        "qq:group:5",
        "tg:group:٣",
        "",
    ],
)
def test_other_addresses_are_refused_for_good(room):
    with pytest.raises(DeliveryFailed) as refused:
        place(room, "tg")
    assert refused.value.retry_after is None


def test_only_small_groups_move():
    assert can_move(-5)
    assert not can_move(-1001234567890)
    assert not can_move(777001)


def test_accounts_of_persons():
    assert user_of("tg:20002", "tg") == 20002
    assert [user_of(account, "tg") for account in ("qq:20002", "tg:-100777", "tg:all", "tg:", "tg")] == [
        None
    ] * 5


def test_people_are_called_by_their_id_at_utf16_offsets():
    zhang = Mention("老张👷", "tg:20002")
    one = only("😀 ⏳ 1026 @老张👷 请看 @老张👷", mentions=(zhang,))
    assert one.text == "😀 ⏳ 1026 @老张👷 请看 @老张👷"
    (entity,) = one.entities
    assert entity.type == MessageEntity.TEXT_MENTION
    assert entity.user is not None
    assert entity.user.id == 20002
    units = one.text.encode("utf-16-le")
    assert units[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le") == "@老张👷"


@pytest.mark.parametrize("account", ["tg:-100777", "qq:20002", "tg:all"])
def test_whoever_has_no_account_here_is_only_named(account):
    one = only("@老张 请看", mentions=(Mention("老张", account),))
    assert (one.text, one.entities) == ("@老张 请看", ())


@pytest.mark.parametrize("text", ["@durov 您好", "请看 @some_body1", "（@durov）"])
def test_a_username_that_somebody_typed_calls_nobody(text):
    one = only(text)
    assert one.text.replace("\u2060", "") == text
    assert "@\u2060" in one.text


@pytest.mark.parametrize("text", ["a@example.com", "@小首 帮助", "@all", "@", "1@2"])
def test_what_is_no_username_is_left_alone(text):
    assert only(text).text == text


def test_an_answer_quotes_a_message_and_a_press_the_message_it_was_made_on():
    assert only("在", quotes="57").answers == 57
    assert only("在", quotes="57+4382bfd").answers == 57
    assert only("在", quotes="key:x").answers is None


def test_buttons_stand_three_in_a_row_and_end_the_message():
    buttons = tuple(Button(f"{number}", f"接单 {number}") for number in range(5))
    one = only("接单？", buttons=buttons)
    assert one.keyboard is not None
    assert [len(row) for row in one.keyboard.inline_keyboard] == [3, 2]
    assert one.keyboard.inline_keyboard[1][1].callback_data == "接单 4"


def test_a_command_too_long_for_a_button_is_kept_under_a_name():
    presses = Presses()
    long = "转交 1024 @老张 " + "需要懂录播机的" * 10
    message = Outgoing(key="k", room="tg:group:-5", text="？", buttons=(Button("转交", long),))
    (one,) = outgoing(message, "tg", presses.keep)
    assert one.keyboard is not None
    data = one.keyboard.inline_keyboard[0][0].callback_data
    assert isinstance(data, str)
    assert len(data.encode()) <= 64
    assert presses.meant(data) == long
    assert presses.meant("接单 1024") == "接单 1024"
    assert Presses().meant(data) is None


def test_kept_commands_are_bounded_and_the_oldest_goes_first():
    presses = Presses()
    names = [presses.keep(f"命令 {number}") for number in range(1001)]
    assert presses.meant(str(names[0])) is None
    assert presses.meant(str(names[1])) == "命令 1"
    assert presses.keep("x" * 1001) is None


def test_a_long_text_comes_in_parts_with_quote_first_and_buttons_last():
    text = "\n".join(f"第 {number} 行 😀" * 20 for number in range(60))
    parts = shown(text, quotes="57", buttons=(Button("接单", "接单 1"),))
    assert len(parts) > 1
    assert "".join("".join(part.text for part in parts).split()) == "".join(text.split())
    assert [part.answers for part in parts] == [57] + [None] * (len(parts) - 1)
    assert [part.keyboard is not None for part in parts] == [False] * (len(parts) - 1) + [True]


@given(
    st.text(st.characters(exclude_characters="\u2060"), max_size=3).map(lambda piece: piece * 3000),
    st.text(max_size=5),
)
def test_no_part_is_longer_than_telegram_takes(text, more):
    for part in shown(text + more):
        assert length(part.text) <= LIMIT
        part.text.encode()


def test_an_edit_replaces_a_message_and_its_buttons():
    one = only("已接单", edits="57")
    assert (one.edits, one.keyboard, one.answers) == (57, None, None)
    with pytest.raises(DeliveryFailed) as refused:
        shown("已接单", edits="key:x")
    assert refused.value.retry_after is None


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "retry_after", "is_unknown"),
    [
        (Flooded(timedelta(seconds=37)), 37, False),
        (NotSent("ClientConnectorError"), 5, False),
        (TimedOut("SocketTimeoutError"), 5, True),
        (NetworkError("Bad Gateway"), 5, True),
        (InvalidToken("Unauthorized"), 60, False),
        (ChatMigrated(-1009), 5, False),
        (Conflict("Conflict"), 5, False),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), None, False),
        (Forbidden("Forbidden: bot was blocked by the user"), None, False),
        (BadRequest("Bad Request: chat not found"), None, False),
        (BadRequest("Bad Request: message thread not found"), None, False),
        (BadRequest("Bad Request: message to edit not found"), None, False),
        (BadRequest("Bad Request: message can't be edited"), None, False),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), None, False),
        (BadRequest("Bad Request: something new"), None, False),
    ],
)
def test_what_a_refusal_means_for_the_message(error, retry_after, is_unknown):
    failed = failure(error)
    assert (failed.retry_after and failed.retry_after.total_seconds(), failed.is_unknown) == (
        retry_after,
        is_unknown,
    )
    assert any("\u4e00" <= character <= "\u9fff" for character in failed.reason)
    assert len(failure(BadRequest("x" * 10_000)).reason) < 300


@pytest.mark.parametrize(
    ("words", "burden"),
    [
        ("can't parse entities: character '_' is reserved", Burden.MARKS),
        ("USER_ID_INVALID", Burden.MARKS),
        ("BUTTON_DATA_INVALID", Burden.BUTTONS),
        ("can't parse inline keyboard button", Burden.BUTTONS),
        ("message to be replied not found", Burden.QUOTE),
        ("chat not found", None),
        ("message is too long", None),
    ],
)
def test_what_a_message_can_do_without(words, burden):
    assert burden_of(BadRequest(f"Bad Request: {words}")) is burden
    assert burden_of(Forbidden(f"Forbidden: {words}")) is None


def test_an_edit_that_changes_nothing_is_no_failure():
    assert is_unchanged(BadRequest("Bad Request: message is not modified: specified new message content"))
    assert not is_unchanged(BadRequest("Bad Request: message to edit not found"))


# --- keys ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "token"),
        ({"token": ""}, "token：.*BotFather"),
        ({"token": "1:A B"}, "token：.*BotFather"),
        ({"token": "1:A/../x"}, "token：.*BotFather"),
        ({"token": "1:A", "mode": "push"}, r"\$\.mode"),
        ({"token": "1:A", "mode": "webhook"}, "secret_token：.*必填"),
        ({"token": "1:A", "mode": "webhook", "secret_token": "包"}, "secret_token："),
        ({"token": "1:A", "mode": "webhook", "secret_token": "s" * 257}, "secret_token："),
        ({"token": "1:A", "mode": "webhook", "secret_token": "s", "url": "http://x"}, "url：.*https"),
        ({"token": "1:A", "secret_token": "s"}, "secret_token：.*webhook"),
        ({"token": "1:A", "url": "https://x"}, "url：.*webhook"),
        ({"token": "1:A", "base_url": "http://127.0.0.1:8081"}, "base_url：.*/bot"),
        ({"token": "1:A", "base_file_url": "ftp://x/bot"}, "base_file_url："),
        ({"token": "1:A", "proxy": "socks5://127.0.0.1:7890"}, "proxy：.*http"),
        ({"token": "1:A", "api_timeout_seconds": 0}, r"\$\.api_timeout_seconds"),
        ({"token": "1:A", "colour": "red"}, "colour"),
    ],
)
def test_wrong_keys_are_named(keys, words):
    with pytest.raises(msgspec.ValidationError, match=words):
        msgspec.convert(keys, Settings)


def test_no_secret_is_shown():
    settings = Settings(
        token="1:hush",
        mode="webhook",
        secret_token="hush",
        proxy="http://u:hush@p",
        base_url="https://hush/bot",
    )
    assert "hush" not in repr(settings)
    assert "hush" not in f"{settings}"


def test_without_the_package_one_sentence_says_how_to_install_it(tmp_path):
    (tmp_path / "config.toml").write_text('[[adapters]]\nname = "tg"\ntype = "telegram"\ntoken = "1:A"\n')
    script = textwrap.dedent(
        """
        import importlib.util, sys
        found = importlib.util.find_spec
        importlib.util.find_spec = lambda name, *more: None if name == "telegram" else found(name, *more)
        from bot.cli import main
        sys.argv = ["shouwen", "check", "-c", "config.toml"]
        main()
        """
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False
    )
    assert run.returncode == 1
    assert "make extras" in run.stdout + run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_the_library_is_loaded_only_when_an_adapter_is_made():
    script = (
        "import sys; from adapters.registry import settings_type; settings_type('telegram');"
        "raise SystemExit('telegram' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
