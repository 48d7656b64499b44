"""Who cannot be called, and why: people without an account, roles nobody has, rooms from which nobody is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from adapters.contract import Capabilities
from bot.configuration.mistakes import Wording
from bot.configuration.model import Config, Person, Room
from bot.tickets.rules import Role

_ROLES = {
    "leader": (Role.LEADER, Wording("组长（leader）", "leader")),
    "manager": (Role.MANAGER, Wording("经理（manager）", "manager")),
    "director": (Role.DIRECTOR, Wording("总监（director）", "director")),
}
_NOBODY = Wording(
    "升级阶梯要通知，但没有这样的人，也没有别的领导可以改叫",
    "ladders tell one, and there is none, nor anybody else in charge",
)
_THE_BOT = Wording("机器人", "the bot")
_NO_PLATFORM = Wording(
    "没有写 [[adapters]]：听不到任何人说话，也说不出话",
    "has no [[adapters]]: it hears nobody and can say nothing",
)


class Unreached(msgspec.Struct, frozen=True):
    """Somebody or something that a promise counts on in vain: its name, and why in both languages."""

    name: Wording
    why: Wording


def unreached(config: Config, adapters: Mapping[str, Capabilities] | None = None) -> list[Unreached]:
    """Return everybody who cannot be called; with the powers of the adapters also rooms where the bot may not speak first."""
    duty = _duty_rooms(config)
    return [
        *([] if config.adapters else [Unreached(_THE_BOT, _NO_PLATFORM)]),
        *_rooms(config),
        *_roles(config),
        *(found for person in _counted_on(config) if (found := _person(person, duty)) is not None),
        *(_silent(room, adapters or {}) for room in duty if _is_silent(room, adapters or {})),
    ]


def _duty_rooms(config: Config) -> list[Room]:
    """Return the rooms in which people are called."""
    used = {room.duty for room in config.rooms if room.kind == "customer"}
    return [room for room in config.rooms if room.id in used]


def _rooms(config: Config) -> Iterator[Unreached]:
    for room in config.rooms:
        if room.kind != "customer":
            continue
        if not room.duty:
            why = Wording(
                "没有写 duty（值班群），这个群的提醒没处说",
                "has no duty room, so nobody hears of its tickets",
            )
            yield Unreached(_same(room.name), why)
        elif not room.on_call:
            why = Wording(
                "没有写 on_call（值班表），没人接的单直接叫组长",
                "has no rota; unclaimed tickets call the leader",
            )
            yield Unreached(_same(room.name), why)


def _roles(config: Config) -> Iterator[Unreached]:
    told = {word for ladder in config.ladders.values() for rung in ladder.rungs for word in rung.tell}
    has = {person.role for person in config.people}
    instead = next((called for role, called in _ROLES.values() if role in has), None)
    for word, (role, called) in _ROLES.items():
        if word in told and role not in has:
            why = (
                _NOBODY
                if instead is None
                else Wording(
                    f"升级阶梯要通知，但没有这样的人；那一级没有别人时改叫{instead.zh}",
                    f"ladders tell one, and there is none; a step without anybody else tells the {instead.en}",
                )
            )
            yield Unreached(called, why)


def _counted_on(config: Config) -> list[Person]:
    """Return the people whom rotas, ladders and roles may call."""
    on_rota = {each for rota in config.rotas.values() for each in (*rota.members, *rota.backup)}
    on_rota |= {each for rota in config.rotas.values() for swap in rota.overrides for each in swap.members}
    told = {word for ladder in config.ladders.values() for rung in ladder.rungs for word in rung.tell}
    return [
        person
        for person in config.people
        if person.id in on_rota
        or person.id in told
        or (person.role.value in told and person.role.value in _ROLES)
    ]


def _person(person: Person, duty: list[Room]) -> Unreached | None:
    if not person.accounts:
        return Unreached(
            _same(person.name),
            Wording("没有写帐号（accounts），叫不到", "has no account and cannot be called"),
        )
    on = {account.partition(":")[0] for account in person.accounts}
    missing = [room.name for room in duty if room.address.partition(":")[0] not in on]
    if duty and len(missing) == len(duty):
        rooms = "、".join(missing)
        why = Wording(
            f"在 {rooms} 的平台上没有帐号，群里 @ 不到",
            f"has no account on the platform of {', '.join(missing)}",
        )
        return Unreached(_same(person.name), why)
    return None


def _is_silent(room: Room, adapters: Mapping[str, Capabilities]) -> bool:
    powers = adapters.get(room.address.partition(":")[0])
    return powers is not None and not powers.can_push


def _silent(room: Room, adapters: Mapping[str, Capabilities]) -> Unreached:  # noqa: ARG001 - as its condition
    why = Wording(
        "所在平台不让机器人先说话，提醒会等到有人说话；值班群请放在能主动发言的平台",
        "its platform does not let the bot speak first; a duty room belongs on one that does",
    )
    return Unreached(_same(room.name), why)


def _same(name: str) -> Wording:
    return Wording(name, name)
