"""The policies that ship with the bot are taken by name, and tickets under each can be opened, explained and closed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import load, rules_of
from bot.configuration.mistakes import ConfigurationFaults
from bot.configuration.presets import preset_names
from bot.conversation.answers import explained
from bot.tickets import steps as s
from bot.tickets.evolve import born
from bot.tickets.kinds import Kind
from bot.tickets.lifecycle import next_deadline, opening
from bot.tickets.model import Party
from bot.tickets.speaker import Speaker

AT = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
FILE = """
[[customers]]
id = "c"
name = "客户"
policy = "preset:NAME"
"""


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_twenty_two_rows_are_there() -> None:
    assert len(preset_names()) == 22


@pytest.mark.parametrize("name", preset_names())
def test_each_preset_opens_tickets_and_explains_their_deadlines(tmp_path: Path, name: str) -> None:
    rules = rules_of(load(_written(tmp_path, FILE.replace("NAME", name)), {}))
    wang = Party("web:1", "王老师")
    step = s.Open(
        number=1, kind=Kind.FAULT, room="r", customer="c", requester=wang, account="web:1", address="web:group:1",
        text="坏了", policy=f"preset:{name}",
    )  # fmt: skip
    ticket = born(opening(step, rules), AT)
    assert next_deadline(ticket, rules) is not None
    text = explained(ticket, Speaker(lambda text: text, rules.zone, AT), rules, "zh")
    level = rules.policies[f"preset:{name}"].levels[0]
    assert len([line for line in text.splitlines() if not line.startswith(" ")]) == 1 + len(
        level.promises
    ) + len(level.readings)


def test_what_the_file_says_wins_over_the_preset(tmp_path: Path) -> None:
    own = FILE.replace("NAME", "fa-urgent") + '[calendars.fa-urgent]\nweekly = { daily = ["08:00-12:00"] }\n'
    config = load(_written(tmp_path, own), {})
    assert {len(day) for day in config.calendars["fa-urgent"].weekly} == {1}
    assert config.calendars["fa-urgent"].weekly[0][0].closes.total_seconds() == 12 * 3600


def test_an_unknown_preset_is_a_mistake_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults, match="fa-urgent"):
        load(_written(tmp_path, FILE.replace("NAME", "fa-urgnt")), {})
