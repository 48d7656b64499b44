"""The commands about the knowledge base: import, export, ask, tune, check, match, eval."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from bot.terminal.command_line import config_option, explained, loaded, voice_of


@click.group()
def faq() -> None:
    """The knowledge base."""


@faq.command("import")
@config_option
@click.option("--dry-run", is_flag=True, help="Only show what would be done.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="NAME=MEANING",
    help="What a column is, such as Title=question; NAME= leaves it out. May be given several times.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@explained
def import_(config_file: Path | None, dry_run: bool, columns: tuple[str, ...], file: Path) -> None:
    """Import questions and answers from a file. From csv, xlsx, md, jsonl, json, docx or txt; good rows are taken, faulty ones listed."""
    from bot.terminal.housekeeping import import_faq
    from faq.formats import Unsuitable, said

    config = loaded(config_file)
    try:
        chosen = said(columns)
    except Unsuitable as why:
        raise click.ClickException(str(why) if config.bot.language == "zh" else why.english) from why
    click.echo("\n".join(asyncio.run(import_faq(config, file, is_dry_run=dry_run, chosen=chosen))))


@faq.command()
@config_option
@click.option("--template", "is_template", is_flag=True, help="Write an empty file with the columns instead.")
@click.option("--customer", help="Id of a customer: only what is said to them, to hand out.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@explained
def export(config_file: Path | None, is_template: bool, customer: str | None, file: Path) -> None:
    """Export everything as csv, xlsx, md or jsonl, by suffix. Or what one customer is told."""
    from bot.terminal.housekeeping import export_faq, write_template

    config = loaded(config_file)
    say = voice_of(config.bot.language).say
    if is_template:
        write_template(config, file)
        click.echo(say("已写出模板 {file}", file=file))
        return
    if customer is not None and all(each.id != customer for each in config.customers):
        raise click.ClickException(say("配置里没有客户 {customer}。", customer=customer))
    count = asyncio.run(export_faq(config, file, customer))
    click.echo(say("已导出 {count} 条到 {file}", count=count, file=file))


@faq.command()
@config_option
@click.option("--explain", "is_explained", is_flag=True, help="Show candidates, scores and the thresholds.")
@click.option("--customer", help="Id of the customer who asks.")
@click.argument("text")
@explained
def ask(config_file: Path | None, is_explained: bool, customer: str | None, text: str) -> None:
    """Show the answer or the candidates for a question."""
    from bot.terminal.housekeeping import ask_faq

    click.echo(
        "\n".join(asyncio.run(ask_faq(loaded(config_file), text, customer, is_explained=is_explained)))
    )


@faq.command()
@config_option
@click.option(
    "--precision",
    type=click.FloatRange(min=0.5, max=0.999),
    default=0.97,
    show_default=True,
    help="Share of the answers given that shall be right.",
)
@explained
def tune(config_file: Path | None, precision: float) -> None:
    """Propose answer_at from what became of own answers. Changes nothing."""
    from bot.terminal.tuning import tune as tell

    click.echo("\n".join(asyncio.run(tell(loaded(config_file), precision))))


_semantic = click.option(
    "--semantic/--no-semantic",
    "is_semantic",
    default=True,
    help="Find by the meaning of sentences where the extra is installed.",
)


@faq.command("check")
@config_option
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@explained
def check_faq(config_file: Path | None, file: Path | None) -> None:
    """Try the questions whose answers are known. Exit 1 if one is answered in another way."""
    from bot.terminal.housekeeping import check_faq as try_all

    config = loaded(config_file)
    file = file or config.faq.checks
    if file is None:
        say = voice_of(config.bot.language).say
        raise click.ClickException(say("没有要检查的文件：写在命令后面，或配置 [faq] checks"))
    lines, is_well = asyncio.run(try_all(config, file))
    click.echo("\n".join(lines))
    if not is_well:
        raise SystemExit(1)


@faq.command()
@click.option("--kb", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--queries", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@_semantic
@explained
def match(kb: Path, queries: Path, out: Path, *, is_semantic: bool) -> None:
    """Match many queries against a knowledge base. Both are JSON lines; predictions go to a file."""
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
@explained
def evaluate(kb: Path, queries: Path, gold: Path, *, is_semantic: bool) -> None:
    """Measure the matcher on questions with known answers. Accuracy, recall@3, MRR, coverage at 95 and 98 % precision."""
    from faq.batch import UnusableLine, evaluate_files
    from faq.sentences import bundled

    try:
        click.echo("\n".join(evaluate_files(kb, queries, gold, encode=bundled() if is_semantic else None)))
    except UnusableLine as fault:
        raise click.ClickException(str(fault)) from fault
