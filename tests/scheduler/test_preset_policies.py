"""The presets that ship with the bot: each is readable, promises what its contract promises, and nothing twice."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

import bot
from scheduler.calendar import Calendar, always, check, parse_weekly, parse_window
from scheduler.clock_rules import ClockRule, in_order
from scheduler.clock_states import state, states
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.history import Agreement, History
from scheduler.ledgers import Trips
from scheduler.lengths import parse_length
from scheduler.longest import outside_the_clock
from scheduler.standing import Phase
from scheduler.work_windows import is_allowed
from scheduler.written_clocks import WrittenClock, clock_rule
from scheduler.written_ledgers import (
    WrittenQuota,
    WrittenRatio,
    WrittenWindow,
    quota_of,
    ratio_of,
    window_of,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
FILES = sorted((Path(bot.__file__).parent / "policies").glob("*.toml"))
# The rows of deadlines that the five service plans promise.
ROWS = frozenset(
    [
        "edu-1",
        "edu-2",
        "edu-3",
        "edu-4",
        "edu-onsite",
        "edu-platform",
        "edu-minor",
        "oa",
        "it-basic",
        "it-warranty",
        "ns-normal",
        "ns-major",
        "ns-rma",
        "fa-urgent-all",
        "fa-urgent",
        "fa-routine",
        "fa-sev-disaster",
        "fa-sev-serious",
        "fa-sev-normal",
        "fa-run-normal",
        "fa-run-crisis",
        "ns2-callback",
    ]
)
POLICY_KEYS = frozenset({"name", "ladder", "levels", "work_window", "ratios", "quotas", "callback"})
LEVEL_KEYS = frozenset(
    {
        "id",
        "name",
        "keywords",
        "calendar",
        "clocks",
        "readings",
        "stages",
        "consult",
        "free_after_contract",
        "urgent",
    }
)


class Preset:
    """A preset as the tests need it."""

    def __init__(self, path: Path) -> None:
        written = tomllib.loads(path.read_text("utf-8"))
        assert set(written) <= {"policies", "calendars", "ladders"}
        ((self.id, self.policy),) = written["policies"].items()
        (self.level,) = self.policy["levels"]
        self.calendars: dict[str, Calendar] = {"always": always(SHANGHAI)}
        for name, each in written.get("calendars", {}).items():
            self.calendars[name] = Calendar(
                name, SHANGHAI, parse_weekly(each["weekly"]), each.get("holidays")
            )
        self.ladders = {
            name: Ladder(name, tuple(map(_rung, rungs))) for name, rungs in written["ladders"].items()
        }
        clocks = msgspec.convert(self.level["clocks"], list[WrittenClock])
        self.rules: dict[str, ClockRule] = {}
        for clock in clocks:
            rule = clock_rule(
                clock,
                calendar=self.level["calendar"],
                ladder=self.policy["ladder"],
                calendars=self.calendars,
            )
            self.rules[rule.id] = rule
        assert len(self.rules) == len(clocks)


def _rung(written: Mapping[str, Any]) -> Rung:
    return Rung(
        at=parse_at(written["at"]),
        tell=tuple(written["tell"]),
        repeat=parse_length(written["repeat"]) if "repeat" in written else None,
        waking=parse_window(written["waking"]) if "waking" in written else None,
    )


PRESETS: Mapping[str, Preset] = MappingProxyType({path.stem: Preset(path) for path in FILES})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def test_every_row_of_the_plans_ships() -> None:
    assert set(PRESETS) == ROWS


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_preset_is_complete_in_itself(name: str) -> None:
    preset = PRESETS[name]
    assert preset.id == name
    assert set(preset.policy) <= POLICY_KEYS
    assert set(preset.level) <= LEVEL_KEYS
    assert "respond" in preset.rules
    assert in_order(preset.rules.values())
    for calendar in preset.calendars.values():
        check(calendar)
    for rule in preset.rules.values():
        aim, calendar = rule.target or rule.beats, preset.calendars.get(rule.calendar, always(SHANGHAI))
        assert not aim or outside_the_clock(preset.ladders[rule.ladder], aim, calendar) == {}
    # Whoever reads the file learns what was chosen where the source leaves it open.
    assert preset.level["readings"] or name in ("fa-sev-serious", "fa-sev-normal")


# Reported on Friday 2026-03-06 at 16:30; dispatched at 16:40, arrived at 18:00. The fault occurred at 12:00.
FRIDAY = MappingProxyType(
    {
        "occurred": [at("2026-03-06 12:00")],
        "dispatched": [at("2026-03-06 16:40")],
        "received": [at("2026-03-06 16:30")],
        "replacement_ordered": [at("2026-03-06 16:30")],
        "major": [at("2026-03-06 16:30")],
    }
)


@pytest.mark.parametrize(
    ("name", "clock", "expected"),
    [
        ("edu-1", "respond", "2026-03-06 16:35"),
        ("edu-1", "arrive", "2026-03-06 18:40"),
        ("edu-2", "arrive", "2026-03-06 18:30"),
        ("edu-3", "respond", "2026-03-06 17:00"),
        ("edu-platform", "resolve", "2026-03-06 19:30"),
        ("edu-minor", "resolve", "2026-03-10 06:00"),
        ("oa", "respond", "2026-03-06 17:30"),
        ("oa", "resolve", "2026-03-06 20:30"),
        ("it-basic", "answer", "2026-03-07 16:30"),
        ("it-warranty", "respond", "2026-03-06 16:50"),
        ("it-warranty", "arrive", "2026-03-06 17:30"),
        ("it-warranty", "resolve", "2026-03-06 20:30"),
        ("ns-normal", "resolve", "2026-03-07 00:30"),
        ("ns-major", "update", "2026-03-06 17:30"),
        ("ns-major", "report", "2026-03-06 17:30"),
        ("ns-rma", "repair", "2026-06-03 17:30"),
        ("ns-rma", "replace", "2026-04-07 17:30"),
        ("fa-urgent-all", "answer", "2026-03-06 18:30"),
        ("fa-urgent-all", "arrive", "2026-03-07 16:30"),
        ("fa-urgent", "arrive", "2026-03-06 20:30"),
        ("fa-routine", "respond", "2026-03-06 17:00"),
        ("fa-sev-disaster", "diagnose", "2026-03-07 00:30"),
        ("fa-sev-serious", "diagnose", "2026-03-07 16:30"),
        ("fa-sev-normal", "arrive", "2026-03-06 20:30"),
        ("fa-run-normal", "respond", "2026-03-06 16:40"),
        ("fa-run-crisis", "resolve", "2026-03-07 04:30"),
        ("ns2-callback", "respond", "2026-03-06 16:35"),
    ],
)
def test_a_preset_is_due_as_its_contract_says(name: str, clock: str, expected: str) -> None:
    preset = PRESETS[name]
    history = History(opened_at=at("2026-03-06 16:30"), events=FRIDAY)
    found = state(preset.rules[clock], history, preset.calendars, at("2026-03-06 16:41"))
    assert found.due_at == at(expected)


def test_after_arrival_three_or_six_hours() -> None:
    history = History(opened_at=at("2026-03-06 16:30"), events={"arrived": [at("2026-03-06 18:00")]})
    for name, expected in (("edu-onsite", "2026-03-06 21:00"), ("ns-major", "2026-03-07 00:00")):
        preset = PRESETS[name]
        found = state(preset.rules["resolve"], history, preset.calendars, at("2026-03-06 18:01"))
        assert found.due_at == at(expected)


def test_the_loaner_is_owed_only_when_four_hours_were_not_enough() -> None:
    preset = PRESETS["fa-run-normal"]
    history = History(opened_at=at("2026-03-06 16:30"), events=FRIDAY)
    before = states(preset.rules.values(), history, preset.calendars, at("2026-03-06 20:29"))
    assert before["loan"].phase is Phase.PENDING
    after = states(preset.rules.values(), history, preset.calendars, at("2026-03-06 20:30"))
    assert after["resolve"].phase is Phase.BREACHED
    assert (after["loan"].owed_at, after["loan"].due_at) == (at("2026-03-06 20:30"), at("2026-03-07 00:00"))


def test_the_second_working_day_needs_the_customers_consent() -> None:
    preset = PRESETS["fa-urgent"]
    rule = preset.rules["arrive"]
    assert rule.alternative is not None
    for consent, expected in (("", "2026-03-06 20:30"), ("m-17", "2026-03-10 21:30")):
        other = rule.alternative
        agreed = Agreement("arrive", other.target, at("2026-03-06 17:00"), consent, other.calendar)
        history = History(opened_at=at("2026-03-06 16:30"), agreements=(agreed,))
        found = state(rule, history, preset.calendars, at("2026-03-06 17:01"))
        assert found.due_at == at(expected)


def test_every_solved_ticket_may_be_called_back_within_two_days() -> None:
    preset = PRESETS["ns2-callback"]
    solved = {"resolved": [at("2026-03-06 17:00")]}
    history = History(at("2026-03-06 16:30"), solved, closed_at=at("2026-03-06 18:00"))
    found = state(preset.rules["callback"], history, preset.calendars, at("2026-03-07 18:00"))
    assert (found.phase, found.due_at) == (Phase.RUNNING, at("2026-03-08 17:00"))


def test_what_presets_promise_beside_clocks_is_readable() -> None:
    calendar = always(SHANGHAI)
    onsite = [ratio_of(each, calendar) for each in _ratios("edu-onsite")]
    assert [(each.id, each.at_least, each.at_most) for each in onsite] == [
        ("onsite_resolve", Fraction(9, 10), None),
        ("agreed_delay", None, Fraction(1, 10)),
    ]
    assert [ratio_of(each, calendar).at_least for each in _ratios("ns-rma")] == [Fraction(95, 100)]
    (faults,) = (quota_of(each, calendar) for each in _quotas("edu-platform"))
    assert (faults.limit, faults.trips, faults.per_subject) == (2, Trips.ABOVE, False)
    (device,) = (quota_of(each, calendar) for each in _quotas("ns-rma"))
    assert (device.limit, device.trips, device.per_subject) == (2, Trips.AT, True)


def test_a_minor_fault_is_worked_on_at_night_and_on_free_days_only() -> None:
    preset = PRESETS["edu-minor"]
    written = msgspec.convert(preset.policy["work_window"], WrittenWindow)
    window = window_of(written, preset.calendars)
    assert is_allowed(window, at("2026-03-06 22:30"), at("2026-03-09 06:00"))
    assert not is_allowed(window, at("2026-03-06 20:00"), at("2026-03-06 21:00"))


def _ratios(name: str) -> list[WrittenRatio]:
    return msgspec.convert(PRESETS[name].policy["ratios"], list[WrittenRatio])


def _quotas(name: str) -> list[WrittenQuota]:
    return msgspec.convert(PRESETS[name].policy["quotas"], list[WrittenQuota])


def test_instants_of_presets_are_in_utc() -> None:
    preset = PRESETS["ns-rma"]
    history = History(opened_at=at("2026-03-06 16:30"), events=FRIDAY)
    found = state(preset.rules["repair"], history, preset.calendars, at("2026-03-06 16:30"))
    assert found.due_at is not None
    assert (found.due_at.tzinfo, found.late) == (UTC, timedelta(0))
