"""The document on time is right: its examples are readable, its keys complete, its explanations those of the program."""

import re
import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from scheduler.accounts import account
from scheduler.calendar import Calendar, always, parse_weekly, parse_window
from scheduler.clock_rules import in_order
from scheduler.explanation import explain
from scheduler.intervals import Interval
from scheduler.target_explanation import explain_target
from scheduler.targets import NthWorkingDay
from scheduler.written_clocks import KEPT_BY, WrittenClock, clock_rule

TEXT = (Path(__file__).parents[2] / "docs" / "time.md").read_text("utf-8")
SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEK = parse_weekly({"mon-fri": ["09:00-17:30"]})
WORKDAY = Calendar("workday", SHANGHAI, WEEK, "CN", {date(2026, 2, 13): (parse_window("09:00-12:00"),)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)\n```", TEXT, re.DOTALL)


def test_every_example_of_a_clock_is_one() -> None:
    (block,) = blocks("toml")
    written = msgspec.convert(tomllib.loads(block)["clocks"], list[WrittenClock])
    calendars = {"always": always(SHANGHAI)}
    rules = [clock_rule(each, calendar="always", ladder="standard", calendars=calendars) for each in written]
    assert len(in_order(rules)) == 12


def test_every_key_and_kind_is_explained() -> None:
    table = TEXT[: TEXT.index("**事件**")]
    for field in msgspec.structs.fields(WrittenClock):
        assert f"`{field.encode_name}`" in table
    for kind in KEPT_BY:
        assert f"{kind} " in table
    events = TEXT[TEXT.index("**事件**") :]
    for names in KEPT_BY.values():
        for name in names:
            assert f"`{name}`" in events


def test_explanations_are_those_of_the_program() -> None:
    (console,) = blocks("console")
    pauses = [Interval(at("2026-02-14 10:00"), at("2026-02-14 11:00"))]
    told = explain(account(WORKDAY, at("2026-02-13 16:30"), timedelta(hours=10), pauses), SHANGHAI)
    assert console.splitlines()[1:] == told
    (text,) = blocks("text")
    plain = Calendar("workday", SHANGHAI, WEEK, "CN")
    target = NthWorkingDay(2, time(6))
    assert text.splitlines() == explain_target(target, plain, at("2026-02-13 10:00"), (), SHANGHAI)


def test_every_kind_of_promise_has_a_conversation_that_shows_it() -> None:
    folder = Path(__file__).parents[1] / "transcripts"
    rows = re.findall(r"^\| (\d+) \|[^|]*\|[^|]*\|([^|]*)\|$", TEXT, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 17))
    for number, cell in rows:
        named = re.findall(r"`([^`]+)`", cell)
        assert all((folder / f"{name}.chat").exists() for name in named), cell
        assert named or number == "15"
