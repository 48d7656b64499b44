"""What tickets may be of where nothing is broken: what is promised of them, and how they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.config import load
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.rules import Policy

FILE = """
[[ladders.standard]]
at = "100%"
tell = ["manager"]
[policies.edu]
name = "教育"
ladder = "standard"
default_level = "3"
[[policies.edu.levels]]
id = "1"
name = "{first}"
clocks = [ {{ kind = "respond", within = "5m" }} ]
[[policies.edu.levels]]
id = "3"
name = "{third}"
clocks = [
  {{ kind = "respond", within = "30m" }}, {{ kind = "answer", within = "24h" }}, {{ kind = "resolve", within = "8h" }},
  {{ kind = "answer", id = "later", within = "2h", from = "missed:resolve" }},
]
"""


def policy(tmp_path: Path, *, first: str = "一级", third: str = "三级") -> Policy:
    file = tmp_path / "config.toml"
    file.write_text(FILE.format(first=first, third=third), encoding="utf-8")
    return load(file, {}, is_replay=True).policies["edu"]


def test_somebody_answers_as_at_the_default_level_and_nothing_else_is_promised(tmp_path: Path) -> None:
    edu = policy(tmp_path)
    assert [(each.kind, each.name) for each in edu.others] == [
        (Kind.QUESTION, "咨询"),
        (Kind.REQUEST, "需求"),
        (Kind.TRAINING, "培训"),
    ]
    for each in edu.others:
        assert [promise.kind for promise in each.promises] == [ClockKind.RESPOND, ClockKind.ANSWER]
        assert edu.level(each.id) is each
        assert each not in edu.levels


def test_they_are_called_in_the_language_of_the_levels(tmp_path: Path) -> None:
    edu = policy(tmp_path, first="Level 1", third="Level 3 · Single service")
    assert [each.name for each in edu.others] == ["question", "request", "training"]


@pytest.mark.parametrize("first", ["需求", "request"])
def test_a_level_of_the_same_name_is_the_policys_own(tmp_path: Path, first: str) -> None:
    edu = policy(tmp_path, first=first)
    assert [each.kind for each in edu.others] == [Kind.QUESTION, Kind.TRAINING]
