"""Who cannot be called, and why; and that a rung which nobody hears tells the next role at once."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from adapters.contract import Capabilities
from bot.config import Config, load, rules_of
from bot.rooms.reach import unreached
from bot.tickets.kinds import Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.recipients import recipients
from bot.tickets.rules import Role

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)


@pytest.fixture
def config() -> Config:
    return load(Path("config.example.toml"), {})


def _without_accounts(config: Config, *ids: str) -> Config:
    people = tuple(replace(p, accounts=()) if p.id in ids else p for p in config.people)
    return dataclasses.replace(config, people=people)


def _told(config: Config, *tell: str) -> list[str]:
    ticket = Ticket(
        number=1,
        version=1,
        kind=Kind.FAULT,
        room=config.rooms[0].id,
        requester=Party("web:wang", "王老师"),
        text="",
        opened_at=NOW,
    )
    return [party.id for party in recipients(tell, ticket, rules_of(config), NOW)]


def test_in_the_example_everybody_can_be_called(config: Config) -> None:
    assert unreached(config) == []


def test_whoever_has_no_account_is_named_with_the_reason(config: Config) -> None:
    [found] = unreached(_without_accounts(config, "chen"))
    assert (found.name.zh, "帐号" in found.why.zh, "account" in found.why.en) == ("陈经理", True, True)


def test_whoever_has_an_account_elsewhere_cannot_be_mentioned_in_the_duty_room(config: Config) -> None:
    people = tuple(replace(p, accounts=("qq:1",)) if p.id == "zhang" else p for p in config.people)
    [found] = unreached(dataclasses.replace(config, people=people))
    assert (found.name.zh, "值班群" in found.why.zh) == ("老张", True)


def test_a_room_without_duty_room_or_rota_and_a_role_that_nobody_has_are_named(config: Config) -> None:
    rooms = tuple(
        replace(room, duty="") if room.id == "yucai" else replace(room, on_call="") for room in config.rooms
    )
    people = tuple(each for each in config.people if each.role.value != "director")
    found = unreached(dataclasses.replace(config, rooms=rooms, people=people))
    assert [each.name.zh for each in found] == ["育才群", "实验群", "总监（director）"]


def test_whoever_is_told_instead_of_a_role_that_nobody_has_is_who_really_is(config: Config) -> None:
    """There is nobody above a director, and a step without a manager tells the leader."""
    missing = tuple(each for each in config.people if each.role not in (Role.MANAGER, Role.DIRECTOR))
    without = dataclasses.replace(config, people=missing)
    assert ["改叫组长（leader）" in each.why.zh for each in unreached(without)] == [True, True]
    assert _told(without, "director") == _told(without, "manager") == ["liu"]
    nobody = tuple(each for each in missing if each.role != Role.LEADER)
    found = unreached(dataclasses.replace(config, people=nobody))
    assert ["没有别的领导" in each.why.zh for each in found] == [True, True, True]


def test_a_bot_on_no_platform_hears_nobody(config: Config) -> None:
    assert "机器人" in [each.name.zh for each in unreached(dataclasses.replace(config, adapters=()))]


def test_a_platform_that_does_not_let_the_bot_speak_first_is_no_place_for_a_duty_room(config: Config) -> None:
    assert unreached(config, {"web": Capabilities()}) == []
    [found] = unreached(config, {"web": Capabilities(can_push=False)})
    assert found.name.zh == "值班群"


def test_a_rung_that_nobody_can_hear_tells_the_next_role_at_once(config: Config) -> None:
    [on_call] = _told(config, "on_call")
    assert _told(_without_accounts(config, on_call), "on_call") == [on_call, "liu"]
    assert _told(_without_accounts(config, on_call, "liu"), "on_call") == [on_call, "chen"]
    assert _told(_without_accounts(config, on_call), "on_call", "manager") == [on_call, "chen"]


def test_whoever_is_never_called_need_not_be_reachable(config: Config) -> None:
    nobody = replace(config.people[0], id="guest", name="王老师", role=Role.CONTACT, accounts=())
    assert unreached(dataclasses.replace(config, people=(*config.people, nobody))) == []
