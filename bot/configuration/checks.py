"""What has to fit together in a configuration: names that refer to each other, and things there may be only one of."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from bot.configuration.ledgers import check_ledgers
from bot.configuration.lines import Place
from bot.configuration.mistakes import ABSENT, Mistakes, Wording
from bot.configuration.names import CALENDAR, CUSTOMER, LADDER, PERSON, TAKEN
from bot.configuration.promises import ALWAYS
from bot.configuration.sections import WEB_ADDRESS, WEB_ADDRESS_FORM
from bot.configuration.settings import PersonSettings, PolicySettings, RoomSettings, Settings
from bot.configuration.values import refer
from bot.tickets.planned_rules import LADDERS
from bot.tickets.rules import Role

CONTRACT_TELL = ("leader", "manager", "director")
TELL_WORDS = ("owner", "on_call", "commander", "leader", "manager", "director")

_TELL = Wording("通知对象", "role or person")
_POLICY = Wording("服务政策", "policy")
_ROTA = Wording("值班表", "rota")
_DUTY = Wording('值班群（kind = "duty" 的群的 id）', 'duty room (kind = "duty")')
_FALLBACK = Wording("另一个值班群的 id（只有值班群能写）", "another duty room (and only duty rooms have one)")
_LEVEL = Wording("级别", "level")
_ADAPTER = Wording("适配器", "adapter")


_ACCOUNT_FORM = Wording('应为 适配器:帐号，如 "qq:10001"', 'expected ADAPTER:USER such as "qq:10001"')
_ADDRESS_FORM = Wording(
    '应为 适配器:group:群号 或 适配器:private:号码，如 "qq:group:123456"',
    'expected ADAPTER:group:ID or ADAPTER:private:ID such as "qq:group:123456"',
)
_ID_FORM = Wording("应为不含空格和冒号的短名", "expected a short word without spaces and colons")
_NAME_FORM = Wording("应为名字，不能是空的", "expected a name")
_SAME_NAME = Wording(
    "这个名字前面已经用过，应各不相同，如 王老师(二小)",
    "this name is taken already, each must be different, such as Wang (east)",
)
_ONE_CLOCK = Wording(
    "每个级别的每种时限只写一次，要写几个时各写一个 id",
    "expected each kind of clock only once in a level, or an id for each",
)
_CONTRACT_ENDS = Wording("应不早于 from", "expected a day not before from")
_CUSTOMER_NEEDED = Wording("客户群应写明是哪个客户（customers 的 id）", "expected the id of a customer")
_SOMEBODY = Wording("应至少写一个", "expected at least one")
_A_RUNG = Wording("应至少有一级阶梯", "expected at least one step")
_A_LEVEL = Wording("应至少有一个级别", "expected at least one level")


class Identified(Protocol):
    """Something that the file calls by an id."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...


class Named(Identified, Protocol):
    """Something that has a name in chat as well."""

    @property
    def name(self) -> str:
        """Return what people call it."""
        ...


def check_settings(
    settings: Settings, adapters: Collection[str], mistakes: Mistakes, *, is_replay: bool
) -> None:
    """Note everything that does not fit together; where conversations are replayed, addresses do not matter."""
    _check_thresholds(settings, mistakes)
    _check_people(settings, mistakes)
    _check_managers(settings, mistakes)
    _check_customers(settings, mistakes)
    _check_rooms(settings, mistakes)
    _check_rotas(settings, mistakes)
    _check_ladders(settings, mistakes)
    for name, policy in settings.policies.items():
        _check_policy(policy, ("policies", name), settings, mistakes)
    _check_defaults(settings, mistakes)
    _check_runbooks(settings, mistakes)
    if not is_replay:
        _check_accounts(settings.people, adapters, mistakes)
        _check_addresses(settings.rooms, adapters, mistakes)


def _check_thresholds(settings: Settings, mistakes: Mistakes) -> None:
    faq = settings.faq
    if faq.suggest_at >= faq.answer_at and not mistakes.is_within(("faq",)):
        expected = Wording(
            f"应小于 answer_at（{faq.answer_at}）", f"expected less than answer_at ({faq.answer_at})"
        )
        mistakes.add(("faq", "suggest_at"), faq.suggest_at, expected)


def _check_managers(settings: Settings, mistakes: Mistakes) -> None:
    staff = _staff(settings.people, mistakes)
    for index, person in enumerate(settings.faq.managers):
        refer(person, staff, PERSON, ("faq", "managers", index), mistakes)


def _check_people(settings: Settings, mistakes: Mistakes) -> None:
    _check_ids("people", settings.people, mistakes)
    _check_names("people", settings.people, mistakes)
    customers = _ids(settings.customers)
    for index, person in enumerate(settings.people):
        place: Place = ("people", index)
        if person.id in TELL_WORDS:
            expected = Wording(
                f"{person.id} 是升级阶梯里的角色，请换一个 id",
                f"{person.id} is a word of ladders, choose another id",
            )
            mistakes.add((*place, "id"), person.id, expected)
        if person.customer:
            refer(person.customer, customers, CUSTOMER, (*place, "customer"), mistakes)
        if person.photo and not WEB_ADDRESS.fullmatch(person.photo):
            mistakes.add((*place, "photo"), person.photo, WEB_ADDRESS_FORM)
        for number, leave in enumerate(person.leave):
            if leave.until < leave.from_:
                mistakes.add((*place, "leave", number, "until"), leave.until, _CONTRACT_ENDS)


def _check_accounts(people: Sequence[PersonSettings], adapters: Collection[str], mistakes: Mistakes) -> None:
    owners: dict[str, str] = {}
    for index, person in enumerate(people):
        for number, account in enumerate(person.accounts):
            place = ("people", index, "accounts", number)
            adapter, colon, user = account.partition(":")
            if not colon or not user:
                _add_unless_noted(place, account, _ACCOUNT_FORM, mistakes)
                continue
            refer(adapter, adapters, _ADAPTER, place, mistakes, found=account)
            if account in owners:
                owner = owners[account]
                expected = Wording(
                    f"这个帐号已经是 {owner} 的，一个帐号只属于一个人",
                    f"this account already belongs to {owner}",
                )
                mistakes.add(place, account, expected)
            owners.setdefault(account, person.name)


def _check_customers(settings: Settings, mistakes: Mistakes) -> None:
    _check_ids("customers", settings.customers, mistakes)
    for index, customer in enumerate(settings.customers):
        place: Place = ("customers", index)
        here = (*place, "policy")
        refer(customer.policy, settings.policies, _POLICY, here, mistakes)
        contract = customer.contract
        if contract.from_ and contract.until and contract.until < contract.from_:
            mistakes.add((*place, "contract", "until"), contract.until, _CONTRACT_ENDS)


def _check_rooms(settings: Settings, mistakes: Mistakes) -> None:
    _check_ids("rooms", settings.rooms, mistakes)
    _check_names("rooms", settings.rooms, mistakes)
    customers = _ids(settings.customers)
    # A kind that is not said rightly is told already.
    duty_rooms = {
        room.id
        for index, room in enumerate(settings.rooms)
        if room.kind == "duty" or mistakes.is_at(("rooms", index, "kind"))
    }
    for index, room in enumerate(settings.rooms):
        place: Place = ("rooms", index)
        if room.customer:
            refer(room.customer, customers, CUSTOMER, (*place, "customer"), mistakes)
        elif room.kind == "customer" and not mistakes.is_at((*place, "kind")):
            _add_unless_noted((*place, "customer"), ABSENT, _CUSTOMER_NEEDED, mistakes)
        if room.duty:
            refer(room.duty, duty_rooms, _DUTY, (*place, "duty"), mistakes)
        if room.fallback:
            others = duty_rooms - {room.id} if room.kind == "duty" else frozenset[str]()
            refer(room.fallback, others, _FALLBACK, (*place, "fallback"), mistakes)
        if room.on_call:
            refer(room.on_call, settings.rotas, _ROTA, (*place, "on_call"), mistakes)


def _check_addresses(rooms: Sequence[RoomSettings], adapters: Collection[str], mistakes: Mistakes) -> None:
    owners: dict[str, str] = {}
    for index, room in enumerate(rooms):
        place = ("rooms", index, "address")
        adapter, _, rest = room.address.partition(":")
        kind, _, platform_id = rest.partition(":")
        if not adapter or kind not in ("group", "private") or not platform_id:
            found = room.address or ABSENT
            _add_unless_noted(place, found, _ADDRESS_FORM, mistakes)
            continue
        refer(adapter, adapters, _ADAPTER, place, mistakes, found=room.address)
        if room.address in owners:
            owner = owners[room.address]
            expected = Wording(f"这个地址已经是 {owner} 的", f"this address already belongs to {owner}")
            mistakes.add(place, room.address, expected)
        owners.setdefault(room.address, room.name)


def _check_rotas(settings: Settings, mistakes: Mistakes) -> None:
    staff = _staff(settings.people, mistakes)
    for name, rota in settings.rotas.items():
        place: Place = ("rotas", name)
        if not rota.members:
            _add_unless_noted((*place, "members"), [], _SOMEBODY, mistakes)
        _check_staff(rota.members, staff, (*place, "members"), mistakes)
        _check_staff(rota.backup, staff, (*place, "backup"), mistakes)
        for index, override in enumerate(rota.overrides):
            _check_staff(override.members, staff, (*place, "overrides", index, "members"), mistakes)


def _check_staff(members: Iterable[str], staff: Collection[str], place: Place, mistakes: Mistakes) -> None:
    for index, member in enumerate(members):
        refer(member, staff, PERSON, (*place, index), mistakes)


def _check_ladders(settings: Settings, mistakes: Mistakes) -> None:
    known = {*TELL_WORDS, *_staff(settings.people, mistakes)}
    for name, rungs in settings.ladders.items():
        if not rungs:
            _add_unless_noted(("ladders", name), [], _A_RUNG, mistakes)
        for index, rung in enumerate(rungs):
            place = ("ladders", name, index, "tell")
            if not rung.tell:
                _add_unless_noted(place, [], _SOMEBODY, mistakes)
            for number, word in enumerate(rung.tell):
                refer(word, known, _TELL, (*place, number), mistakes)


def _check_policy(policy: PolicySettings, place: Place, settings: Settings, mistakes: Mistakes) -> None:
    calendars = _calendars(settings)
    refer(policy.ladder, settings.ladders, LADDER, (*place, "ladder"), mistakes)
    if not policy.levels:
        _add_unless_noted((*place, "levels"), [], _A_LEVEL, mistakes)
    if policy.default_level:
        refer(policy.default_level, _ids(policy.levels), _LEVEL, (*place, "default_level"), mistakes)
    for index, level in enumerate(policy.levels):
        here = (*place, "levels", index)
        refer(level.calendar, calendars, CALENDAR, (*here, "calendar"), mistakes)
        for number, clock in enumerate(level.clocks):
            there = (*here, "clocks", number)
            if clock.calendar:
                refer(clock.calendar, calendars, CALENDAR, (*there, "calendar"), mistakes)
            if clock.ladder:
                refer(clock.ladder, settings.ladders, LADDER, (*there, "ladder"), mistakes)
        ids = [clock.id or clock.kind for clock in level.clocks]
        _check_unique(ids, here, ("clocks", "kind"), _ONE_CLOCK, mistakes)
    _check_unique([level.id for level in policy.levels], place, ("levels", "id"), TAKEN, mistakes)
    check_ledgers(policy, place, mistakes)


def _check_defaults(settings: Settings, mistakes: Mistakes) -> None:
    calendars = _calendars(settings)
    refer(settings.tickets.check_calendar, calendars, CALENDAR, ("tickets", "check_calendar"), mistakes)
    refer(settings.survey.callback_calendar, calendars, CALENDAR, ("survey", "callback_calendar"), mistakes)
    for key, name in (
        ("ladder", settings.maintenance.ladder),
        ("rollback_ladder", settings.maintenance.rollback_ladder),
    ):
        refer(name, {*LADDERS, *settings.ladders}, LADDER, ("maintenance", key), mistakes)
    refer(settings.visits.calendar, calendars, CALENDAR, ("visits", "calendar"), mistakes)
    refer(settings.contracts.calendar, calendars, CALENDAR, ("contracts", "calendar"), mistakes)
    told = {*CONTRACT_TELL, *_staff(settings.people, mistakes)}
    for index, word in enumerate(settings.contracts.tell):
        refer(word, told, _TELL, ("contracts", "tell", index), mistakes)
    if settings.tickets.major_ladder:
        refer(settings.tickets.major_ladder, settings.ladders, LADDER, ("tickets", "major_ladder"), mistakes)
    if settings.survey.callback_ladder:
        place = ("survey", "callback_ladder")
        refer(settings.survey.callback_ladder, settings.ladders, LADDER, place, mistakes)


def _check_runbooks(settings: Settings, mistakes: Mistakes) -> None:
    _check_ids("runbooks", settings.runbooks, mistakes)
    customers = _ids(settings.customers)
    for index, runbook in enumerate(settings.runbooks):
        if not runbook.steps:
            _add_unless_noted(("runbooks", index, "steps"), [], _SOMEBODY, mistakes)
        for number, customer in enumerate(runbook.customers):
            refer(customer, customers, CUSTOMER, ("runbooks", index, "customers", number), mistakes)


def _check_ids(section: str, items: Sequence[Named], mistakes: Mistakes) -> None:
    for index, item in enumerate(items):
        # An account is told from an id by its colon, and spaces part the words of a command.
        if not item.id or ":" in item.id or any(character.isspace() for character in item.id):
            _add_unless_noted((section, index, "id"), item.id, _ID_FORM, mistakes)
    _check_unique([item.id for item in items], (), (section, "id"), TAKEN, mistakes)


def _check_names(section: str, items: Sequence[Named], mistakes: Mistakes) -> None:
    """Names are how people are called and how conversations are written down, so each means one."""
    for index, item in enumerate(items):
        if not item.name.strip():
            _add_unless_noted((section, index, "name"), item.name, _NAME_FORM, mistakes)
    _check_unique([item.name for item in items], (), (section, "name"), _SAME_NAME, mistakes)


def _check_unique(
    words: Sequence[str], place: Place, keys: tuple[str, str], expected: Wording, mistakes: Mistakes
) -> None:
    """Note every word of a list of tables that an earlier table of it has already."""
    section, key = keys
    seen: set[str] = set()
    for index, word in enumerate(words):
        if word in seen:
            _add_unless_noted((*place, section, index, key), word, expected, mistakes)
        seen.add(word)


def _add_unless_noted(place: Place, found: object, expected: Wording, mistakes: Mistakes) -> None:
    if not mistakes.is_at(place):
        mistakes.add(place, found, expected)


def _ids(items: Iterable[Identified]) -> tuple[str, ...]:
    return tuple(item.id for item in items)


def _staff(people: Iterable[PersonSettings], mistakes: Mistakes) -> tuple[str, ...]:
    """Return the ids of staff, and of those whose role is not said rightly, which is told already."""
    return tuple(
        person.id
        for index, person in enumerate(people)
        if Role(person.role).is_staff or mistakes.is_at(("people", index, "role"))
    )


def _calendars(settings: Settings) -> tuple[str, ...]:
    return (ALWAYS, *settings.calendars)
