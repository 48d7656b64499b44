"""What a policy must not leave out or contradict: a first response on every level, and points of ladders inside their clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

import msgspec
from msgspec.structs import replace

from bot.configuration.lines import Place
from bot.configuration.mistakes import UNSHOWN, Mistakes, Wording, key_of
from bot.configuration.presets import PREFIX
from bot.configuration.promises import ALWAYS
from bot.configuration.settings import LevelSettings, Settings
from scheduler.calendar import Calendar
from scheduler.clock_rules import Beats
from scheduler.escalation import Ladder
from scheduler.lengths import format_length, parse_length
from scheduler.longest import outside_the_clock
from scheduler.points import At, Before
from scheduler.targets import Target, Within
from scheduler.written_clocks import WrittenFault, clock_rule

# What a clock lasts is written in one of these.
_LASTS = ("within", "working_days", "calendar_days", "on_working_day", "every", "cron", "rrule")
_RESPOND = "respond"
_NO_RESPONSE = Wording(
    '没有首次响应（kind = "respond"）；确实不承诺就在这一级写 first_response = "none"',
    'there is no first response (kind = "respond"); where none is promised write first_response = "none" on this level',
)
_BOTH = Wording(
    'first_response = "none" 与首次响应的时限只能写一个', 'expected no clock of kind "respond" beside it'
)


class _Clock(msgspec.Struct, frozen=True):
    """A clock that a ladder is climbed in, and where what it lasts is written."""

    place: Place
    written: object
    ladder: str
    aim: Target | Beats
    calendar: Calendar
    is_in_the_file: bool = True


def check_responses(settings: Settings, mistakes: Mistakes) -> None:
    """Note every level that promises no first response without saying so."""
    for name, policy in settings.policies.items():
        for index, level in enumerate(policy.levels):
            _check_response(level, ("policies", name, "levels", index), mistakes)


def _check_response(level: LevelSettings, place: Place, mistakes: Mistakes) -> None:
    has_one = any(clock.kind == _RESPOND for clock in level.clocks)
    if has_one and level.first_response:
        mistakes.add((*place, "first_response"), level.first_response, _BOTH)
    # Which kind a clock is that cannot be read nobody knows; it is told by itself.
    elif not has_one and not level.first_response and not mistakes.is_within((*place, "clocks")):
        mistakes.add((*place, "clocks"), [clock.kind for clock in level.clocks], _NO_RESPONSE)


def check_points(
    settings: Settings, ladders: Mapping[str, Ladder], calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> None:
    """Note every step of a ladder that lies before the start of a clock it belongs to, whenever that starts."""
    for clock in _clocks(settings, calendars):
        ladder = ladders.get(clock.ladder)
        if ladder is None or mistakes.is_within(("ladders", ladder.id)):  # told elsewhere
            continue
        for rung, most in outside_the_clock(ladder, clock.aim, clock.calendar).items():
            why = _why(ladder.rungs[rung].at, most)
            if clock.is_in_the_file:
                _note(clock, ("ladders", ladder.id, rung, "at"), why, mistakes)
            else:
                _note_at_step(clock, rung, settings.ladders[ladder.id][rung].at, why, mistakes)


def _note(clock: _Clock, step: Place, why: Wording, mistakes: Mistakes) -> None:
    """Tell it at the clock, which can be given another ladder."""
    at = key_of(step)
    wording = Wording(
        f"{at} 在它开始之前（{why.zh}）；给这个时限单独写 ladder，或那一级改写百分比",
        f"{at} lies before its start ({why.en}); give this clock a ladder of its own, or write that step as a share",
    )
    mistakes.add(clock.place, clock.written, wording)


def _note_at_step(clock: _Clock, rung: int, written: str, why: Wording, mistakes: Mistakes) -> None:
    """Tell it at the step: the clock is that of a preset, where nobody can change it."""
    its = f"{key_of(clock.place)} = {clock.written}"
    wording = Wording(
        f"在 {its} 开始之前（{why.zh}）；改写百分比",
        f"lies before the start of {its} ({why.en}); write it as a share",
    )
    mistakes.add(("ladders", clock.ladder, rung, "at"), written, wording)


def _why(point: At, most: timedelta) -> Wording:
    """Return why that is certain, whatever the start."""
    text = format_length(most)
    if isinstance(point, Before) and point.is_wall:
        return Wording(
            f"不论何时开始，按钟表最长 {text}", f"whenever it starts, it lasts {text} of real time at most"
        )
    return Wording(
        f"不论何时开始，工作时间最长 {text}", f"whenever it starts, it has {text} of working time at most"
    )


def _clocks(settings: Settings, calendars: Mapping[str, Calendar]) -> Iterator[_Clock]:
    for name, policy in settings.policies.items():
        for index, level in enumerate(policy.levels):
            place: Place = ("policies", name, "levels", index)
            for made in _clocks_of(level, policy.ladder, place, calendars):
                yield replace(made, is_in_the_file=not name.startswith(PREFIX))
    survey, tickets = settings.survey, settings.tickets
    ladder = survey.callback_ladder or next(iter(settings.ladders), "")
    yield from _plain(
        ("survey", "callback_within"), survey.callback_within, ladder, calendars.get(survey.callback_calendar)
    )
    yield from _plain(
        ("tickets", "major_every"), tickets.major_every, tickets.major_ladder, calendars.get(ALWAYS)
    )


def _plain(place: Place, written: str, ladder: str, calendar: Calendar | None) -> Iterator[_Clock]:
    with suppress(ValueError):  # told elsewhere
        if calendar is not None:
            yield _Clock(place, written, ladder, Within(parse_length(written)), calendar)


def _clocks_of(
    level: LevelSettings, ladder: str, place: Place, calendars: Mapping[str, Calendar]
) -> Iterator[_Clock]:
    for index, written in enumerate(level.clocks):
        here = (*place, "clocks", index)
        try:
            rule = clock_rule(written, calendar=level.calendar, ladder=ladder, calendars=calendars)
        except WrittenFault:  # told elsewhere
            continue
        aim = rule.target or rule.beats
        if aim is not None:
            key = next(key for key in _LASTS if getattr(written, key))
            yield _Clock((*here, key), getattr(written, key), rule.ladder, aim, calendars[rule.calendar])
        if rule.alternative is not None:
            its = calendars[rule.alternative.calendar or rule.calendar]
            yield _Clock((*here, "alternative"), UNSHOWN, rule.ladder, rule.alternative.target, its)
