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

from bot.cli_due import due
from bot.cli_store import audit, backup, migrate, restore
from bot.command_line import config_option as _config_option
from bot.command_line import explained as _explained
from bot.command_line import file_of as _file
from bot.command_line import language_of, voice_of
from bot.command_line import loaded as _load
from bot.config import Config, load, rules_of
from bot.contracts import endings, sentence
from bot.reach import unreached
from bot.tickets.speaker import Speaker

R = TypeVar("R")


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
    """Start adapters, scheduler, outbox and web page; Ctrl-C or SIGTERM ends it."""
    gc.disable()  # a start makes next to no garbage; from then on the program collects in its own way
    # Imported here: checking a file or asking the FAQ needs no web server. The logs first: they keep structlog small.
    from bot.logs import configure

    from bot.app import run as run_app  # isort: skip

    config = _load(config_file)
    if verbose:
        config = replace(config, monitoring=replace(config.monitoring, log="steps"))
    configure(is_verbose=verbose, log=config.monitoring.log)
    try:
        _run(run_app(config))
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
    """Report all mistakes of a configuration: key, found, expected, line."""
    file = _file(config_file)
    config = load(file, os.environ)
    counts = {"rooms": len(config.rooms), "people": len(config.people), "platforms": len(config.adapters)}
    voice = voice_of(config.bot.language)
    click.echo(
        voice.say("{file} 没有问题：{rooms} 个群、{people} 人、{platforms} 个平台。", file=file, **counts)
    )
    if is_explained:
        from bot.config_account import account

        click.echo("\n".join(account(config, _speaker(config))))
    for ending in endings(rules_of(config), _speaker(config).now):
        click.echo(voice.say("提醒：{line}", line=sentence(ending, _speaker(config))))
    from bot.bound_words import set_up_in_chat

    for line in _run(set_up_in_chat(config, voice)):
        click.echo(line)
    for each in unreached(config):
        words = {"who": each.name.of(voice.language), "why": each.why.of(voice.language)}
        click.echo(voice.say("提醒：{who} {why}", **words))


@main.command()
@_config_option
@click.option("--update", is_flag=True, help="Rewrite expectations that do not match.")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@_explained
def replay(config_file: Path | None, update: bool, files: tuple[Path, ...]) -> None:
    """Replay conversations (*.chat) with a simulated clock against the real desk."""
    from bot.logs import configure
    from bot.replay import NothingToPoint
    from bot.replay import replay as play
    from bot.transcripts import TranscriptFault

    configure(is_quiet=True)
    failed = 0
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
            result = _run(play(path, text, os.environ, config=config_file))
        except (TranscriptFault, NothingToPoint, UnicodeDecodeError) as fault:
            click.echo(f"✗ {path}: {fault}")
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
    """Say what another policy or rota would have made of past tickets; nothing is changed."""
    from bot.simulation import NothingToSimulate, Wanted
    from bot.simulation import simulate as tell

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


@main.group()
def faq() -> None:
    """The knowledge base."""


@faq.command("import")
@_config_option
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_explained
def import_(config_file: Path | None, dry_run: bool, file: Path) -> None:
    """Import csv, xlsx, md, jsonl, docx or txt; good rows are taken, faulty ones listed."""
    from bot.housekeeping import import_faq

    click.echo("\n".join(_run(import_faq(_load(config_file), file, is_dry_run=dry_run))))


@faq.command()
@_config_option
@click.option("--template", "is_template", is_flag=True, help="Write an empty file with the columns instead.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_explained
def export(config_file: Path | None, is_template: bool, file: Path) -> None:
    """Export the knowledge base as csv, xlsx, md or jsonl, by suffix."""
    from bot.housekeeping import export_faq, write_template

    config = _load(config_file)
    say = voice_of(config.bot.language).say
    if is_template:
        write_template(file)
        click.echo(say("已写出模板 {file}", file=file))
        return
    count = _run(export_faq(config, file))
    click.echo(say("已导出 {count} 条到 {file}", count=count, file=file))


@faq.command()
@_config_option
@click.option("--explain", "is_explained", is_flag=True, help="Show candidates, scores and the thresholds.")
@click.option("--customer", help="Id of the customer who asks.")
@click.argument("text")
@_explained
def ask(config_file: Path | None, is_explained: bool, customer: str | None, text: str) -> None:
    """Show the answer or the candidates for a question."""
    from bot.housekeeping import ask_faq

    click.echo("\n".join(_run(ask_faq(_load(config_file), text, customer, is_explained=is_explained))))


@faq.command()
@_config_option
@click.option(
    "--precision",
    type=click.FloatRange(min=0.5, max=0.999),
    default=0.97,
    show_default=True,
    help="Share of the answers given that shall be right.",
)
@_explained
def tune(config_file: Path | None, precision: float) -> None:
    """Propose answer_at from what became of this installation's own answers; changes nothing."""
    from bot.tuning import tune as tell

    click.echo("\n".join(_run(tell(_load(config_file), precision))))


_semantic = click.option(
    "--semantic/--no-semantic",
    "is_semantic",
    default=True,
    help="Find by the meaning of sentences where the extra is installed.",
)


@faq.command("check")
@_config_option
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_explained
def check_faq(config_file: Path | None, file: Path | None) -> None:
    """Try the questions that shall be answered in a certain way; exit 1 if one is not."""
    from bot.housekeeping import check_faq as try_all

    config = _load(config_file)
    file = file or config.faq.checks
    if file is None:
        say = voice_of(config.bot.language).say
        raise click.ClickException(say("没有要检查的文件：写在命令后面，或配置 [faq] checks"))
    lines, is_well = _run(try_all(config, file))
    click.echo("\n".join(lines))
    if not is_well:
        raise SystemExit(1)


@faq.command()
@click.option("--kb", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@_semantic
@_explained
def match(kb: Path, queries: Path, out: Path, *, is_semantic: bool) -> None:
    """Match many queries against a knowledge base, both JSON lines; predictions go to a file."""
    from faq.batch import UnusableLine, match_files
    from faq.sentences import bundled

    try:
        match_files(kb, queries, out, encode=bundled() if is_semantic else None)
    except UnusableLine as fault:
        raise click.ClickException(str(fault)) from fault


@faq.command("eval")
@click.option("--kb", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--gold", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_semantic
@_explained
def evaluate(kb: Path, queries: Path, gold: Path, *, is_semantic: bool) -> None:
    """Measure the matcher: accuracy, recall@3, MRR, coverage at 95 and 98 % precision."""
    from faq.batch import UnusableLine, evaluate_files
    from faq.sentences import bundled

    try:
        click.echo("\n".join(evaluate_files(kb, queries, gold, encode=bundled() if is_semantic else None)))
    except UnusableLine as fault:
        raise click.ClickException(str(fault)) from fault


@main.command()
@_config_option
@_explained
def doctor(config_file: Path | None) -> None:
    """Look at environment, configuration, store and adapters, and say how to mend what is wrong."""
    from bot.doctor import examine

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
    """Watch a running bot: tickets, messages, outbox, store; Ctrl-C ends it."""
    from bot.clock import SystemClock
    from bot.run_file import Running, folder_of, read
    from bot.top import watch

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


for command in (due, backup, restore, migrate, audit):
    main.add_command(command)
