"""What a policy must not leave out or contradict: a first response on every level, and points of ladders inside their clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import timedelta

import msgspec

from bot.config_lines import Place
from bot.config_mistakes import Mistakes, Wording, key_of
from bot.config_presets import PREFIX
from bot.config_promises import ALWAYS
from bot.settings import LevelSettings, PolicySettings, Settings
from scheduler.escalation import Ladder, outside_the_clock
from scheduler.lengths import parse_length
from scheduler.targets import Within

_RESPOND = "respond"
_NO_RESPONSE = Wording(
    '没有首次响应（kind = "respond"）；确实不承诺就在这一级写 first_response = "none"',
    'there is no first response (kind = "respond"); where none is promised write first_response = "none" on this level',
)
_BOTH = Wording(
    'first_response = "none" 与首次响应的时限只能写一个', 'expected no clock of kind "respond" beside it'
)


class _Clock(msgspec.Struct, frozen=True):
    """A length of time that a ladder is climbed in, and where it is written."""

    place: Place
    written: str
    ladder: str
    is_round_the_clock: bool
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


def check_points(settings: Settings, ladders: Mapping[str, Ladder], mistakes: Mistakes) -> None:
    """Note every step of a ladder that lies before the start of a clock it belongs to."""
    for clock in _clocks(settings):
        ladder, length = ladders.get(clock.ladder), _length(clock.written)
        if ladder is None or length is None:  # both are told elsewhere
            continue
        target = Within(length)
        for rung in outside_the_clock(ladder, target, is_round_the_clock=clock.is_round_the_clock):
            _note(clock, ("ladders", ladder.id, rung, "at"), settings, mistakes)


def _note(clock: _Clock, point: Place, settings: Settings, mistakes: Mistakes) -> None:
    """Tell it at the clock, which can be given another ladder; at the step where a preset has the clock."""
    if clock.is_in_the_file:
        at = key_of(point)
        wording = Wording(
            f"{at} 在它开始之前；给这个时限单独写 ladder，或那一级改写百分比",
            f"{at} lies before its start; give this clock a ladder of its own, or write that step as a share",
        )
        mistakes.add(clock.place, clock.written, wording)
        return
    _, _, index, _ = point
    written = settings.ladders[clock.ladder][int(index)].at
    its = f"{key_of(clock.place)} = {clock.written}"
    wording = Wording(
        f"在 {its} 开始之前；改写百分比", f"lies before the start of {its}; write it as a share"
    )
    mistakes.add(point, written, wording)


def _clocks(settings: Settings) -> Iterator[_Clock]:
    for name, policy in settings.policies.items():
        for index, level in enumerate(policy.levels):
            yield from _clocks_of(
                level, policy, ("policies", name, "levels", index), is_in_the_file=not name.startswith(PREFIX)
            )
    survey = settings.survey
    ladder = survey.callback_ladder or next(iter(settings.ladders), "")
    yield _Clock(
        ("survey", "callback_within"), survey.callback_within, ladder, survey.callback_calendar == ALWAYS
    )


def _clocks_of(
    level: LevelSettings, policy: PolicySettings, place: Place, *, is_in_the_file: bool
) -> Iterator[_Clock]:
    for index, clock in enumerate(level.clocks):
        key = "within" if clock.within else "every"
        yield _Clock(
            (*place, "clocks", index, key),
            clock.within or clock.every,
            clock.ladder or policy.ladder,
            (clock.calendar or level.calendar) == ALWAYS,
            is_in_the_file,
        )


def _length(text: str) -> timedelta | None:
    with suppress(ValueError):
        return parse_length(text) if text else None
    return None
