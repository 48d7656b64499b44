"""A look at everything the bot needs: environment, configuration, store, adapters; one sentence for each."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from adapters.contract import Adapter, Finding
from adapters.registry import BrokenAdapter, UnknownAdapter
from bot.adapters import made
from bot.clock import MovableClock, SystemClock
from bot.config import Config, ConfigurationFaults, load, rules_of
from bot.event_loop import loop_factory
from bot.knowledge.embeddings import Embeddings, EmbeddingsFault
from bot.records.contracts import endings, sentence
from bot.rooms.reach import unreached
from bot.rooms.set_up import contradictions, read
from bot.store.faults import StoreFault
from bot.store.registry import advice_about, damage, open_store
from bot.telemetry import run_file
from bot.terminal.command_line import Voice
from bot.terminal.examining import Found, asked, examined, merged, of_store
from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker
from scheduler.holidays import is_published


async def examine(file: Path, env: Mapping[str, str], patience: timedelta, voice: Voice) -> list[Finding]:
    """Return what was found, in the order in which it should be mended."""
    say = voice.say
    findings = [_python(voice), _loop(voice), Finding("SQLite", True, sqlite3.sqlite_version)]
    try:
        config = load(file, env)
    except ConfigurationFaults as faults:
        return [*findings, Finding(say("配置"), False, "\n".join(faults.lines()))]
    except OSError as fault:
        return [*findings, Finding(say("配置"), False, str(fault))]
    findings.append(Finding(say("配置"), True, say("{file} 没有问题", file=file)))
    running = run_file.read(run_file.folder_of(env), config.path)
    told = await asked(running, voice) if running is not None else None
    if running is not None and told is not None:
        is_here = say("机器人正在运行：{address}", address=running.address)
        findings.append(Finding(say("程序"), True, is_here))
        findings.extend(each.finding for each in told if not each.adapter)
        told = [each for each in told if each.adapter]
        findings.extend(await _advice(config.store_url, voice))
    else:
        findings.extend(await examined_store(config.store_url, voice, config))
        findings.append(_port(config, voice))
    findings.extend(await _embeddings(config, voice))
    findings.extend(_holidays(config, voice))
    findings.extend(_contracts(config, voice))
    findings.extend(_reach(config, voice))
    findings.extend(await _adapters(config, patience, voice, told or []))
    return findings


async def examined_store(url: str, voice: Voice, config: Config | None = None) -> list[Finding]:
    """Return whether a store can be opened and its file is whole, and what a configuration overrules of what was set up in chat."""
    subject = voice.say("数据库")
    try:
        if wrong := await damage(url):
            raise StoreFault(
                N_("文件已损坏（{wrong}）；请停掉机器人，用 shouwen restore --replace 恢复最近的备份。"),
                wrong=wrong,
            )
        store = await open_store(url, SystemClock().now())
    except StoreFault as fault:
        return [Finding(subject, False, fault.said(voice.translate))]
    try:
        count = len(await store.entries())
        wrong_with_it = [each.finding for each in await of_store(store, voice) if not each.is_well]
        well = Finding(subject, True, voice.say("可以读写；知识库 {count} 条", count=count))
        overruled = contradictions(config, read(await store.kept(""))) if config is not None else []
        advice = await _advice(url, voice)
        return [well, *wrong_with_it, *advice, *(_overruled(what, name, voice) for what, name in overruled)]
    finally:
        await store.close()


async def _advice(url: str, voice: Voice) -> list[Finding]:
    """Return what to know about the servers of a store; of one that cannot be reached it is said elsewhere."""
    try:
        found = await advice_about(url)
    except StoreFault:
        return []
    return [Finding("Redis", each.is_well, voice.say(each.template, **each.values)) for each in found]


def _overruled(what: str, name: str, voice: Voice) -> Finding:
    says = N_("{what} 现在以配置文件为准（{name}），群里设过的那份不再起作用")
    return Finding(voice.say("群里的设置"), True, voice.say(says, what=what, name=name))


def _python(voice: Voice) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_well = sys.version_info >= (3, 11)
    old = voice.say("{version} 太旧，请用 3.11 或更新的版本", version=version)
    return Finding("Python", is_well, version if is_well else old)


def _loop(voice: Voice) -> Finding:
    made = loop_factory()
    return Finding(voice.say("事件循环"), True, made.__module__ if made is not None else "asyncio")


def _port(config: Config, voice: Voice) -> Finding:
    subject, address = voice.say("网页"), f"{config.web.host}:{config.web.port}"
    family = socket.AF_INET6 if ":" in config.web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as fault:
            says = N_("{address} 不能用（{reason}）；换一个端口，或停掉占用它的程序")
            return Finding(subject, False, voice.say(says, address=address, reason=fault.strerror))
    return Finding(subject, True, voice.say("{address} 可用", address=address))


async def _embeddings(config: Config, voice: Voice) -> list[Finding]:
    """Return whether the address that works out meanings answers; nothing where none is configured."""
    settings = config.faq.embeddings
    if settings is None:
        return []
    subject = voice.say("句意向量")
    async with Embeddings(settings) as embeddings:
        try:
            async with asyncio.timeout(settings.batch_within.total_seconds()):
                (vector,) = await embeddings.vectors(["printer"])
        except (EmbeddingsFault, TimeoutError) as fault:
            says = N_("{model} 没有回答（{why}）；答案先不按句意找，请检查 [faq] embeddings")
            return [
                Finding(subject, False, voice.say(says, model=settings.model, why=str(fault) or "timeout"))
            ]
    return [
        Finding(subject, True, voice.say("{model} 可用，{size} 维", model=settings.model, size=len(vector)))
    ]


def _holidays(config: Config, voice: Voice) -> list[Finding]:
    year = SystemClock().now().astimezone(config.bot.zone).year
    countries = {calendar.holidays for calendar in config.calendars.values() if calendar.holidays}
    return [_holidays_of(country, year, voice) for country in sorted(countries)]


def _holidays_of(country: str, year: int, voice: Voice) -> Finding:
    is_known = is_published(country, year)
    known = voice.say("{year} 年的放假安排已有", year=year)
    unknown = voice.say("{year} 年的放假安排还没有：升级 chinesecalendar，或在 special 里写明", year=year)
    return Finding(voice.say("节假日 {country}", country=country), is_known, known if is_known else unknown)


def _contracts(config: Config, voice: Voice) -> list[Finding]:
    now = SystemClock().now()
    speaker = Speaker(voice.translate, config.bot.zone, now, voice.language)
    ends = endings(rules_of(config), now)
    return [Finding(voice.say("合同"), each.days_left >= 0, sentence(each, speaker)) for each in ends]


def _reach(config: Config, voice: Voice) -> list[Finding]:
    language = voice.language
    found = [Finding(each.name.of(language), False, each.why.of(language)) for each in unreached(config)]
    return found or [Finding(voice.say("值班与升级"), True, voice.say("要叫的人都叫得到"))]


async def _adapters(config: Config, patience: timedelta, voice: Voice, told: list[Found]) -> list[Finding]:
    """Return what adapters find: those of the running bot, and here what it does not run."""
    findings: list[Finding] = []
    clock, elsewhere, own = MovableClock(SystemClock()), {each.adapter for each in told}, list[Adapter]()
    for each in config.adapters:
        if each.name in elsewhere:
            continue
        try:
            own.append(made(each, config, clock, None))
        except (UnknownAdapter, BrokenAdapter) as fault:
            findings.append(Finding(each.name, False, str(fault)))
    try:
        found = await examined(own, patience, voice)
    finally:
        for adapter in own:
            await adapter.close()
    return [*findings, *merged(told, found, [each.name for each in config.adapters])]
