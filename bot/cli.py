"""The command line `shouwen`: what can be asked of the program from a terminal."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.config import Config, ConfigurationFaults, load, rules_of
from bot.records.contracts import endings, sentence
from bot.rooms.reach import unreached
from bot.terminal.command_line import config_option as _config_option
from bot.terminal.command_line import explained as _explained
from bot.terminal.command_line import file_of as _file
from bot.terminal.command_line import language_of, shown, voice_of
from bot.terminal.command_line import loaded as _load
from bot.terminal.due import due
from bot.terminal.faq import faq
from bot.terminal.open_doors import has_open_clock, open_doors
from bot.terminal.papers import record, report
from bot.terminal.store import audit, backup, migrate, restore
from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker

R = TypeVar("R")

_OPEN_CLOCK = N_(
    "提醒：[web] time_travel = true 只供试用：在这台机器上打开网页的人不用登录，还能拨快时钟；正式使用请改成 false"
)
_FAULTY_CONFIGURATION = 78  # EX_CONFIG of sysexits.h


def _run(work: Coroutine[Any, Any, R]) -> R:
    return asyncio.run(work)


def _speaker(config: Config) -> Speaker:
    """Return the voice of a configuration, now, in its own zone."""
    from bot.clock import SystemClock

    voice = voice_of(config.bot.language)
    return Speaker(voice.translate, config.bot.zone, SystemClock().now(), config.bot.language)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shouwen")
def main() -> None:
    """Shouwen 首问: a support bot for customer group chats."""


@main.command()
@_config_option
@click.option("-v", "--verbose", is_flag=True, help="Log more: also one line for every step.")
@_explained
def run(config_file: Path | None, verbose: bool) -> None:
    """Start adapters, scheduler, outbox and web page. Ctrl-C or SIGTERM ends it; a faulty configuration exits with 78."""
    gc.disable()  # a start makes next to no garbage; from then on the program collects in its own way
    # Imported here: checking a file or asking the FAQ needs no web server. The logs first: they keep structlog small.
    from bot.telemetry.logs import configure

    from bot.app import run as run_app  # isort: skip
    from bot.event_loop import loop_factory

    def read_it() -> Config:
        config = _load(config_file)
        return replace(config, monitoring=replace(config.monitoring, log="steps")) if verbose else config

    try:
        config = read_it()
    except ConfigurationFaults as faults:  # no reason to start it again, as a service otherwise would
        click.echo(shown(faults), err=True)
        sys.exit(_FAULTY_CONFIGURATION)
    configure(is_verbose=verbose, log=config.monitoring.log)
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(run_app(config, read_it))
    except KeyboardInterrupt:  # Windows, before the handlers are in place
        sys.exit(130)


@main.command()
@_config_option
@click.option(
    "--explain",
    "is_explained",
    is_flag=True,
    help="Also say what the contracts promise and how they are read.",
)
@_explained
def check(config_file: Path | None, is_explained: bool) -> None:
    """Report all mistakes of a configuration. Each with line, key, what was found and what is expected; exit 1 if there are any."""
    file = _file(config_file)
    config = load(file, os.environ)
    counts = {"rooms": len(config.rooms), "people": len(config.people), "platforms": len(config.adapters)}
    voice = voice_of(config.bot.language)
    click.echo(
        voice.say("{file} 没有问题：{rooms} 个群、{people} 人、{platforms} 个平台。", file=file, **counts)
    )
    if is_explained:
        from bot.terminal.account import account

        click.echo("\n".join(account(config, _speaker(config))))
    for ending in endings(rules_of(config), _speaker(config).now):
        click.echo(voice.say("提醒：{line}", line=sentence(ending, _speaker(config))))
    from bot.terminal.bound_words import set_up_in_chat

    for line in _run(set_up_in_chat(config, voice)):
        click.echo(line)
    for each in unreached(config):
        words = {"who": each.name.of(voice.language), "why": each.why.of(voice.language)}
        click.echo(voice.say("提醒：{who} {why}", **words))
    if has_open_clock(config):
        click.echo(voice.say(_OPEN_CLOCK))
    for door in open_doors(config):
        click.echo(
            voice.say(
                "提醒：{adapter} 没有写 {key}，能连到这个端口的人都能冒充平台上的任何人；请在两边填同一个",
                adapter=door.adapter,
                key=door.key,
            )
        )


@main.command()
@_config_option
@click.option("--update", is_flag=True, help="Rewrite expectations that do not match.")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_explained
def replay(config_file: Path | None, update: bool, files: tuple[Path, ...]) -> None:
    """Replay conversations with a simulated clock. Files (*.chat) against the real desk; exit 1 and a difference if it says anything else."""
    from bot.telemetry.logs import configure
    from bot.terminal.replay import replay as play
    from bot.terminal.transcripts import TranscriptFault

    configure(is_quiet=True)
    failed = 0
    voice = voice_of(language_of(config_file, os.environ))
    labels = voice.say("应说"), voice.say("实际")
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
            result = _run(play(path, text, os.environ, config=config_file, labels=labels))
        except (TranscriptFault, UnicodeDecodeError) as fault:
            why = (
                fault.said(voice.translate)
                if isinstance(fault, TranscriptFault)
                else voice.say("这个文件不是 UTF-8 编码的文字")
            )
            click.echo(f"✗ {path}: {why}")
            failed += 1
            continue
        if not result.difference:
            click.echo(f"✓ {path}")
        elif update:
            path.write_text("\n".join(result.lines) + "\n", encoding="utf-8")
            click.echo(f"✎ {path}")
        else:
            click.echo(f"✗ {path}\n{result.difference}")
            failed += 1
    if failed:
        raise SystemExit(1)


@main.command()
@_config_option
@click.option(
    "--with",
    "other_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Configuration with the other policies, ladders or rotas; default: the same file.",
)
@click.option(
    "--policy", default="", help="Id of the other policy, or preset:NAME; default: the customer's own."
)
@click.option("--since", required=True, type=click.DateTime(["%Y-%m-%d"]), help="First day, 2026-03-01.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day; default: today.")
@click.option("--customer", default="", help="Id of one customer; default: all.")
@_explained
def simulate(
    config_file: Path | None,
    other_file: Path | None,
    policy: str,
    since: datetime,
    until: datetime | None,
    customer: str,
) -> None:
    """Say what other policies would have made of past tickets. Or other rotas; nothing is changed."""
    from bot.terminal.simulation import NothingToSimulate, Wanted
    from bot.terminal.simulation import simulate as tell

    config = _load(config_file)
    other = load(other_file or _file(config_file), os.environ, also=policy)
    wanted = Wanted(
        policy=policy, since=since.date(), until=until.date() if until else None, customer=customer
    )
    speaker = _speaker(config)
    try:
        click.echo("\n".join(_run(tell(config, other, wanted, speaker))))
    except NothingToSimulate as refusal:
        raise click.ClickException(speaker.refuse(refusal)) from refusal


@main.command()
@_config_option
@_explained
def doctor(config_file: Path | None) -> None:
    """Find what is wrong and say how to mend it. Looks at environment, configuration, store and adapters; exit 1 if anything is."""
    from bot.terminal.doctor import examine

    is_well = True
    voice = voice_of(language_of(config_file, os.environ))
    colon = voice.say("：")
    for finding in _run(examine(_file(config_file), os.environ, timedelta(seconds=10), voice)):
        is_well &= finding.is_well
        click.echo(f"{'✓' if finding.is_well else '✗'} {finding.subject}{colon}{finding.says}")
    if not is_well:
        raise SystemExit(1)


@main.command()
@_config_option
@click.option("--once", "is_once", is_flag=True, help="Print one screen and end.")
@click.option(
    "--every", type=click.FloatRange(min=0.2), default=2.0, show_default=True, help="Seconds between screens."
)
@click.option("--address", help="http://HOST:PORT of a bot elsewhere; needs [monitoring] token.")
@_explained
def top(config_file: Path | None, is_once: bool, every: float, address: str | None) -> None:
    """Watch a running bot. Its tickets, messages, outbox and store; Ctrl-C ends it."""
    from bot.clock import SystemClock
    from bot.telemetry.run_file import Running, folder_of, read
    from bot.terminal.top import watch

    config = _load(config_file)
    voice = voice_of(config.bot.language)
    running = Running(address.rstrip("/"), config.monitoring.token) if address else None
    running = running or read(folder_of(os.environ), config.path)
    if running is None:
        raise click.ClickException(
            voice.say("没找到用 {file} 运行的机器人；它在别的机器上就加 --address。", file=config.path)
        )
    is_terminal = sys.stdout.isatty()
    length = timedelta(seconds=every)
    try:
        _run(watch(running, SystemClock(), voice, every=length, is_once=is_once, is_terminal=is_terminal))
    except KeyboardInterrupt:
        click.echo()


for command in (due, faq, record, report, backup, restore, migrate, audit):
    main.add_command(command)
