"""A look at everything the bot needs: environment, configuration, store, adapters; one sentence for each."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import sys
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from adapters.contract import Examines, Finding
from adapters.registry import BrokenAdapter, UnknownAdapter
from bot.adapters import made
from bot.clock import MovableClock, SystemClock
from bot.config import Config, ConfigurationFaults, load
from bot.reach import unreached
from bot.set_up import contradictions, read
from bot.store.contract import StoreFault
from bot.store.registry import open_store
from scheduler.holidays import is_published


async def examine(file: Path, env: Mapping[str, str], patience: timedelta) -> list[Finding]:
    """Return what was found, in the order in which it should be mended."""
    findings = [_python(), Finding("SQLite", True, sqlite3.sqlite_version)]
    try:
        config = load(file, env)
    except (ConfigurationFaults, OSError) as fault:
        return [*findings, Finding("配置", False, str(fault))]
    findings.append(Finding("配置", True, f"{file} 没有问题"))
    findings.extend(await _store(config))
    findings.append(_port(config))
    findings.extend(_holidays(config))
    findings.extend(_reach(config))
    findings.extend(await _adapters(config, patience))
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_well = sys.version_info >= (3, 11)
    return Finding("Python", is_well, version if is_well else f"{version} 太旧，请用 3.11 或更新的版本")


async def _store(config: Config) -> list[Finding]:
    try:
        store = await open_store(config.store_url, SystemClock().now())
    except StoreFault as fault:
        return [Finding("数据库", False, str(fault))]
    try:
        count = len(await store.entries())
        well = Finding("数据库", True, f"可以读写；知识库 {count} 条")
        overruled = contradictions(config, read(await store.kept("")))
        return [
            well,
            *(
                Finding("群里的设置", True, f"{what} 现在以配置文件为准（{name}），群里设过的那份不再起作用")
                for what, name in overruled
            ),
        ]
    finally:
        await store.close()


def _port(config: Config) -> Finding:
    address = f"{config.web.host}:{config.web.port}"
    family = socket.AF_INET6 if ":" in config.web.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as fault:
            return Finding(
                "网页", False, f"{address} 不能用（{fault.strerror}）；换一个端口，或停掉占用它的程序"
            )
    return Finding("网页", True, f"{address} 可用")


def _holidays(config: Config) -> list[Finding]:
    year = SystemClock().now().astimezone(config.bot.zone).year
    countries = {calendar.holidays for calendar in config.calendars.values() if calendar.holidays}
    return [
        Finding(
            f"节假日 {country}",
            is_published(country, year),
            f"{year} 年的放假安排已有"
            if is_published(country, year)
            else f"{year} 年的放假安排还没有：升级 chinesecalendar，或在 special 里写明",
        )
        for country in sorted(countries)
    ]


def _reach(config: Config) -> list[Finding]:
    language = config.bot.language
    found = [Finding(each.name.of(language), False, each.why.of(language)) for each in unreached(config)]
    return found or [Finding("值班与升级", True, "要叫的人都叫得到")]


async def _adapters(config: Config, patience: timedelta) -> list[Finding]:
    findings: list[Finding] = []
    clock = MovableClock(SystemClock())
    for each in config.adapters:
        try:
            adapter = made(each, config, clock, None)
        except (UnknownAdapter, BrokenAdapter) as fault:
            findings.append(Finding(each.name, False, str(fault)))
            continue
        try:
            if isinstance(adapter, Examines):
                async with asyncio.timeout(patience.total_seconds()):
                    findings.extend(await adapter.examine())
            else:
                findings.append(Finding(each.name, True, "不需要检查"))
        except TimeoutError:
            findings.append(
                Finding(each.name, False, f"{patience.total_seconds():.0f} 秒内没有回音；看看地址和网络")
            )
        finally:
            await adapter.close()
    return findings
