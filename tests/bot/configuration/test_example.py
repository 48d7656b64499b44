"""The example file is believable, complete and true."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
import pytest

from adapters.registry import known_types, settings_type
from bot.config import load, rules_of
from bot.configuration.settings import Settings
from bot.tickets.kinds import ClockKind
from bot.tickets.rules import Role

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")

# A setting that is not in use is written without a space after the mark; prose has one.
IN_FULL = re.sub(r"^#(?=[a-z\[])", "", TEXT, flags=re.MULTILINE)


def documented() -> dict[str, Any]:
    return tomllib.loads(IN_FULL)


def keys_of(kind: Any, found: list[Any], place: str) -> Iterator[tuple[str, bool]]:
    """Yield every key of a struct and whether any of the tables found has it, with all that lies below."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        for argument in arguments:
            yield from keys_of(argument, found, place)
    elif origin is dict:
        yield from keys_of(arguments[1], [item for table in found for item in table.values()], place + ".*")
    elif origin is tuple:
        yield from keys_of(arguments[0], [item for items in found for item in items], place + "[]")
    elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        for field in msgspec.structs.fields(kind):
            here = f"{place}.{field.encode_name}"
            below = [table[field.encode_name] for table in found if field.encode_name in table]
            yield here, bool(below)
            yield from keys_of(field.type, below, here)


def test_every_key_is_documented() -> None:
    keys = dict(keys_of(Settings, [documented()], ""))
    assert len(keys) > 80
    assert [key for key, is_there in keys.items() if not is_there] == []


@pytest.mark.parametrize("type_name", known_types())
def test_every_key_of_every_adapter_is_documented(type_name: str) -> None:
    blocks = [block for block in documented()["adapters"] if block["type"] == type_name]
    assert blocks, "no block shows this type"
    keys = dict(keys_of(settings_type(type_name), blocks, type_name))
    assert [key for key, is_there in keys.items() if not is_there] == []


def test_every_optional_key_tells_its_default() -> None:
    """In the same line or in the comment above it, for each key where it is explained first."""
    lines = IN_FULL.splitlines()
    unexplained = []
    for section, fields in (
        ("bot", 4),
        ("store", 6),
        ("web", 3),
        ("faq", 9),
        ("tickets", 15),
        ("survey", 8),
        ("notices", 4),
        ("maintenance", 4),
        ("visits", 5),
        ("contracts", 5),
    ):
        start = lines.index(f"[{section}]")
        kind = {field.encode_name: field.type for field in msgspec.structs.fields(Settings)}[section]
        names = [field.encode_name for field in msgspec.structs.fields(kind)]
        assert len(names) == fields
        for name in names:
            at = next(number for number in range(start, len(lines)) if lines[number].startswith(f"{name} ="))
            above = lines[at - 1] if lines[at - 1].startswith("#") else ""
            if "default:" not in lines[at] + above:
                unexplained.append(f"{section}.{name}")
    assert unexplained == []


def test_the_defaults_it_tells_are_the_defaults() -> None:
    values = documented()
    plain = msgspec.json.decode(msgspec.json.encode(Settings()))
    # What the example chooses for its school instead of the default stands here by name.
    chosen = {
        "store": {"shards": None, "wait_replicas": 0},
        "tickets": {"check_calendar": "always", "most_per_person": 0},
        "survey": {"callback_calendar": "always", "callback_ladder": ""},
        "visits": {"calendar": "always"},
        "contracts": {"calendar": "always"},
    }
    for section in ("bot", "store", "tickets", "survey", "notices", "maintenance", "visits", "contracts"):
        assert {**values[section], **chosen.get(section, {})} == plain[section]
    none = {"files": [], "managers": [], "checks": "", "embeddings": None}
    assert {**values["faq"], **none} == plain["faq"]
    assert {**values["web"], "time_travel": False, "public_url": ""} == plain["web"]


def test_it_loads_as_it_is() -> None:
    config = load(EXAMPLE, {})
    assert [adapter.type for adapter in config.adapters] == ["web"]
    assert [room.address for room in config.rooms] == [
        "web:group:yucai",
        "web:group:shiyan",
        "web:group:duty",
    ]
    assert (config.web.host, config.web.port, config.web.time_travel) == ("127.0.0.1", 8080, True)
    assert all(person.accounts == (f"web:{person.id}",) for person in config.people)


def test_it_loads_with_everything_in_use(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    text = IN_FULL
    for name in ("faq.example.md", "faq.checks.jsonl"):
        text = text.replace(name, str(EXAMPLE.with_name(name)))
    path.write_text(text, encoding="utf-8")
    config = load(path, dict.fromkeys(re.findall(r"env:(\w+)", IN_FULL), "hush-hush"))
    assert {adapter.type for adapter in config.adapters} == set(known_types())


def test_its_story_is_the_school_of_the_documents() -> None:
    config = load(EXAMPLE, {})
    rules = rules_of(config)
    assert [party.name for party in rules.with_role(Role.ENGINEER)] == ["老张", "小李", "小周"]
    assert [rules.with_role(role)[0].name for role in (Role.LEADER, Role.MANAGER, Role.DIRECTOR)] == [
        "刘组长",
        "陈经理",
        "林总",
    ]
    levels = rules.policies["edu"].levels
    assert [level.name for level in levels] == ["一级·瘫痪", "二级·部分影响", "三级·个别服务"]
    minutes = [
        [promise.within.total_seconds() / 60 for promise in level.promises]
        for level in levels
        if [promise.kind for promise in level.promises] == [ClockKind.RESPOND, ClockKind.RESOLVE]
    ]
    assert minutes == [[5, 240], [15, 480], [30, 480]]
    assert config.rotas["first-line"].starts.strftime("%a %H:%M") == "Mon 08:00"


@pytest.mark.parametrize(
    ("written", "nothing"),
    [
        ('same_within = "2h"', 'same_within = "0m"'),
        ("most_per_person = 30", "most_per_person = 0"),
        ('major_report = "18:00"', 'major_report = ""'),
        ("low_at = 2", "low_at = 0"),
        ("per_room = 20", "per_room = 0"),
        ("per_person = 30", "per_person = 0"),
        ('take_over_within = "15m"', 'take_over_within = ""'),
        ("notice_days = [90, 30, 7]", "notice_days = []"),
    ],
)
def test_what_the_file_says_switches_something_off_is_taken(
    written: str, nothing: str, tmp_path: Path
) -> None:
    assert f"\n{written}" in TEXT
    path = tmp_path / "config.toml"
    (tmp_path / "faq.example.md").touch()
    path.write_text(TEXT.replace(f"\n{written}", f"\n{nothing}"), encoding="utf-8")
    load(path, {})
