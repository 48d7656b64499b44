"""What the console itself says, in the languages of the bot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEXTS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "welcome": "（现在是 {place} 的 {person}，直接打字就是说话。换人：{place} 某人 > 要说的话；按按钮：[接单]；结束：Ctrl-D）",
        "no_room": "（没有叫“{name}”的群。有：{rooms}）",
        "no_button": "（{place} 最近的消息里没有按钮 [{label}]）",
        "no_quote": "（{place} 里机器人没有说过含“{quotes}”的话）",
        "me": "我",
        "room": "群",
    },
    "en": {
        "welcome": "(You are {person} in {place}; just type to speak. Somebody else: {place} Name > words; "
        "press a button: [Claim]; end: Ctrl-D)",
        "no_room": "(There is no room called “{name}”. There are: {rooms})",
        "no_button": "(No recent message in {place} has a button [{label}])",
        "no_quote": "(The bot has said nothing with “{quotes}” in {place})",
        "me": "me",
        "room": "room",
    },
}
