"""A million payloads that are nearly right, for every platform: nothing is raised but what is documented.

Each input is a recorded payload in which parts were exchanged, cut, repeated, or made into something else; `--long` makes a million
for each platform, a usual run two thousand.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest

from adapters.admission import Refused
from adapters.contract import DeliveryFailed, Incoming
from adapters.dingtalk import cards
from adapters.dingtalk import frames as dingtalk_frames
from adapters.dingtalk import wire as dingtalk
from adapters.dingtalk.quotes import Spoken
from adapters.feishu import frames as feishu_frames
from adapters.feishu import wire as feishu
from adapters.feishu.fragments import Fragments
from adapters.feishu.outcome import read as read_feishu
from adapters.json_frames import Unreadable
from adapters.satori import elements
from adapters.satori import frames as satori_frames
from adapters.satori import wire as satori
from adapters.server import Response
from adapters.wechat.kf import wire as kf
from adapters.wechat.kf.frames import items
from adapters.wechat.mp import wire as mp
from tests.adapters.test_dingtalk_wire import RECORDED as DINGTALK
from tests.adapters.test_dingtalk_wire import VIEW as DINGTALK_VIEW
from tests.adapters.test_feishu_stream import DATA as FEISHU_FRAME
from tests.adapters.test_feishu_wire import POST
from tests.adapters.test_feishu_wire import RECORDED as FEISHU
from tests.adapters.test_feishu_wire import VIEW as FEISHU_VIEW
from tests.adapters.test_satori_wire import RECORDED as SATORI
from tests.adapters.test_satori_wire import VIEW as SATORI_VIEW
from tests.adapters.test_wechat_wire import KF_VIEW, MP_VIEW
from tests.adapters.test_wechat_wire import RECORDED as KF
from tests.faults.conftest import Held

SHORT, LONG = 2_000, 1_000_000
PARTS = 4  # in which they are played, so that two processes end together

_ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 1e308, -0.0, "", "x" * 300, "\x00", "\ud800", "@all", "all", [], {}, [[]], [None], {"a": {}},
    "1767225600", 1767225600000, "../..", "<at id=all></at>", "𝕏", "\u202e", "[CQ:at,qq=all]",
)  # fmt: skip

MP = (
    "<xml><ToUserName><![CDATA[gh_7f083739789a]]></ToUserName><FromUserName><![CDATA[oAnn]]></FromUserName>"
    "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[this is a test]]></Content>"
    "<MsgId>1234567890123456</MsgId><PicUrl>https://p/1</PicUrl><Event>CLICK</Event><EventKey>k</EventKey></xml>"
)

_SATORI_TYPES = ("message-created",) * 4 + (
    "message-deleted",
    "interaction/button",
    "guild-added",
    "guild-member-removed",
)

PRESS: dict[str, Any] = {
    "userId": "staff1", "outTrackId": "c1", "type": "actionCallback", "corpId": "ding1", "extension": "{}",
    "content": {"cardPrivateData": {"actionIds": ["0"], "params": {"command": "接单 1001", "group": "cidG"}}},
}  # fmt: skip

FEISHU_TOUCH: dict[str, Any] = {
    "operator": {"tenant_key": "t", "open_id": "ou_zhang"}, "token": "c-1", "host": "im_message",
    "action": {"value": {"command": "接单 1001", "room": "group"}, "tag": "button", "name": "Button_x"},
    "context": {"open_message_id": "om_card", "open_chat_id": "oc_g"},
}  # fmt: skip

_SNIPPETS = (
    "<",
    ">",
    "</",
    "<![CDATA[",
    "]]>",
    "&amp;",
    "&x;",
    "<!DOCTYPE x>",
    "<?xml?>",
    "\x00",
    "<xml>",
    '"',
    "é",
    "<a/>",
    "image",
    "event",
)


def mutated(value: Any, rng: random.Random) -> Any:
    """Return a JSON value in which something is not as it was."""
    if rng.random() < 0.08:
        return rng.choice(_ODD)
    if isinstance(value, dict):
        changed = {key: mutated(each, rng) for key, each in value.items() if rng.random() > 0.04}
        if changed and rng.random() < 0.05:
            changed[rng.choice(list(changed))] = rng.choice(list(changed.values()))
        return changed
    if isinstance(value, list):
        return [mutated(each, rng) for each in value for _ in range(rng.choice((1, 1, 1, 0, 2)))]
    if isinstance(value, str) and rng.random() < 0.2:
        at = rng.randrange(len(value) + 1)
        return (
            value[:at]
            + rng.choice(("", "\x00", "<", '"', "@", "&lt;", "\u2028", "🙂"))
            + value[at + rng.randrange(3) :]
        )
    return value


def scrambled(text: str, rng: random.Random) -> str:
    """Return a document in which pieces were cut out, put in, or exchanged."""
    for _ in range(rng.randrange(1, 5)):
        start = rng.randrange(len(text) + 1)
        end = min(start + rng.choice((0, 0, 1, 5, 40)), len(text))
        text = text[:start] + rng.choice(_SNIPPETS) + text[end:]
    return text


def _kf(rng: random.Random) -> None:
    event = {
        **KF,
        "origin": 4,
        "event": {
            "event_type": rng.choice(
                ("session_status_change", "user_recall_msg", "enter_session", "msg_send_fail")
            ),
            "external_userid": "wmAnn",
            "change_type": 1,
            "recall_msgid": "m1",
            "welcome_code": "W",
            "fail_msgid": "m2",
            "fail_type": 4,
        },
    }
    link = {**KF, "msgtype": "link", "link": {"title": "t", "url": "u"}}
    for item in items(mutated([KF, event, link], rng)):
        message = kf.incoming(item, KF_VIEW)
        assert message is None or message.message_id
        kf.served(item)
        kf.undelivered(item)
        recalled, entered = kf.recalled(item, KF_VIEW), kf.entered(item, KF_VIEW)
        assert recalled is None or recalled.key
        assert entered is None or entered[0].message_id
        kf.account_of(item)


def _mp(rng: random.Random) -> None:
    document = scrambled(MP, rng).encode(errors="replace")
    with contextlib.suppress(Refused):
        mp.incoming(document, MP_VIEW)
    with contextlib.suppress(Refused):
        kf.bell(document, "gh_7f083739789a", 0)


def _feishu(rng: random.Random) -> None:
    frame = bytearray(bytes.fromhex(FEISHU_FRAME))
    for _ in range(rng.randint(1, 4)):
        frame[rng.randrange(len(frame))] = rng.randrange(256)
    with contextlib.suppress(Unreadable):
        Fragments().add(feishu_frames.decode(bytes(frame[: rng.randint(1, len(frame))])), rng.random())
    touch = mutated(
        {
            **FEISHU,
            "header": {**FEISHU["header"], "event_type": "card.action.trigger"},
            "event": FEISHU_TOUCH,
        },
        rng,
    )
    if isinstance(touch, dict):
        list(feishu.happenings(touch, FEISHU_VIEW))
    event = json.loads(json.dumps(FEISHU))
    kind = rng.choice(("text", "post", "image", "file", "location"))
    event["event"]["message"] |= {"message_type": kind}
    if kind == "post":
        event["event"]["message"]["content"] = json.dumps(mutated(POST, rng))
    event = mutated(event, rng)
    if isinstance(event, dict):
        for found in feishu.happenings(event, FEISHU_VIEW):
            assert not isinstance(found, Incoming) or found.message_id
    with contextlib.suppress(DeliveryFailed):
        read_feishu(
            Response(
                rng.choice((200, 400, 429)),
                scrambled('{"code":0,"msg":"ok","data":{}}', rng).encode(errors="replace"),
            )
        )


def _dingtalk(rng: random.Random) -> None:
    body = mutated({**DINGTALK, "msgtype": rng.choice(("text", "richText", "audio", "file"))}, rng)
    text = scrambled(
        json.dumps({"type": "CALLBACK", "headers": {"topic": "t", "messageId": "m"}, "data": "{}"}), rng
    )
    with contextlib.suppress(Unreadable):
        dingtalk_frames.acknowledgement(dingtalk_frames.decode(text))
    if isinstance(body, dict):
        message = dingtalk.incoming(body, DINGTALK_VIEW, Spoken())
        assert message is None or message.message_id
        dingtalk.session(body, DINGTALK_VIEW)
    press = mutated({**PRESS, "content": json.dumps(mutated(PRESS["content"], rng))}, rng)
    if isinstance(press, dict):
        pressed = cards.pressed(press, DINGTALK_VIEW, "f")
        assert pressed is None or pressed.command


def _satori(rng: random.Random) -> None:
    event = mutated(
        {
            **SATORI,
            "type": rng.choice(_SATORI_TYPES),
            "button": {"id": "接单 1"},
            "message": {"id": "m1", "content": scrambled(SATORI["message"]["content"], rng)},
        },
        rng,
    )
    found = satori.happening(event, SATORI_VIEW)
    assert found is None or (found.message_id if isinstance(found, Incoming) else found.key)
    satori.is_for(event, SATORI_VIEW.login)
    satori.channel_of(event)
    content = scrambled('<quote id="m0"><p>x</p></quote><at id="bot1" name="b"/>&lt;', rng)
    assert sum(1 for _ in elements.read(content)) >= 0
    with contextlib.suppress(Unreadable):
        satori_frames.decode(scrambled('{"op":0,"body":{"sn":1}}', rng))


@pytest.mark.fault("payloads")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize(
    "play", [_kf, _mp, _feishu, _dingtalk, _satori], ids=lambda play: play.__name__.strip("_")
)
def test_nothing_nearly_right_raises_anything(
    play: Callable[[random.Random], None],
    part: int,
    is_long: bool,
    seed: int,
    held: Held,
):
    count = (LONG if is_long else SHORT) // PARTS
    rng = random.Random(f"{seed} {part}")
    for number in range(count):
        try:
            play(rng)
        except Exception as error:
            raise AssertionError(f"input {number} of part {part} of seed {seed}") from error
    held(count)


def test_the_inputs_are_what_they_should_be():
    rng = random.Random(1)
    understood = sum(
        dingtalk.incoming(body, DINGTALK_VIEW, Spoken()) is not None
        for _ in range(2000)
        if isinstance(body := mutated(DINGTALK, rng), dict)
    )
    assert 200 < understood < 1800  # neither all right nor all wrong
