"""`shouwen due`: when a promise is due or a plan comes back next, and why."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from bot.config import Config
from bot.terminal.command_line import Voice, config_option, explained, loaded, voice_of
from bot.tickets.errors import N_
from scheduler.accounts import account
from scheduler.explanation import explain
from scheduler.intervals import Interval
from scheduler.lengths import parse_length
from scheduler.mistaken import in_english
from scheduler.plan_explanation import explain_plan


class Unreadable(Exception):
    """A time was written that cannot be read; `template` says how to write it."""

    def __init__(self, template: str, text: str) -> None:
        super().__init__(template)
        self._template = template
        self._text = text

    def said(self, voice: Voice) -> str:
        """Return one sentence for whoever wrote it."""
        return voice.say(self._template, text=self._text)


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
    """Say when a promise is due, or a plan comes back. The first line is the instant in ISO 8601."""
    if (calendar is None or within is None) is (plan is None):
        raise click.UsageError("Give --calendar and --within, or --plan.")
    config = loaded(config_file)
    try:
        lines = (
            _plan_lines(config, plan, start)
            if plan is not None
            else _lines(config, calendar or "", start, within or "", pauses)
        )
    except Unreadable as fault:
        raise click.ClickException(fault.said(voice_of(config.bot.language))) from fault
    except ValueError as fault:
        is_chinese = config.bot.language == "zh"
        raise click.ClickException(str(fault) if is_chinese else in_english(fault)) from fault
    click.echo("\n".join(lines) if is_explained else lines[0])


def _lines(config: Config, calendar: str, start: str, within: str, pauses: Iterable[str]) -> list[str]:
    found = config.calendars.get(calendar)
    if found is None:
        voice, known = voice_of(config.bot.language), ", ".join(config.calendars)
        raise click.ClickException(
            voice.say("没有叫 {calendar} 的日历；可用：{known}", calendar=calendar, known=known)
        )
    zone = found.zone
    stops = [_pause(each, zone) for each in pauses]
    made = account(found, _moment(start, zone), parse_length(within), stops)
    return explain(made, zone, config.bot.language)


def _plan_lines(config: Config, plan: str, start: str) -> list[str]:
    found = config.plans.get(plan)
    if found is None:
        voice = voice_of(config.bot.language)
        known = ", ".join(config.plans) or voice.say("（没有）")
        raise click.ClickException(voice.say("没有叫 {plan} 的计划；可用：{known}", plan=plan, known=known))
    zone = found.recurrence.calendar.zone
    return explain_plan(found.recurrence, _moment(start, zone), config.bot.language)


def _pause(text: str, zone: ZoneInfo) -> Interval:
    begins, dots, ends = text.partition("..")
    if not dots:
        raise Unreadable(N_("暂停“{text}”看不懂，应写成 2026-03-09 10:00..2026-03-09 11:00"), text)
    return Interval(_moment(begins, zone), _moment(ends, zone))


def _moment(text: str, zone: ZoneInfo) -> datetime:
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=zone)
    except ValueError as fault:
        raise Unreadable(N_("时刻“{text}”看不懂，应写成 2026-03-06 16:30"), text) from fault
