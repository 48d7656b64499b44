"""`shouwen due`: when a promise is due or a plan comes back next, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.command_line import config_option, explained, loaded, voice_of
from bot.config import Config
from scheduler.accounts import account
from scheduler.explanation import explain
from scheduler.intervals import Interval
from scheduler.lengths import parse_length
from scheduler.plan_explanation import explain_plan


@click.command()
@config_option
@click.option("--calendar", help="Id of a calendar of the configuration, or `always`.")
@click.option("--start", required=True, help='Local time, "2026-03-06 16:30".')
@click.option("--within", help="Budget of working time: 30m, 2h, 1h30m, 3d.")
@click.option(
    "--pause", "pauses", multiple=True, help='"2026-03-09 10:00..2026-03-09 11:00"; may be repeated.'
)
@click.option("--plan", help="Id of one of [[plans]], instead of calendar and budget: when it comes back.")
@click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="Show the working windows that were used; the next times of a plan.",
)
@explained
def due(
    config_file: Path | None,
    calendar: str | None,
    start: str,
    within: str | None,
    pauses: tuple[str, ...],
    plan: str | None,
    is_explained: bool,
) -> None:
    """Say when a promise is due, or a plan comes back; the first line is the instant in ISO 8601."""
    if (calendar is None or within is None) is (plan is None):
        raise click.UsageError("Give --calendar and --within, or --plan.")
    config = loaded(config_file)
    try:
        lines = (
            _plan_lines(config, plan, start)
            if plan is not None
            else _lines(config, calendar or "", start, within or "", pauses)
        )
    except (ValueError, TypeError) as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo("\n".join(lines) if is_explained else lines[0])


def _lines(config: Config, calendar: str, start: str, within: str, pauses: Iterable[str]) -> list[str]:
    found = config.calendars.get(calendar)
    if found is None:
        voice, known = voice_of(config.bot.language), ", ".join(config.calendars)
        raise click.ClickException(
            voice.say("没有叫 {calendar} 的日历；可用：{known}", calendar=calendar, known=known)
        )
    zone = found.zone
    stops = [Interval(*_moments(pause, zone)) for pause in pauses]
    made = account(found, _moment(start, zone), parse_length(within), stops)
    return explain(made, zone, config.bot.language)


def _plan_lines(config: Config, plan: str, start: str) -> list[str]:
    found = config.plans.get(plan)
    if found is None:
        voice, known = voice_of(config.bot.language), ", ".join(config.plans)
        raise click.ClickException(voice.say("没有叫 {plan} 的计划；可用：{known}", plan=plan, known=known))
    zone = found.recurrence.calendar.zone
    return explain_plan(found.recurrence, _moment(start, zone), config.bot.language)


def _moments(pause: str, zone: ZoneInfo) -> Iterator[datetime]:
    return (_moment(end.strip(), zone) for end in pause.split("..", 1))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)
