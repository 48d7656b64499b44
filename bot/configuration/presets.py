"""The service policies that ship with the bot: a customer takes one with `policy = "preset:NAME"`."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec.structs import replace

from bot.configuration.file import read_file
from bot.configuration.mistakes import ConfigurationFaults, Mistakes, Wording, nearest
from bot.configuration.reading import read_table
from bot.configuration.settings import CalendarSettings, PolicySettings, RungSettings, Section, Settings

PREFIX = "preset:"
_FOLDER = Path(__file__).parents[1] / "policies"


class _Preset(Section, frozen=True, kw_only=True):
    policies: dict[str, PolicySettings]
    ladders: dict[str, tuple[RungSettings, ...]]
    calendars: dict[str, CalendarSettings] = msgspec.field(default_factory=dict)


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))


def with_presets(settings: Settings, mistakes: Mistakes, also: str = "") -> Settings:
    """Return the settings with every preset a customer takes; a calendar or ladder of the file wins over the preset's own."""
    names = preset_names()
    policies: dict[str, PolicySettings] = {}
    calendars: dict[str, CalendarSettings] = {}
    ladders: dict[str, tuple[RungSettings, ...]] = {}
    for index, customer in enumerate(settings.customers):
        if not customer.policy.startswith(PREFIX):
            continue
        name = customer.policy.removeprefix(PREFIX)
        if name not in names:
            missing = Wording(f"没有叫 {name} 的预设政策", f"there is no preset called {name}")
            mistakes.add(("customers", index, "policy"), customer.policy, nearest(name, names, missing))
            continue
        preset = _read(name)
        policies[customer.policy] = preset.policies[name]
        calendars |= preset.calendars
        ladders |= preset.ladders
    also = also.removeprefix(PREFIX) if also.startswith(PREFIX) else ""
    if also in names:
        preset = _read(also)
        policies[f"{PREFIX}{also}"] = preset.policies[also]
        calendars |= preset.calendars
        ladders |= preset.ladders
    return replace(
        settings,
        policies={**policies, **settings.policies},
        calendars={**calendars, **settings.calendars},
        ladders={**ladders, **settings.ladders},
    )


def _read(name: str) -> _Preset:
    table, lines = read_file(_FOLDER / f"{name}.toml")
    mistakes = Mistakes(lines)
    preset = read_table(_Preset, table, (), mistakes)
    if mistakes:
        raise ConfigurationFaults(mistakes.in_order(), "zh")
    return preset
