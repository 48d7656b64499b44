"""What a policy promises, in the words its customer reads: levels with their times, hours, and what to do when it is not kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec
from msgspec.structs import replace

from bot.tickets.alerts import promise_name
from bot.tickets.clockwork import calendars_of, promised_rule
from bot.tickets.coverage import ended_on
from bot.tickets.explaining import event_name
from bot.tickets.kinds import ClockKind
from bot.tickets.model import Promise
from bot.tickets.rules import Level, Policy, Rules
from bot.tickets.speaker import WEEKDAYS, Speaker, clock_of
from scheduler.calendar import Calendar, Window
from scheduler.clock_rules import ClockRule, Every
from scheduler.history import MISSED, REPORTED
from scheduler.target_explanation import describe
from scheduler.targets import Target, Within

_MOST_LEVELS = 5  # a line each; with more, the last line names the rest
_HALF_A_YEAR = timedelta(days=182)
_SOON = timedelta(days=14)  # so far ahead days with other hours are named
_MOST_DAYS = 3
_MIDNIGHT = timedelta(days=1)
_KINDS = frozenset(ClockKind)  # what clocks are called that have no id of their own


def promised_to(customer: str, policy: Policy, speaker: Speaker, rules: Rules) -> str:
    """Return what a customer is promised by the policy in force, in eight lines at most."""
    shared = _shared(policy, rules.calendars)
    lines = [_heading(customer, policy, speaker, rules)]
    shown = policy.levels if len(policy.levels) <= _MOST_LEVELS else policy.levels[: _MOST_LEVELS - 1]
    lines += (_level(level, shared, speaker, rules) for level in shown)
    if left := policy.levels[len(shown) :]:
        names = tuple(level.name for level in left)
        lines.append(speaker.say("另有 {names}：报障时会说时限。", names=names))
    if shared is not None:
        lines.append(speaker.say("服务时间：{hours}", hours=hours_of(shared, speaker)))
    lines.append(speaker.say("报障后会说具体几点前。到点没有动静回“催单”；不满意回“投诉 内容”，直接到经理。"))
    return "\n".join(lines)


def version_of(policy: Policy, calendars: Mapping[str, Calendar]) -> str:
    """Return what changes whenever the policy promises something else: six letters and digits."""
    names = dict.fromkeys(name for level in policy.levels for name in calendars_of(level.promises))
    facts = (
        [(level.id, level.name, [_promised(each) for each in level.promises]) for level in policy.levels],
        [_facts(calendars[name]) for name in names],
    )
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:6]


def hours_of(calendar: Calendar, speaker: Speaker) -> str:
    """Return when a desk is open: its week, what holidays mean, and days of the next two weeks that are different."""
    if calendar.never_closes:
        return speaker.say("7×24")
    parts = [
        speaker.say("{days} {hours}", days=days, hours=hours) for days, hours in _week(calendar, speaker)
    ]
    if _differs(calendar, speaker):
        parts.append(speaker.say("按 {zone} 的时间", zone=calendar.zone.key))
    parts.append(
        speaker.say("法定节假日休息、调休日上班") if calendar.holidays else speaker.say("节假日照常")
    )
    until = speaker.today + _SOON
    special = sorted(day for day in calendar.special if speaker.today <= day <= until)
    parts += (_special(day, calendar, speaker) for day in special[:_MOST_DAYS])
    return speaker.say("，").join(parts)


def _differs(calendar: Calendar, speaker: Speaker) -> bool:
    """Say whether clocks show something else where a calendar is, now or in the other half of the year."""
    return any(
        at.astimezone(calendar.zone).utcoffset() != at.astimezone(speaker.zone).utcoffset()
        for at in (speaker.now, speaker.now + _HALF_A_YEAR)
    )


def _heading(customer: str, policy: Policy, speaker: Speaker, rules: Rules) -> str:
    name, version = rules.customers.get(customer, customer), version_of(policy, rules.calendars)
    ended = ended_on(customer, speaker.now, rules)
    if ended is not None:
        return speaker.say(
            "{customer} 的合同已于 {day} 到期，报障先由经理确认怎么协助。到期前的承诺（{policy}，版本 {version}）：",
            customer=name, day=ended.isoformat(), policy=policy.name, version=version,
        )  # fmt: skip
    validity = rules.validities.get(customer)
    if validity is not None and validity.last is not None:
        return speaker.say(
            "{customer} 的服务承诺（{policy}，合同到 {day}，版本 {version}）：",
            customer=name, policy=policy.name, day=validity.last.isoformat(), version=version,
        )  # fmt: skip
    return speaker.say(
        "{customer} 的服务承诺（{policy}，版本 {version}）：",
        customer=name,
        policy=policy.name,
        version=version,
    )


def _level(level: Level, shared: Calendar | None, speaker: Speaker, rules: Rules) -> str:
    own = _calendar(level, rules.calendars)
    said = tuple(_promise(each, own, speaker, rules) for each in level.promises)
    promises = speaker.say("，").join(said) or speaker.say("不设时限")
    if shared is not None or own is None:
        return speaker.say("{level}：{promises}", level=level.name, promises=promises)
    hours = hours_of(own, speaker)
    return speaker.say("{level}（{hours}）：{promises}", level=level.name, hours=hours, promises=promises)


def _promise(promise: Promise, own: Calendar | None, speaker: Speaker, rules: Rules) -> str:
    """Return one promise: `响应 5 分钟内`, and from when it counts where that is not the report."""
    rule = promised_rule(promise, rules.calendars)
    name = speaker.say(promise_name(promise.kind))
    notes = list(_notes(rule, speaker))
    calendar = rules.calendars[rule.calendar]
    if calendar != own:
        notes.append(speaker.say("服务时间 {hours}", hours=hours_of(calendar, speaker)))
    if rule.alternative is not None:
        other = _target(rule.alternative.target, speaker)
        notes.append(speaker.say("您同意的话可以改为{target}", target=other))
    text = speaker.say("{promise} {target}", promise=name, target=_due(rule, speaker))
    return text + (speaker.say("（{notes}）", notes=speaker.say("；").join(notes)) if notes else "")


def _notes(rule: ClockRule, speaker: Speaker) -> list[str]:
    start = rule.starts[0]
    awaited = dict.fromkeys(each for each in (rule.after, start) if each.startswith(MISSED))
    notes = [speaker.say("{promise}没做到时", promise=_missed(each, speaker)) for each in awaited]
    if start not in awaited and start != REPORTED and rule.target is not None:
        notes.append(speaker.say("从{event}算起", event=speaker.say(event_name(start))))
    return notes


def _missed(event: str, speaker: Speaker) -> str:
    name = event.removeprefix(MISSED)
    return speaker.say(promise_name(ClockKind(name))) if name in _KINDS else speaker.say("前一时限")


def _due(rule: ClockRule, speaker: Speaker) -> str:
    if isinstance(rule.beats, Every):
        return speaker.say("每 {length}一次", length=_length(rule.beats.length, speaker))
    if rule.beats is not None:
        return speaker.say("按固定时间")
    return _target(rule.target, speaker) if rule.target is not None else speaker.say("按约定时间")


def _target(target: Target, speaker: Speaker) -> str:
    if isinstance(target, Within):
        return speaker.say("{length}内", length=_length(target.length, speaker))
    return describe(target, speaker.zone, speaker.language)


def _length(length: timedelta, speaker: Speaker) -> str:
    """Return a length in hours and minutes: a day of working time is no day of the calendar."""
    hours, minutes = divmod(int(length.total_seconds() // 60), 60)
    parts = [speaker.say("{count} 小时", count=hours)] if hours else []
    if minutes or not hours:
        parts.append(speaker.say("{count} 分钟", count=minutes))
    return " ".join(parts)


def _calendar(level: Level, calendars: Mapping[str, Calendar]) -> Calendar | None:
    """Return the hours of a level: those its first promise is reckoned by."""
    return calendars.get(level.promises[0].calendar) if level.promises else None


def _shared(policy: Policy, calendars: Mapping[str, Calendar]) -> Calendar | None:
    """Return the hours that all levels have, where there are several levels that have the same."""
    found = [_calendar(level, calendars) for level in policy.levels if level.promises]
    return found[0] if len(found) > 1 and all(each == found[0] for each in found) else None


def _week(calendar: Calendar, speaker: Speaker) -> list[tuple[str, str]]:
    """Return the days of a week that have the same hours, each run with its hours; closed days are left out."""
    if len(set(calendar.weekly)) == 1:
        return [(speaker.say("每天"), _windows(calendar.weekly[0], speaker))]
    runs: list[tuple[int, int, tuple[Window, ...]]] = []
    for day, hours in enumerate(calendar.weekly):
        if runs and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    return [(_days(first, last, speaker), _windows(hours, speaker)) for first, last, hours in runs if hours]


def _days(first: int, last: int, speaker: Speaker) -> str:
    if first == last:
        return speaker.say(WEEKDAYS[first])
    return speaker.say(
        "{first}至{last}", first=speaker.say(WEEKDAYS[first]), last=speaker.say(WEEKDAYS[last])
    )


def _windows(windows: tuple[Window, ...], speaker: Speaker) -> str:
    return speaker.say("、").join(_window(each, speaker) for each in windows)


def _window(window: Window, speaker: Speaker) -> str:
    closes = window.closes
    if closes > _MIDNIGHT:
        return f"{clock_of(window.opens)}–" + speaker.say("次日 {time}", time=clock_of(closes - _MIDNIGHT))
    return f"{clock_of(window.opens)}–{clock_of(closes)}"


def _special(day: date, calendar: Calendar, speaker: Speaker) -> str:
    hours = calendar.special[day]
    if not hours:
        return speaker.say("{day} 休息", day=speaker.day(day))
    return speaker.say("{days} {hours}", days=speaker.day(day), hours=_windows(hours, speaker))


def _promised(promise: Promise) -> Promise:
    """Return a promise without whom it tells, which is no customer's business."""
    clock = replace(promise.clock, ladder="") if promise.clock is not None else None
    return replace(promise, ladder="", clock=clock)


def _facts(calendar: Calendar) -> tuple[object, ...]:
    special = sorted((day.isoformat(), hours) for day, hours in calendar.special.items())
    return calendar.id, calendar.zone.key, calendar.weekly, calendar.holidays, special
