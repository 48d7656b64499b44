"""What customers read of a policy: every kind of promise has words, in eight lines at most, and its version changes with it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.config import load, rules_of
from bot.configuration.presets import preset_names
from bot.configuration.promises import EVENTS
from bot.texts import LANGUAGES, Texts
from bot.tickets.explaining import event_name
from bot.tickets.model import Promise
from bot.tickets.promised import hours_of, promised_to, version_of
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.calendar import Calendar, Window, always
from scheduler.history import REPORTED

_AT = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
_SCHOOL = Path(__file__).parents[2] / "transcripts" / "school.toml"
_PRESET = '[[customers]]\nid = "c"\nname = "客户"\npolicy = "preset:NAME"\n'
_CLOCKS = """
[[customers]]
id = "c"
name = "客户"
policy = "own"
contract = { from = 2025-09-01, until = UNTIL }

[policies.own]
name = "自定"
ladder = "any"
LEVELS

[calendars.half]
weekly = { mon-thu = ["09:00-12:00", "14:00-18:00"], sat = ["22:00-06:00"] }
special = { "2026-03-09" = [], "2026-03-10" = ["10:00-11:00"], "2026-06-01" = [] }

[[ladders.any]]
at = "100%"
tell = ["manager"]
"""
_LEVEL = '[[policies.own.levels]]\nid = "N"\nname = "N级"\ncalendar = "half"\nclocks = [{ kind = "respond", within = "36h" }]\n'


def _speaker(language: str, rules: Rules) -> Speaker:
    return Speaker(Texts().translator(language), rules.zone, _AT, language)


def _rules(tmp_path: Path, text: str) -> Rules:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return rules_of(load(path, {}))


def _own(tmp_path: Path, levels: str, until: str = "2027-08-31") -> Rules:
    return _rules(tmp_path, _CLOCKS.replace("LEVELS", levels).replace("UNTIL", until))


def _said(rules: Rules, language: str = "zh", policy: str = "own") -> list[str]:
    return promised_to("c", rules.policies[policy], _speaker(language, rules), rules).splitlines()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_said_in_eight_lines(tmp_path: Path, name: str, language: str) -> None:
    rules = _rules(tmp_path, _PRESET.replace("NAME", name))
    lines = _said(rules, language, f"preset:{name}")
    assert 3 <= len(lines) <= 8
    for level in rules.policies[f"preset:{name}"].levels:
        assert any(line.startswith(level.name) for line in lines)


def test_every_event_that_a_clock_may_count_from_has_a_name() -> None:
    assert all(event_name(event) for event in EVENTS - {REPORTED})


def test_hours_name_the_days_with_the_same_ones_and_days_soon_that_differ(tmp_path: Path) -> None:
    rules = _own(tmp_path, _LEVEL)
    assert hours_of(rules.calendars["half"], _speaker("zh", rules)) == (
        "周一至周四 09:00–12:00、14:00–18:00，周六 22:00–次日 06:00，节假日照常，周一 休息，周二 10:00–11:00"
    )


@pytest.mark.parametrize(
    ("zone", "is_named"),
    [("Europe/Berlin", True), ("Asia/Tokyo", True), ("Asia/Shanghai", False), ("Asia/Taipei", False)],
)
def test_hours_name_their_zone_where_its_clocks_show_something_else(
    tmp_path: Path, zone: str, is_named: bool
) -> None:
    rules = _own(tmp_path, _LEVEL)
    calendar = dataclasses.replace(rules.calendars["half"], zone=ZoneInfo(zone))
    assert (f"，按 {zone} 的时间，" in hours_of(calendar, _speaker("zh", rules))) is is_named
    assert (f", {zone} time, " in hours_of(calendar, _speaker("en", rules))) is is_named


def test_a_day_of_working_time_is_no_day_of_the_calendar(tmp_path: Path) -> None:
    assert "响应 36 小时内" in _said(_own(tmp_path, _LEVEL))[1]


def test_each_kind_of_clock_is_said_as_it_is_promised(tmp_path: Path) -> None:
    clocks = (
        '{ kind = "respond", within = "30m" }, { kind = "arrive", within = "4h", from = "dispatched",'
        ' alternative = { on_working_day = 2, at = "21:30" } }, { kind = "loan", within = "12h", from = "occurred",'
        ' after = "missed:resolve" }, { kind = "resolve", working_days = 3, calendar = "half" },'
        ' { kind = "update", every = "1h", from = "responded", until = ["resolved"] },'
        ' { kind = "report", cron = "0 18 * * *", until = ["resolved"] }, { kind = "promise", agreed = true, from = "promised" }'
    )
    level = f'[[policies.own.levels]]\nid = "1"\nname = "一级"\ncalendar = "always"\nclocks = [{clocks}]\n'
    line = _said(_own(tmp_path, level))[1]
    for said in (
        "一级（7×24）：响应 30 分钟内，",
        "到场 4 小时内（从派人算起；您同意的话可以改为第 2 个工作日 21:30 前（起算当天不算））",
        "代用设备 12 小时内（解决没做到时；从故障发生算起）",
        "解决 3 个工作日内，末日下班为止（起算当天不算）（服务时间 周一至周四",
        "进展更新 每 1 小时一次",
        "当日汇报 按固定时间",
        "约好的答复 按约定时间",
    ):
        assert said in line


def test_levels_with_the_same_hours_say_them_once(tmp_path: Path) -> None:
    lines = _said(_own(tmp_path, _LEVEL.replace("N", "1") + _LEVEL.replace("N", "2")))
    assert lines[1] == "1级：响应 36 小时内"
    assert [line for line in lines if "09:00" in line] == [lines[3]]


def test_many_levels_are_named_together(tmp_path: Path) -> None:
    lines = _said(_own(tmp_path, "".join(_LEVEL.replace("N", f"{n}") for n in range(1, 10))))
    assert len(lines) == 8
    assert lines[5] == "另有 5级、6级、7级、8级、9级：报障时会说时限。"


def test_a_contract_that_is_over_promises_nothing_any_more(tmp_path: Path) -> None:
    assert "已于 2026-03-05 到期，报障先由经理确认" in _said(_own(tmp_path, _LEVEL, "2026-03-05"))[0]
    assert "合同到 2026-03-06" in _said(_own(tmp_path, _LEVEL, "2026-03-06"))[0]


def test_the_version_changes_with_what_is_promised_and_not_with_whom_it_calls() -> None:
    rules = rules_of(load(_SCHOOL, {}, is_replay=True))
    policy = rules.policies["edu"]
    before = version_of(policy, rules.calendars)
    first, *others = policy.levels
    calls = replace(first, promises=tuple(replace(each, ladder="other") for each in first.promises))
    assert version_of(replace(policy, levels=(calls, *others)), rules.calendars) == before
    later = replace(
        first, promises=(replace(first.promises[0], within=timedelta(minutes=6)), *first.promises[1:])
    )
    assert version_of(replace(policy, levels=(later, *others)), rules.calendars) != before
    closed = Calendar("workday", rules.zone, always(rules.zone).weekly, None, {date(2026, 3, 9): ()})
    assert version_of(policy, {**rules.calendars, "workday": closed}) != before


def test_a_window_that_ends_at_midnight_is_not_said_to_end_the_next_day(tmp_path: Path) -> None:
    rules = _own(tmp_path, _LEVEL)
    evening = Calendar("e", rules.zone, ((Window(timedelta(hours=20), timedelta(hours=24)),),) * 7)
    assert hours_of(evening, _speaker("en", rules)) == "daily 20:00–24:00, holidays as well"


def test_five_levels_have_a_line_each_and_one_without_promises_says_so(tmp_path: Path) -> None:
    rules = _own(tmp_path, "".join(_LEVEL.replace("N", f"{n}") for n in range(1, 6)))
    first, *others = rules.policies["own"].levels
    policy = replace(rules.policies["own"], levels=(replace(first, promises=()), *others))
    lines = promised_to("c", policy, _speaker("zh", rules), rules).splitlines()
    assert lines[1:6] == ["1级：不设时限", *(f"{n}级：响应 36 小时内" for n in range(2, 6))]
    assert lines[6].startswith("服务时间：周一至周四")


def test_a_level_alone_without_promises_has_no_hours(tmp_path: Path) -> None:
    rules = _own(tmp_path, _LEVEL)
    [level] = rules.policies["own"].levels
    policy = replace(rules.policies["own"], levels=(replace(level, promises=()),))
    assert promised_to("c", policy, _speaker("zh", rules), rules).splitlines()[1] == "N级：不设时限"


def test_levels_with_other_hours_say_their_own(tmp_path: Path) -> None:
    always_open = _LEVEL.replace("N", "2").replace('calendar = "half"', 'calendar = "always"')
    lines = _said(_own(tmp_path, _LEVEL.replace("N", "1") + always_open))
    assert lines[1].startswith("1级（周一至周四 09:00–12:00")
    assert lines[2] == "2级（7×24）：响应 36 小时内"


@pytest.mark.parametrize(
    ("within", "said"),
    [("1h", "1 小时内"), ("90m", "1 小时 30 分钟内"), ("5m", "5 分钟内"), ("0m", "0 分钟内")],
)
def test_a_length_is_said_in_hours_and_minutes(tmp_path: Path, within: str, said: str) -> None:
    rules = _own(tmp_path, _LEVEL)
    [level] = rules.policies["own"].levels
    minutes = {"1h": 60, "90m": 90, "5m": 5, "0m": 0}[within]
    promise = replace(level.promises[0], within=timedelta(minutes=minutes))
    policy = replace(rules.policies["own"], levels=(replace(level, promises=(promise,)),))
    assert promised_to("c", policy, _speaker("zh", rules), rules).splitlines()[1].endswith(f"响应 {said}")


@pytest.mark.parametrize(("day", "is_named"), [(5, False), (6, True), (20, True), (21, False)])
def test_days_with_other_hours_are_named_two_weeks_ahead(day: int, is_named: bool) -> None:
    assert ("休息" in hours_of(_open_daily(date(2026, 3, day)), _at_friday())) is is_named


def test_three_such_days_are_named() -> None:
    days = (date(2026, 3, day) for day in range(9, 14))
    assert hours_of(_open_daily(*days), _at_friday()).count("休息") == 3


def _open_daily(*closed: date) -> Calendar:
    window = Window(timedelta(hours=9), timedelta(hours=17))
    special: dict[date, tuple[Window, ...]] = dict.fromkeys(closed, ())
    return Calendar(id="daily", zone=ZoneInfo("Asia/Shanghai"), weekly=((window,),) * 7, special=special)


def _at_friday() -> Speaker:
    return Speaker(Texts().translator("zh"), ZoneInfo("Asia/Shanghai"), _AT, "zh")


def test_whom_a_written_clock_calls_is_no_part_of_the_version(tmp_path: Path) -> None:
    clocks = '{ kind = "respond", within = "30m" }, { kind = "loan", within = "4h", after = "missed:resolve" }, { kind = "resolve", within = "8h" }'
    level = f'[[policies.own.levels]]\nid = "1"\nname = "一级"\ncalendar = "always"\nclocks = [{clocks}]\n'
    rules = _own(tmp_path, level)
    policy = rules.policies["own"]
    promise = policy.levels[0].promises[1]
    assert promise.clock is not None

    def version(changed: Promise) -> str:
        levels = (replace(policy.levels[0], promises=(changed,)),)
        return version_of(replace(policy, levels=levels), rules.calendars)

    assert version(replace(promise, clock=replace(promise.clock, ladder="other"))) == version(promise)
    assert version(replace(promise, clock=replace(promise.clock, from_="claimed"))) != version(promise)
