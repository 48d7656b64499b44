"""What a good configuration becomes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import fields

from bot.config import (
    AdapterConfig,
    Config,
    ConfigurationFaults,
    Customer,
    Person,
    Room,
    for_replay,
    load,
    rules_of,
)
from bot.tickets.kinds import ClockKind, StartsAt
from bot.tickets.model import Party, Promise
from bot.tickets.planned_rules import LADDERS
from bot.tickets.rules import Role, RoomRules, Rules, SurveyRules
from scheduler.calendar import Window
from scheduler.escalation import Rung, Share
from scheduler.rota import Override

GOOD = Path(__file__).with_name("good.toml").read_text(encoding="utf-8")
SHANGHAI = ZoneInfo("Asia/Shanghai")
SECRET = "hush-hush"

CONTRACT = """
[bot]
name = "小首"
timezone = "Asia/Shanghai"
language = "zh"
first_ticket = 1001

[store]
url = "sqlite:data/shouwen.db"

[web]
listen = "127.0.0.1:8080"
time_travel = false

[faq]
files = ["faq.example.md"]
answer_at = 0.90
suggest_at = 0.40

[[adapters]]
name = "qq"
type = "onebot"

[[adapters]]
name = "web"
type = "web"

[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["qq:10001", "web:zhang"]

[[people]]
id = "li"
name = "小李"
role = "engineer"

[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
contract = { from = 2025-09-01, until = 2027-08-31 }

[[rooms]]
id = "yucai"
name = "育才群"
address = "qq:group:123456"
kind = "customer"
customer = "yucai"
duty = "duty"
on_call = "first-line"
answer = "auto"

[[rooms]]
id = "duty"
name = "值班群"
address = "qq:group:654321"
kind = "duty"

[calendars.workday]
weekly = { mon-fri = ["09:00-17:30"] }
holidays = "CN"
special = { "2026-02-13" = ["09:00-12:00"] }
timezone = "Asia/Shanghai"

[rotas.first-line]
members = ["zhang", "li"]

[policies.edu]
name = "教育四级"
ladder = "standard"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
keywords = ["瘫痪", "全校"]
calendar = "always"
clocks = [ { kind = "respond", within = "5m" }, { kind = "arrive", within = "2h", from = "dispatched" }, { kind = "resolve", within = "4h" } ]

[[ladders.standard]]
at = "50%"
tell = ["owner", "on_call"]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
repeat = "15m"
"""


def load_text(text: str, folder: Path, *, is_replay: bool = False, **environment: str) -> Config:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environment, is_replay=is_replay)


@pytest.fixture
def good(tmp_path: Path) -> Config:
    return load_text(GOOD, tmp_path, QQ_TOKEN=SECRET)


def test_the_keys_of_the_public_contract_are_enough(tmp_path: Path) -> None:
    """What was promised first stays valid: keys are added, never renamed, and new ones have defaults."""
    (tmp_path / "faq.example.md").touch()
    config = load_text(CONTRACT, tmp_path)
    rules = rules_of(config)
    assert rules.on_call("yucai", datetime(2024, 1, 8, 0, tzinfo=UTC)) == (Party("li", "小李"),)
    assert rules.on_call("yucai", datetime(2024, 1, 7, 23, 59, tzinfo=UTC)) == (Party("zhang", "老张"),)
    assert rules.policies["edu"].default_level == "1"


def test_an_empty_file_is_a_configuration(tmp_path: Path) -> None:
    config = load_text("", tmp_path)
    assert (config.bot.name, config.bot.zone, config.bot.language, config.bot.first_ticket) == (
        "小首",
        SHANGHAI,
        "zh",
        1001,
    )
    assert (config.web.host, config.web.port, config.web.time_travel) == ("127.0.0.1", 8080, False)
    assert (config.faq.files, config.faq.answer_at, config.faq.suggest_at) == ((), 0.90, 0.40)
    assert list(config.calendars) == ["always"]
    assert config.adapters == config.people == config.rooms == ()


def test_the_defaults_are_those_of_the_rules(tmp_path: Path) -> None:
    rules = rules_of(load_text("", tmp_path))
    plain = Rules(SHANGHAI, {}, rules.calendars, LADDERS, {}, {}, {}, {}, {})
    assert rules == plain
    assert {field.name for field in fields(Rules)} >= {"survey", "belongs"}
    assert rules.survey == SurveyRules()


def test_people_customers_and_rooms_are_as_written(good: Config) -> None:
    assert good.people == (
        Person("wang", "王老师", Role.CONTACT, ("web:wang",), "yucai"),
        Person("zhang", "老张", Role.ENGINEER, ("qq:1", "web:zhang")),
    )
    assert good.customers == (
        Customer("yucai", "育才小学", "edu", date(2025, 9, 1), date(2027, 8, 31)),
        Customer("shiyan", "实验小学", "edu"),
    )
    assert good.rooms == (
        Room("yucai", "育才群", "qq:group:1", "customer", "yucai", "duty", "first"),
        Room("duty", "值班群", "qq:group:2", "duty"),
    )


def test_promises_take_calendar_and_ladder_from_their_level_and_policy(tmp_path: Path) -> None:
    config = load_text(
        """
        [policies.p]
        name = "P"
        ladder = "l"
        levels = [
          { id = "1", name = "高", calendar = "c", clocks = [
            { kind = "respond", within = "5m" },
            { kind = "arrive", within = "2h", from = "dispatched", calendar = "always", ladder = "m" },
            { kind = "resolve", within = "4h", from = "report" },
          ] },
          { id = "2", name = "低", first_response = "none" },
        ]
        [calendars.c]
        weekly = { daily = ["08:00-20:00"] }
        [ladders]
        l = [{ at = "50%", tell = ["owner"] }]
        m = [{ at = "100%", tell = ["manager"], repeat = "15m" }]
        """,
        tmp_path,
    )
    policy = config.policies["p"]
    high, low = policy.levels
    assert high.promises == (
        Promise(kind=ClockKind.RESPOND, within=timedelta(minutes=5), calendar="c", ladder="l"),
        Promise(
            kind=ClockKind.ARRIVE,
            within=timedelta(hours=2),
            calendar="always",
            ladder="m",
            start=StartsAt.DISPATCHED,
        ),
        Promise(kind=ClockKind.RESOLVE, within=timedelta(hours=4), calendar="c", ladder="l"),
    )
    assert low.promises == ()
    assert (policy.default_level, policy.first_response) == ("2", "message")
    assert config.ladders["m"].rungs == (Rung(Share(1.0), ("manager",), timedelta(minutes=15)),)


def test_calendars_have_hours_holidays_special_days_and_a_zone(good: Config, tmp_path: Path) -> None:
    workday = good.calendars["workday"]
    hours = (Window(timedelta(hours=9), timedelta(hours=17, minutes=30)),)
    assert workday.weekly == (hours,) * 5 + ((), ())
    assert workday.holidays == "CN"
    assert workday.special == {date(2026, 2, 13): (Window(timedelta(hours=9), timedelta(hours=12)),)}
    there = load_text(
        '[bot]\ntimezone = "Europe/Berlin"\n[calendars.c]\nweekly = { mon = ["09:00-10:00"] }\nspecial = { 2026-02-13 = [] }\n'
        '[calendars.d]\nweekly = { mon = ["09:00-10:00"] }\ntimezone = "Asia/Tokyo"\n',
        tmp_path,
    )
    assert there.calendars["c"].zone == there.calendars["always"].zone == ZoneInfo("Europe/Berlin")
    assert there.calendars["c"].special == {date(2026, 2, 13): ()}
    assert there.calendars["c"].holidays is None
    assert there.calendars["d"].zone == ZoneInfo("Asia/Tokyo")


def test_moments_without_an_offset_are_local_to_the_rota(good: Config, tmp_path: Path) -> None:
    rota = good.rotas["first"]
    assert rota.starts.astimezone(UTC) == datetime(2026, 1, 5, 0, tzinfo=UTC)
    assert rota.overrides == (
        Override(datetime(2026, 2, 16, tzinfo=SHANGHAI), datetime(2026, 2, 18, tzinfo=SHANGHAI), ("zhang",)),
    )
    tokyo = GOOD.replace('shift = "7d"', 'shift = "12h"\ntimezone = "Asia/Tokyo"')
    there = load_text(tokyo, tmp_path, QQ_TOKEN=SECRET).rotas["first"]
    assert there.starts.astimezone(UTC) == datetime(2026, 1, 4, 23, tzinfo=UTC)
    assert there.shift == timedelta(hours=12)
    written = GOOD.replace('"2026-01-05 08:00"', "2026-01-05T08:00:00Z")
    assert load_text(written, tmp_path, QQ_TOKEN=SECRET).rotas["first"].starts == datetime(
        2026, 1, 5, 8, tzinfo=UTC
    )


def test_paths_start_where_the_file_is(tmp_path: Path) -> None:
    (tmp_path / "faq.md").touch()
    config = load_text('[store]\nurl = "sqlite:data/x.db"\n[faq]\nfiles = ["faq.md"]\n', tmp_path)
    assert config.store_url == f"sqlite:{tmp_path}/data/x.db"
    assert config.faq.files == (tmp_path / "faq.md",)
    for written in ("sqlite:/srv/x.db", "sqlite:///srv/x.db"):
        assert load_text(f'store.url = "{written}"', tmp_path).store_url == "sqlite:/srv/x.db"
    assert load_text('store.url = "redis://h:6379/0"', tmp_path).store_url == "redis://h:6379/0"


def test_listening_on_an_address_of_ipv6(tmp_path: Path) -> None:
    config = load_text('web.listen = "[::1]:0"', tmp_path)
    assert (config.web.host, config.web.port) == ("::1", 0)


def test_rooms_speak_the_language_of_the_bot_unless_they_say_otherwise(tmp_path: Path) -> None:
    text = GOOD.replace("first_ticket = 1001", 'language = "en"').replace(
        'kind = "duty"', 'kind = "duty"\nlanguage = "zh"'
    )
    assert [room.language for room in load_text(text, tmp_path, QQ_TOKEN=SECRET).rooms] == ["en", "zh"]


def test_secrets_come_from_the_environment_and_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "store.secret").write_text("redis://:hush-hush@host/0\n", encoding="utf-8")
    text = GOOD.replace('"sqlite:data/shouwen.db"', '"file:store.secret"')
    config = load_text(text, tmp_path, QQ_TOKEN=SECRET)
    assert config.store_url == "redis://:hush-hush@host/0"
    (tmp_path / "store.secret").write_bytes(b"\xff\xfe")  # whatever was put there is no text
    with pytest.raises(ConfigurationFaults, match="读不到"):
        load_text(text, tmp_path, QQ_TOKEN=SECRET)
    assert config.adapters[1].settings == {"mode": "reverse", "access_token": SECRET}


def test_no_secret_is_in_a_repr(tmp_path: Path) -> None:
    text = GOOD.replace('"sqlite:data/shouwen.db"', '"redis://:hush-hush@host/0"')
    config = load_text(text, tmp_path, QQ_TOKEN=SECRET)
    assert SECRET not in repr(config) + str(config) + repr(rules_of(config)) + repr(for_replay(config))
    assert "AdapterConfig(name='qq', type='onebot')" in repr(config)


def test_a_replay_needs_no_secrets_and_no_adapters(tmp_path: Path) -> None:
    text = (
        GOOD.replace('type = "onebot"', 'type = "not-installed-here"')
        .replace('"sqlite:data/shouwen.db"', '"env:NOT_SET"')
        .replace('"env:QQ_TOKEN"', '"file:nowhere"')
        .replace('address = "qq:group:2"\n', "")
        .replace('"web:wang"', '"elsewhere:wang"')
    )
    with pytest.raises(ConfigurationFaults):
        load_text(text, tmp_path)
    config = load_text(text, tmp_path, is_replay=True)
    assert config.rooms[1].address == ""


def test_a_replay_still_wants_everything_else_to_be_right(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults) as caught:
        load_text(GOOD.replace('on_call = "first"', 'on_call = "second"'), tmp_path, is_replay=True)
    assert [mistake.key for mistake in caught.value.mistakes] == ["rooms[0].on_call"]


def test_in_a_replay_everybody_is_reached_through_one_adapter(good: Config) -> None:
    config = for_replay(good)
    assert config.adapters == (AdapterConfig("chat", "chat", {}),)
    assert [room.address for room in config.rooms] == ["chat:group:育才群", "chat:group:值班群"]
    assert [person.accounts for person in config.people] == [("chat:王老师",), ("chat:老张",)]
    assert rules_of(config) == rules_of(good)


def test_rules_know_people_rooms_and_limits(good: Config) -> None:
    rules = rules_of(good)
    assert rules.staff == {"zhang": Party("zhang", "老张")}
    assert rules.roles == {"wang": Role.CONTACT, "zhang": Role.ENGINEER}
    assert rules.belongs == {"wang": "yucai"}
    assert rules.customers == {"yucai": "育才小学", "shiyan": "实验小学"}
    assert rules.rooms["yucai"] == RoomRules("yucai", "育才群", "duty", "first", "zh")
    assert rules.check_calendar == "workday"
    assert rules.on_call("yucai", datetime(2026, 3, 1, tzinfo=UTC)) == (Party("zhang", "老张"),)


def test_every_limit_of_tickets_and_surveys_can_be_set(tmp_path: Path) -> None:
    config = load_text(
        """
        [tickets]
        reopen_within = "1d"
        undo_within = "2m"
        handover_within = "3m"
        check_again_after = "4m"
        close_after = "5h"
        grace = "6m"
        urgent_words = ["SOS"]
        [survey]
        enabled = false
        waking = "09:00-21:00"
        remind_after = "7h"
        expire_after = "8h"
        low_at = 1
        callback_within = "9h"
        callback_ladder = "b"
        [ladders]
        a = [{ at = "100%", tell = ["manager"] }]
        b = [{ at = "100%", tell = ["director"] }]
        """,
        tmp_path,
    )
    rules = rules_of(config)
    assert rules.reopen_within == timedelta(days=1)
    assert rules.undo_within == timedelta(minutes=2)
    assert rules.handover_within == timedelta(minutes=3)
    assert rules.check_again_after == timedelta(minutes=4)
    assert rules.close_after == timedelta(hours=5)
    assert rules.grace == timedelta(minutes=6)
    assert rules.urgent_words == ("SOS",)
    assert rules.survey == SurveyRules(
        is_enabled=False,
        waking=Window(timedelta(hours=9), timedelta(hours=21)),
        remind_after=timedelta(hours=7),
        expire_after=timedelta(hours=8),
        low_at=1,
        callback_within=timedelta(hours=9),
        callback_calendar="always",
        callback_ladder="b",
    )


def test_a_callback_that_names_no_ladder_climbs_the_first(tmp_path: Path) -> None:
    text = '[ladders]\nz = [{ at = "100%", tell = ["manager"] }]\na = [{ at = "1h", tell = ["director"] }]\n'
    assert load_text(text, tmp_path).survey.callback_ladder == "z"
