"""Blocks of adapters are judged by what the adapter itself says of its keys, whoever wrote it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest

from bot.configuration.adapters import adapters_of
from bot.configuration.mistakes import Mistake, Mistakes
from bot.configuration.reading import check_keys
from bot.configuration.secrets import Secrets


class Proxy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    port: int = 1

    def __post_init__(self) -> None:
        if self.port == 0:
            raise ValueError("port：不能是 0")


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Keys of more kinds than the adapters that come with the program have."""

    token: str
    mode: Literal["a", "b"] = "a"
    rooms: list[int] = []
    tags: set[str] = set()
    proxy: Proxy | None = None
    proxies: tuple[Proxy, ...] = ()
    limits: dict[str, int] = {}
    seconds: Annotated[float, msgspec.Meta(gt=0, lt=10)] = 1.0
    either: int | str = 0


def mistakes_of(block: dict[str, object]) -> tuple[Mistake, ...]:
    mistakes = Mistakes({})
    check_keys(Settings, block, ("adapters", 0), mistakes)
    return mistakes.in_order()


def test_a_good_block_has_no_mistakes() -> None:
    block: dict[str, object] = {
        "token": "t",
        "rooms": [1],
        "tags": ["x"],
        "proxy": {"host": "h"},
        "proxies": [{"host": "h", "port": 2}],
        "limits": {"x": 1},
        "either": "x",
    }
    assert mistakes_of(block) == ()


@pytest.mark.parametrize(
    ("changes", "key", "expected"),
    [
        ({"rooms": ["x"]}, "rooms", '应为列表，如 ["甲", "乙"]'),
        ({"tags": "x"}, "tags", '应为列表，如 ["甲", "乙"]'),
        ({"proxy": 1}, "proxy", "应为一节设置，即 [表] 或 { 键 = 值 }"),
        ({"proxy": {"host": "h", "port": 0}}, "proxy", "port：不能是 0"),
        ({"proxies": 1}, "proxies", "应为若干节 [[表]]"),
        ({"proxies": [{}]}, "proxies[0]", "Object missing required field `host`"),
        ({"limits": {"x": "y"}}, "limits.x", "应为整数"),
        ({"seconds": 10}, "seconds", "应为数字，大于 0，小于 10"),
        ({"either": 1.5}, "either", "应为 int | str"),
    ],
)
def test_each_mistake_names_its_key(changes: dict[str, object], key: str, expected: str) -> None:
    [mistake] = mistakes_of({"token": "t", **changes})
    assert (mistake.key, mistake.expected) == (f"adapters[0].{key}", expected)


def own_words_of(type_name: str, **keys: object) -> Mistake:
    mistakes = Mistakes({})
    adapters_of([{"name": "a", "type": type_name, **keys}], Secrets({}, Path()), mistakes)
    [mistake] = mistakes.in_order()
    return mistake


def test_what_an_adapter_says_of_its_keys_is_said_in_both_languages() -> None:
    mistake = own_words_of("onebot", mode="forward")
    assert mistake.key == "adapters[0].url"
    assert (
        mistake.expected
        == '没有写，mode = "forward" 时必填，以 ws:// 或 wss:// 开头，例如 "ws://127.0.0.1:3001/"'
    )
    assert (
        mistake.expected_en
        == 'missing, required with mode = "forward", beginning with ws:// or wss://, for example "ws://127.0.0.1:3001/"'
    )
    address = own_words_of("satori", url="ftp://x")
    assert (address.key, address.expected) == ("adapters[0].url", "应是以 https:// 或 http:// 开头的地址")
    assert address.expected_en == "expected an address that begins with https:// or http://"
