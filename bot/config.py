"""The configuration as one value: read from its file, checked as a whole, with secrets filled in."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.configuration.adapters import adapters_of
from bot.configuration.checks import check_settings
from bot.configuration.contradictions import check_points, check_responses
from bot.configuration.file import read_file
from bot.configuration.mistakes import ConfigurationFaults, Mistake, Mistakes
from bot.configuration.model import (
    AdapterConfig,
    BotConfig,
    Config,
    Customer,
    FaqConfig,
    Person,
    Room,
    TicketLimits,
    WebConfig,
)
from bot.configuration.plans import maintenance_of, plans_of
from bot.configuration.presets import with_presets
from bot.configuration.promises import calendars_of, ladders_of, policies_of
from bot.configuration.reading import read_table
from bot.configuration.rotas import rotas_of
from bot.configuration.secrets import Secrets
from bot.configuration.sections import (
    backups_of,
    contracts_of,
    digests_of,
    faq_of,
    monitoring_of,
    runbooks_of,
    store_url_of,
    survey_of,
    tickets_of,
    visits_of,
    web_of,
)
from bot.configuration.settings import Settings
from bot.configuration.values import parsed, zone
from bot.tickets.contract_rules import Scope
from bot.tickets.model import Party
from bot.tickets.rules import NoticeLimits, Role, RoomRules, Rules, StaffCard
from scheduler.calendar import parse_window
from scheduler.validity import Validity

__all__ = [
    "AdapterConfig",
    "BotConfig",
    "Config",
    "ConfigurationFaults",
    "Customer",
    "FaqConfig",
    "Mistake",
    "Person",
    "Room",
    "TicketLimits",
    "WebConfig",
    "for_replay",
    "load",
    "rules_of",
]

REPLAY_ADAPTER = "chat"


def load(path: Path, env: Mapping[str, str], *, is_replay: bool = False, also: str = "") -> Config:
    """Return what a file says, with secrets taken from `env` and from the files it names.

    Where conversations are replayed nobody is contacted: secrets may be missing, and adapters, accounts and addresses
    are not looked at. `also` is a preset that is wanted beside those that customers take.

    Raises:
        ConfigurationFaults: Something is wrong with the file; all mistakes are in it.
    """
    table, lines = read_file(path)
    mistakes = Mistakes(lines)
    settings = with_presets(read_table(Settings, table, (), mistakes), mistakes, also)
    secrets = Secrets(env, path.parent, are_needed=not is_replay)
    config = _assembled(path, settings, secrets, mistakes)
    adapters = tuple(adapter.name for adapter in config.adapters)
    check_settings(settings, adapters, mistakes, is_replay=is_replay)
    if mistakes:
        raise ConfigurationFaults(mistakes.in_order(), settings.bot.language)
    return config


def _assembled(path: Path, settings: Settings, secrets: Secrets, mistakes: Mistakes) -> Config:
    local = zone(settings.bot.timezone, ("bot", "timezone"), mistakes, ZoneInfo("UTC"))
    calendars = calendars_of(settings.calendars, local, mistakes)
    policies = policies_of(settings.policies, calendars, mistakes)
    ladders = ladders_of(settings.ladders, mistakes)
    check_responses(settings, mistakes)
    check_points(settings, ladders, calendars, mistakes)
    return Config(
        path=path,
        bot=BotConfig(settings.bot.name, local, settings.bot.language, settings.bot.first_ticket),
        store_url=(store_url := store_url_of(settings.store, secrets, mistakes)),
        backups=backups_of(settings.store, store_url, path.parent),
        web=web_of(settings.web, mistakes),
        faq=faq_of(settings.faq, path.parent, secrets, mistakes),
        adapters=adapters_of(settings.adapters, secrets, mistakes),
        people=_people(settings),
        customers=_customers(settings),
        rooms=_rooms(settings, mistakes),
        calendars=calendars,
        rotas=rotas_of(settings.rotas, settings.people, local, mistakes),
        policies=policies,
        ladders=ladders,
        tickets=tickets_of(settings.tickets, mistakes),
        survey=survey_of(settings.survey, tuple(settings.ladders), mistakes),
        plans=plans_of(settings, calendars, mistakes),
        maintenance=maintenance_of(settings.maintenance, mistakes),
        monitoring=monitoring_of(settings.monitoring, secrets, mistakes),
        contracts=contracts_of(settings.contracts, mistakes),
        runbooks=runbooks_of(settings.runbooks),
        visits=visits_of(settings.visits, mistakes),
        notices=NoticeLimits(settings.notices.per_room, settings.notices.per_person),
        digests=digests_of(settings.notices, mistakes),
    )


def _people(settings: Settings) -> tuple[Person, ...]:
    return tuple(
        Person(
            each.id,
            each.name,
            Role(each.role),
            each.accounts,
            each.customer or None,
            each.phone,
            each.language,
            each.skills,
            each.staff_number,
            each.photo,
        )
        for each in settings.people
    )


def _customers(settings: Settings) -> tuple[Customer, ...]:
    return tuple(
        Customer(
            each.id,
            each.name,
            each.policy,
            each.contract.from_,
            each.contract.until,
            Scope(each.contract.covers, each.contract.excludes),
        )
        for each in settings.customers
    )


def _rooms(settings: Settings, mistakes: Mistakes) -> tuple[Room, ...]:
    return tuple(
        Room(
            id=each.id,
            name=each.name,
            address=each.address,
            kind=each.kind,
            customer=each.customer or None,
            duty=each.duty,
            on_call=each.on_call,
            answer=each.answer,
            language=each.language or settings.bot.language,
            fallback=each.fallback,
            quiet=parsed(parse_window, each.quiet, ("rooms", index, "quiet"), mistakes)
            if each.quiet
            else None,
        )
        for index, each in enumerate(settings.rooms)
    )


def for_replay(config: Config) -> Config:
    """Return the same configuration with every room and person reached through the one adapter of replays."""
    rooms = {room.id: f"{REPLAY_ADAPTER}:group:{room.name}" for room in config.rooms}
    return dataclasses.replace(
        config,
        adapters=(AdapterConfig(REPLAY_ADAPTER, REPLAY_ADAPTER, {}),),
        rooms=tuple(replace(room, address=rooms[room.id]) for room in config.rooms),
        plans={each.id: replace(each, address=rooms[each.room]) for each in config.plans.values()},
        people=tuple(
            replace(person, accounts=(f"{REPLAY_ADAPTER}:{person.name}",)) for person in config.people
        ),
    )


def _cards(people: Iterable[Person]) -> dict[str, StaffCard]:
    cards = {
        each.id: StaffCard(each.staff_number, each.phone, each.photo) for each in people if each.role.is_staff
    }
    return {id_: card for id_, card in cards.items() if card != StaffCard()}


def rules_of(config: Config) -> Rules:
    """Return what decisions about tickets may look at."""
    parties = {person.id: Party(person.id, person.name) for person in config.people}
    limits = config.tickets
    return Rules(
        zone=config.bot.zone,
        policies=config.policies,
        calendars=config.calendars,
        ladders=config.ladders,
        rotas=config.rotas,
        rooms={
            room.id: RoomRules(room.id, room.name, room.duty, room.on_call, room.language, room.quiet)
            for room in config.rooms
        },
        staff={person.id: parties[person.id] for person in config.people if person.role.is_staff},
        roles={person.id: person.role for person in config.people},
        customers={customer.id: customer.name for customer in config.customers},
        phones={person.id: person.phone for person in config.people if person.phone},
        skills={each.id: each.skills for each in config.people if each.role.is_staff and each.skills},
        cards=_cards(config.people),
        belongs={person.id: person.customer for person in config.people if person.customer},
        contracts={each.id: each.contract_from for each in config.customers if each.contract_from},
        validities={each.id: Validity(each.contract_from, each.contract_until) for each in config.customers},
        scopes={each.id: each.scope for each in config.customers if each.scope.excludes},
        contract_rules=config.contracts,
        runbooks=config.runbooks,
        major_report=limits.major_report,
        visits=config.visits,
        plans=config.plans,
        maintenance=config.maintenance,
        survey=config.survey,
        notices=config.notices,
        reopen_within=limits.reopen_within,
        undo_within=limits.undo_within,
        handover_within=limits.handover_within,
        check_again_after=limits.check_again_after,
        check_calendar=limits.check_calendar,
        close_after=limits.close_after,
        grace=limits.grace,
        major_every=limits.major_every,
        major_ladder=limits.major_ladder,
        acknowledged_for=limits.acknowledged_for,
        most_per_person=limits.most_per_person,
        same_within=limits.same_within,
        urgent_words=limits.urgent_words,
        causes=limits.causes,
        unreachable=frozenset(
            person.id for person in config.people if person.role.is_staff and not person.accounts
        ),
    )
