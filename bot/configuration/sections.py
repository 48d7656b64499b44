"""The small sections of the file: store, web, faq, tickets, survey."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlencode

from bot.configuration.file import why_unreadable
from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, Wording
from bot.configuration.model import (
    DigestTimes,
    EmbeddingsConfig,
    FaqConfig,
    MonitoringConfig,
    TicketLimits,
    WebConfig,
)
from bot.configuration.secrets import Secrets
from bot.configuration.settings import (
    ContractsSettings,
    EmbeddingsSettings,
    FaqSettings,
    MonitoringSettings,
    NoticesSettings,
    RunbookSettings,
    StoreSettings,
    SurveySettings,
    TicketsSettings,
    VisitsSettings,
    WebSettings,
)
from bot.configuration.values import clock_time, length, parsed
from bot.tickets.contract_rules import ContractRules
from bot.tickets.incident_rules import RunbookRules
from bot.tickets.rules import SurveyRules
from bot.tickets.visit_rules import VisitRules
from scheduler.calendar import Window, parse_window

_LISTEN = re.compile(r"(?P<host>[^\s:\[\]]+|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})")
_LISTEN_FORM = Wording('应为 地址:端口，如 "127.0.0.1:8080"', 'expected HOST:PORT such as "127.0.0.1:8080"')
_HIGHEST_PORT = 65535
_STORE = re.compile(r"sqlite:.+|rediss?(?:\+cluster|\+sentinel)?://.+")
_MOST_SHARDS, _MOST_REPLICAS, _MOST_DAYS = 250, 10, 3650
_PACKED_AFTER = StoreSettings().pack_after_days
_STORE_FORM = Wording(
    '应为 "sqlite:文件" 或 "redis://主机:6379/0"', 'expected "sqlite:PATH" or "redis://HOST:6379/0"'
)
WEB_ADDRESS = re.compile(r"https?://[^\s/]+(/\S*)?")
WEB_ADDRESS_FORM = Wording('应为网址，如 "https://hc-ping.com/…"', "expected a web address")
_TOO_LONG = Wording("应不超过 hours 的长度", "expected no more than hours are long")
_API_FORM = Wording(
    '应为接口地址，如 "https://api.example.com/v1"',
    'expected the address of an API such as "https://api.example.com/v1"',
)
_NO_REDIS = Wording("要用 Redis 先运行 make extras（缺 redis）", "Redis needs the package redis: make extras")
_NO_NUMPY = Wording("句意向量需要 numpy：make extras", "vectors of sentences need numpy: make extras")
_NO_FILE = Wording("没有这个文件（相对于配置文件）", "there is no such file (relative to the configuration)")

_NO_DATABASE = Wording(
    '应为一个文件，如 "sqlite:data/shouwen.db"（不能是文件夹，也不能只放在内存里）',
    'expected a file, like "sqlite:data/shouwen.db" (no folder, and nothing that is in memory only)',
)
_KEPT_NOWHERE = (":memory:", "file:")
_BEFORE_DRIVE = re.compile(r"^/(?=[A-Za-z]:[/\\])")  # sqlite:///C:/data/shouwen.db


def store_url_of(settings: StoreSettings, secrets: Secrets, mistakes: Mistakes) -> str:
    """Return the address of the store; the path of a database file is taken from where the configuration is."""
    place = ("store", "url")
    url = str(secrets.resolve(settings.url, place, mistakes))
    if not _STORE.fullmatch(url):
        if secrets.are_needed and not mistakes.is_at(place):
            mistakes.add(place, settings.url, _STORE_FORM)
        return url
    scheme, _, rest = url.partition(":")
    if scheme == "sqlite":
        return f"sqlite:{_database(rest, secrets, mistakes)}"
    if secrets.are_needed and find_spec("redis") is None:
        mistakes.add(place, settings.url, _NO_REDIS)
    return _with_settings(url, settings, mistakes)


def backups_of(settings: StoreSettings, store_url: str, folder: Path) -> Path:
    """Return the folder for backups that are asked for in chat: the configured one, else one beside the database or the configuration."""
    if settings.backups:
        return folder / settings.backups
    scheme, _, rest = store_url.partition(":")
    return (Path(rest).parent if scheme == "sqlite" else folder) / "backups"


def _database(written: str, secrets: Secrets, mistakes: Mistakes) -> Path:
    """Return the file of an embedded database. Three slashes, as other programs write it, mean the same absolute path."""
    name = _BEFORE_DRIVE.sub("", written.removeprefix("//"))
    with suppress(RuntimeError):  # ~name of somebody who is not here
        name = str(Path(name).expanduser())
    path = (secrets.folder / name).absolute()
    if secrets.are_needed and (name.startswith(_KEPT_NOWHERE) or path.is_dir()):
        mistakes.add(("store", "url"), f"sqlite:{written}", _NO_DATABASE)
    return path


def _with_settings(url: str, settings: StoreSettings, mistakes: Mistakes) -> str:
    """Return the address of a Redis store with the settings that stand beside it, as the store reads them."""
    words = {
        "shards": settings.shards,
        "wait_replicas": settings.wait_replicas or None,
        "pack_after_days": None if settings.pack_after_days == _PACKED_AFTER else settings.pack_after_days,
        "volatile": "yes" if settings.volatile else None,
    }
    for name, most in (
        ("shards", _MOST_SHARDS),
        ("wait_replicas", _MOST_REPLICAS),
        ("pack_after_days", _MOST_DAYS),
    ):
        value = getattr(settings, name)
        if value is not None and not (name == "shards") <= value <= most:
            least = int(name == "shards")
            mistakes.add(
                ("store", name),
                value,
                Wording(f"应为 {least}–{most} 的整数", f"expected a whole number from {least} to {most}"),
            )
            words[name] = None
    query = urlencode({name: word for name, word in words.items() if word is not None})
    return f"{url}{'&' if '?' in url else '?'}{query}" if query else url


def web_of(settings: WebSettings, mistakes: Mistakes) -> WebConfig:
    """Return where to listen; port 0 lets the system choose one."""
    public_url = settings.public_url.rstrip("/")
    if public_url and not WEB_ADDRESS.fullmatch(public_url):
        mistakes.add(("web", "public_url"), settings.public_url, WEB_ADDRESS_FORM)
    found = _LISTEN.fullmatch(settings.listen)
    if found and int(found["port"]) <= _HIGHEST_PORT:
        return WebConfig(found["host"].strip("[]"), int(found["port"]), settings.time_travel, public_url)
    mistakes.add(("web", "listen"), settings.listen, _LISTEN_FORM)
    return WebConfig("", 0, settings.time_travel, public_url)


def monitoring_of(settings: MonitoringSettings, secrets: Secrets, mistakes: Mistakes) -> MonitoringConfig:
    """Return whom to call while all is well; nobody without an address."""
    place = ("monitoring", "ping_url")
    url = str(secrets.resolve(settings.ping_url, place, mistakes))
    if url and not WEB_ADDRESS.fullmatch(url) and secrets.are_needed and not mistakes.is_at(place):
        mistakes.add(place, settings.ping_url, WEB_ADDRESS_FORM)
    every = length(settings.ping_every, ("monitoring", "ping_every"), mistakes)
    token = str(secrets.resolve(settings.token, ("monitoring", "token"), mistakes))
    return MonitoringConfig(url, every, token, settings.log)


def visits_of(settings: VisitsSettings, mistakes: Mistakes) -> VisitRules:
    """Return when engineers come to customers; a visit fits into the hours."""
    usual = VisitRules()
    hours = parsed(parse_window, settings.hours, ("visits", "hours"), mistakes) or usual.hours
    takes = length(settings.takes, ("visits", "takes"), mistakes)
    if takes > hours.closes - hours.opens:
        mistakes.add(("visits", "takes"), settings.takes, _TOO_LONG)
    lead = length(settings.lead, ("visits", "lead"), mistakes)
    return VisitRules(
        is_offered=settings.offer, hours=hours, calendar=settings.calendar, lead=lead, takes=takes
    )


def runbooks_of(settings: tuple[RunbookSettings, ...]) -> tuple[RunbookRules, ...]:
    """Return what is done in major incidents, in the order of the file."""
    return tuple(
        RunbookRules(
            id=each.id, name=each.name, steps=each.steps, keywords=each.keywords, customers=each.customers
        )
        for each in settings
    )


def digests_of(settings: NoticesSettings, mistakes: Mistakes) -> DigestTimes:
    """Return when figures are told unasked; a time that is not written is none."""
    daily, weekly = (
        clock_time(text, ("notices", key), mistakes) if text else None
        for key, text in (("daily_at", settings.daily_at), ("weekly_at", settings.weekly_at))
    )
    return DigestTimes(daily, weekly)


def contracts_of(settings: ContractsSettings, mistakes: Mistakes) -> ContractRules:
    """Return who hears when a contract ends, and when; a word that is written twice is said once."""
    return ContractRules(
        notice_days=tuple(sorted(set(settings.notice_days), reverse=True)),
        at=clock_time(settings.at, ("contracts", "at"), mistakes),
        tell=settings.tell,
        calendar=settings.calendar,
        decide_within=length(settings.decide_within, ("contracts", "decide_within"), mistakes),
    )


def faq_of(settings: FaqSettings, folder: Path, secrets: Secrets, mistakes: Mistakes) -> FaqConfig:
    """Return the thresholds and the files, found from where the configuration is."""
    files: list[Path] = []
    for index, name in enumerate(settings.files):
        place = ("faq", "files", index)
        if not mistakes.is_at(place):
            _check_readable(folder / name, name, place, mistakes)
        files.append(folder / name)
    if settings.checks:
        _check_readable(folder / settings.checks, settings.checks, ("faq", "checks"), mistakes)
    checks = folder / settings.checks if settings.checks else None
    return FaqConfig(
        tuple(files),
        settings.answer_at,
        settings.suggest_at,
        settings.managers,
        checks,
        ask_itself=settings.ask_itself,
        semantic=settings.semantic,
        embeddings=_embeddings_of(settings.embeddings, secrets, mistakes) if settings.embeddings else None,
        index_folder=folder / settings.index_folder if settings.index_folder else None,
    )


def _embeddings_of(settings: EmbeddingsSettings, secrets: Secrets, mistakes: Mistakes) -> EmbeddingsConfig:
    """Return where vectors come from. Working with them takes numpy, which comes with the extra."""
    place = ("faq", "embeddings")
    if not WEB_ADDRESS.fullmatch(settings.url):
        mistakes.add((*place, "url"), settings.url, _API_FORM)
    elif secrets.are_needed and find_spec("numpy") is None:
        mistakes.add((*place, "url"), settings.url, _NO_NUMPY)
    return EmbeddingsConfig(
        url=settings.url,
        model=settings.model,
        key=str(secrets.resolve(settings.key, (*place, "key"), mistakes)),
        within=length(settings.within, (*place, "within"), mistakes),
        batch_within=length(settings.batch_within, (*place, "batch_within"), mistakes),
    )


def _check_readable(path: Path, name: str, place: Place, mistakes: Mistakes) -> None:
    """Note a file that is not there or cannot be opened: better told now than when the bot starts."""
    try:
        with path.open("rb"):
            pass
    except FileNotFoundError:
        mistakes.add(place, name, _NO_FILE)
    except (OSError, ValueError) as fault:  # the second: a name that no file can have
        mistakes.add(place, name, why_unreadable(fault))


def tickets_of(settings: TicketsSettings, mistakes: Mistakes) -> TicketLimits:
    """Return how long people have for what."""

    def limit(key: str, text: str) -> timedelta:
        return length(text, ("tickets", key), mistakes)

    return TicketLimits(
        reopen_within=limit("reopen_within", settings.reopen_within),
        undo_within=limit("undo_within", settings.undo_within),
        handover_within=limit("handover_within", settings.handover_within),
        check_again_after=limit("check_again_after", settings.check_again_after),
        check_calendar=settings.check_calendar,
        close_after=limit("close_after", settings.close_after),
        grace=limit("grace", settings.grace),
        major_every=limit("major_every", settings.major_every),
        major_ladder=settings.major_ladder,
        major_report=clock_time(settings.major_report, ("tickets", "major_report"), mistakes)
        if settings.major_report
        else None,
        acknowledged_for=settings.acknowledged_for,
        same_within=length(settings.same_within, ("tickets", "same_within"), mistakes, may_be_zero=True),
        most_per_person=settings.most_per_person,
        urgent_words=settings.urgent_words,
        causes=settings.causes,
    )


def survey_of(settings: SurveySettings, ladders: tuple[str, ...], mistakes: Mistakes) -> SurveyRules:
    """Return how ratings are asked for; a callback that names no ladder climbs the first one of the file."""
    waking = parsed(parse_window, settings.waking, ("survey", "waking"), mistakes)
    return SurveyRules(
        is_enabled=settings.enabled,
        waking=waking or Window(timedelta(0), timedelta(hours=24)),
        remind_after=length(settings.remind_after, ("survey", "remind_after"), mistakes),
        expire_after=length(settings.expire_after, ("survey", "expire_after"), mistakes),
        low_at=settings.low_at,
        callback_within=length(settings.callback_within, ("survey", "callback_within"), mistakes),
        callback_calendar=settings.callback_calendar,
        callback_ladder=settings.callback_ladder or next(iter(ladders), ""),
    )
