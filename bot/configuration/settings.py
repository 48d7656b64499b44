"""The keys of a configuration file as they are written, with their defaults."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from scheduler.plans import Moves
from scheduler.validity import NOTICE_DAYS
from scheduler.written_clocks import WrittenClock
from scheduler.written_ledgers import WrittenCallback, WrittenQuota, WrittenRatio, WrittenWindow

_BOT_NAME = {"zh": "应为带引号的名字，不能是空的", "en": "expected a quoted name"}
_HIGHEST_TICKET = 999_999_999  # people type it
# In the zone of the rota: whoever says nothing hands over on Mondays in the morning.
_A_MONDAY = datetime(2024, 1, 1, 8)  # noqa: DTZ001


def _text(zh: str, en: str) -> Meta:
    """Say what a text should look like; the readers of these structs show it when the text is missing."""
    return Meta(extra={"zh": zh, "en": en})


Length = Annotated[
    str, _text('应为时长，如 "5m"、"1h30m"、"2d"', 'expected a length such as "5m", "1h30m" or "2d"')
]
Hours = Annotated[str, _text('应为时段，如 "09:00-17:30"', 'expected hours such as "09:00-17:30"')]
ClockTime = Annotated[str, _text('应为几点几分，如 "18:00"', 'expected a time of day such as "18:00"')]
Instant = Annotated[str, _text('应为 "50%"、"-15m" 或 "+30m"', 'expected "50%", "-15m" or "+30m"')]
Share = Annotated[float, Meta(ge=0, le=1)]
Score = Annotated[int, Meta(ge=0, le=5)]
Language = Literal["zh", "en"]
StageName = Literal["chat", "phone", "remote", "onsite", "repair"]
RoleName = Literal["contact", "engineer", "leader", "manager", "director", "knowledge", "admin"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the file."""


class BotSettings(Section, frozen=True, kw_only=True):
    """`[bot]`: who the bot is."""

    name: Annotated[str, Meta(min_length=1, extra=_BOT_NAME)] = "小首"
    timezone: str = "Asia/Shanghai"
    language: Language = "zh"
    first_ticket: Annotated[int, Meta(ge=1, le=_HIGHEST_TICKET)] = 1001


class StoreSettings(Section, frozen=True, kw_only=True):
    """`[store]`: where everything is kept."""

    url: str = "sqlite:data/shouwen.db"
    backups: str = ""
    shards: int | None = None
    wait_replicas: int = 0
    pack_after_days: int = 30
    volatile: bool = False


class WebSettings(Section, frozen=True, kw_only=True):
    """`[web]`: the dashboard, callbacks of platforms, the simulator."""

    listen: str = "127.0.0.1:8080"
    public_url: str = ""
    time_travel: bool = False


class EmbeddingsSettings(Section, frozen=True, kw_only=True):
    """`[faq] embeddings`: where the meaning of sentences is worked out instead of here."""

    url: str
    model: str
    key: str = ""
    within: Length = "2s"
    batch_within: Length = "30s"


class FaqSettings(Section, frozen=True, kw_only=True):
    """`[faq]`: what is known, and how sure the bot must be."""

    files: tuple[str, ...] = ()
    answer_at: Share = 0.90
    suggest_at: Share = 0.40
    ask_itself: bool = True
    managers: tuple[str, ...] = ()
    checks: str = ""
    semantic: bool = True
    index_folder: str = ""
    embeddings: EmbeddingsSettings | None = None


class LeaveSettings(Section, frozen=True, kw_only=True):
    """Days on which somebody is away, both included."""

    from_: date = field(name="from")
    until: date


class PersonSettings(Section, frozen=True, kw_only=True):
    """One of `[[people]]`."""

    id: str
    name: str
    role: RoleName
    accounts: tuple[str, ...] = ()
    customer: str = ""
    phone: str = ""
    staff_number: str = ""
    photo: str = ""
    skills: tuple[str, ...] = ()
    language: Literal["", "zh", "en"] = ""
    leave: tuple[LeaveSettings, ...] = ()


class ContractSettings(Section, frozen=True, kw_only=True):
    """How long a contract runs, both days included, and what it is about."""

    from_: date | None = field(default=None, name="from")
    until: date | None = None
    covers: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


class CustomerSettings(Section, frozen=True, kw_only=True):
    """One of `[[customers]]`."""

    id: str
    name: str
    policy: str
    contract: ContractSettings = ContractSettings()


class RoomSettings(Section, frozen=True, kw_only=True):
    """One of `[[rooms]]`."""

    id: str
    name: str
    address: str = ""  # needed, except where conversations are replayed
    kind: Literal["customer", "duty"]
    customer: str = ""
    duty: str = ""
    on_call: str = ""
    answer: Literal["auto", "mentioned", "off"] = "auto"
    language: Literal["", "zh", "en"] = ""
    quiet: Hours = ""
    fallback: str = ""  # id of another duty room


class CalendarSettings(Section, frozen=True, kw_only=True):
    """One of `[calendars.ID]`: when work is done."""

    weekly: dict[str, tuple[Hours, ...]] = {}
    holidays: str = ""
    special: dict[str, tuple[Hours, ...]] = {}
    timezone: str = ""


class OverrideSettings(Section, frozen=True, kw_only=True):
    """A stretch of time in which others are on call."""

    from_: datetime = field(name="from")
    until: datetime
    members: tuple[str, ...]


class RotaSettings(Section, frozen=True, kw_only=True):
    """One of `[rotas.ID]`: who is on call."""

    members: tuple[str, ...]
    shift: Length = "7d"
    starts: datetime = _A_MONDAY
    timezone: str = ""
    overrides: tuple[OverrideSettings, ...] = ()
    backup: tuple[str, ...] = ()
    name: str = ""
    take_over_within: Length = ""
    warn_ahead: Length = "24h"


class LevelSettings(Section, frozen=True, kw_only=True):
    """One of `[[policies.ID.levels]]`."""

    id: str
    name: str
    urgent: bool | None = None
    keywords: tuple[str, ...] = ()
    calendar: str = "always"
    clocks: tuple[WrittenClock, ...] = ()
    readings: tuple[str, ...] = ()
    stages: tuple[StageName, ...] = ()
    first_response: Literal["", "none"] = ""
    consult: bool = False
    free_after_contract: tuple[str, ...] = ()


class PolicySettings(Section, frozen=True, kw_only=True):
    """One of `[policies.ID]`: what a contract promises."""

    name: str
    ladder: str
    levels: tuple[LevelSettings, ...]
    first_response: Literal["message", "claim"] = "message"
    default_level: str = ""
    work_window: WrittenWindow | None = None
    ratios: tuple[WrittenRatio, ...] = ()
    quotas: tuple[WrittenQuota, ...] = ()
    callback: WrittenCallback | None = None


class RungSettings(Section, frozen=True, kw_only=True):
    """One of `[[ladders.ID]]`."""

    at: Instant
    tell: tuple[str, ...]
    repeat: Length = ""
    rarest: Length = ""
    waking: Hours = ""


class TicketsSettings(Section, frozen=True, kw_only=True):
    """`[tickets]`: how long people have for what."""

    reopen_within: Length = "7d"
    undo_within: Length = "5m"
    handover_within: Length = "15m"
    check_again_after: Length = "4h"
    check_calendar: str = "always"
    close_after: Length = "24h"
    grace: Length = "10m"
    major_every: Length = "1h"
    major_ladder: str = ""
    major_report: str = "18:00"
    acknowledged_for: Annotated[int, Meta(ge=1, le=1000)] = 4
    same_within: Length = "2h"
    most_per_person: Annotated[int, Meta(ge=0, le=10_000)] = 0
    urgent_words: tuple[str, ...] = ("紧急", "瘫痪", "全挂")
    causes: tuple[str, ...] = ()


class SurveySettings(Section, frozen=True, kw_only=True):
    """`[survey]`: how a rating is asked for."""

    enabled: bool = True
    waking: Hours = "08:00-22:00"
    remind_after: Length = "24h"
    expire_after: Length = "24h"
    low_at: Score = 2
    callback_within: Length = "8h"
    callback_calendar: str = "always"
    callback_ladder: str = ""


class PlanSettings(Section, frozen=True, kw_only=True):
    """One of `[[plans]]`: work that comes back by the calendar."""

    id: str
    customer: str
    name: str
    cron: str = ""
    rrule: str = ""
    calendar: str = "always"
    moves: Moves = Moves.NEXT
    starts: date | None = None
    until: date | None = None
    owner: str = ""
    ahead_days: Annotated[int, Meta(ge=0, le=60)] = 3
    takes: Length = ""
    hazard_days: Annotated[int, Meta(ge=1, le=365)] = 5
    items: tuple[str, ...] = ()
    ladder: str = "planned"


class MaintenanceSettings(Section, frozen=True, kw_only=True):
    """`[maintenance]`: work at a customer's that they are told of ahead."""

    notice: Length = "24h"
    movable_until: ClockTime = "18:00"
    ladder: str = "maintenance"
    rollback_ladder: str = "rollback"


class RunbookSettings(Section, frozen=True, kw_only=True):
    """One of `[[runbooks]]`: what is done in a major incident."""

    id: str
    name: str
    steps: tuple[str, ...]
    keywords: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()


class VisitsSettings(Section, frozen=True, kw_only=True):
    """`[visits]`: when engineers come to customers."""

    offer: bool = True
    hours: Hours = "08:00-18:00"
    calendar: str = "always"
    lead: Length = "1h"
    takes: Length = "1h"


class ContractsSettings(Section, frozen=True, kw_only=True):
    """`[contracts]`: who hears when a contract ends, and how long somebody may take to decide afterwards."""

    notice_days: tuple[Annotated[int, Meta(ge=0, le=3650)], ...] = NOTICE_DAYS
    at: ClockTime = "09:00"
    tell: tuple[str, ...] = ("manager",)
    calendar: str = "always"
    decide_within: Length = "8h"


class NoticesSettings(Section, frozen=True, kw_only=True):
    """`[notices]`: how often people are told something in an hour, and when figures are told unasked."""

    per_room: Annotated[int, Meta(ge=0, le=3600)] = 20
    per_person: Annotated[int, Meta(ge=0, le=3600)] = 30
    daily_at: str = ""
    weekly_at: str = ""


class MonitoringSettings(Section, frozen=True, kw_only=True):
    """`[monitoring]`: whom to call while all is well, who may read the figures, and what is logged."""

    ping_url: str = ""
    ping_every: Length = "1m"
    token: str = ""
    log: Literal["warning", "info", "steps"] = "info"


class Settings(Section, frozen=True, kw_only=True):
    """The whole file. The blocks of `[[adapters]]` are checked by what each adapter says of its keys."""

    bot: BotSettings = BotSettings()
    store: StoreSettings = StoreSettings()
    web: WebSettings = WebSettings()
    faq: FaqSettings = FaqSettings()
    adapters: tuple[dict[str, object], ...] = ()
    people: tuple[PersonSettings, ...] = ()
    customers: tuple[CustomerSettings, ...] = ()
    rooms: tuple[RoomSettings, ...] = ()
    calendars: dict[str, CalendarSettings] = {}
    rotas: dict[str, RotaSettings] = {}
    policies: dict[str, PolicySettings] = {}
    ladders: dict[str, tuple[RungSettings, ...]] = {}
    tickets: TicketsSettings = TicketsSettings()
    survey: SurveySettings = SurveySettings()
    notices: NoticesSettings = NoticesSettings()
    contracts: ContractsSettings = ContractsSettings()
    visits: VisitsSettings = VisitsSettings()
    runbooks: tuple[RunbookSettings, ...] = ()
    plans: tuple[PlanSettings, ...] = ()
    maintenance: MaintenanceSettings = MaintenanceSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
