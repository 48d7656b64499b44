"""The commands that keep what the store holds: backup, restore, migrate, audit."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.clock import SystemClock
from bot.config import Config
from bot.store.portable import Part
from bot.store.registry import located, shown
from bot.terminal.command_line import Voice, config_option, explained, language_of, loaded, voice_of
from bot.tickets.errors import N_

if TYPE_CHECKING:
    from bot.store.copying import Copied

_NAMES = {
    Part.SEEN: N_("处理过的消息"),
    Part.KEPT: N_("设置"),
    Part.ENTRIES: N_("知识条目"),
    Part.USES: N_("知识的使用"),
    Part.LESSONS: N_("待学的"),
    Part.ASKS: N_("提问"),
    Part.LINKS: N_("引用关系"),
    Part.OUTBOX: N_("发送的消息"),
    Part.FILES: N_("带的文件"),
    Part.FAILURES: N_("处理失败"),
    Part.TICKETS: N_("单"),
}


def _file_or_folder(_: click.Context, __: click.Parameter, given: str) -> Path:
    """Return where to write; what ends with a slash is meant to be a folder, and is one afterwards."""
    if given.endswith(("/", os.sep)):
        try:
            Path(given).mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise click.BadParameter(f"{given}: {error.strerror or error}") from error
    return Path(given)


@click.command()
@config_option
@click.option("--check", "is_checked", is_flag=True, help="Read the backup once more and verify it.")
@click.argument("file", callback=_file_or_folder)
@explained
def backup(config_file: Path | None, is_checked: bool, file: Path) -> None:
    """Write everything into one new file. Also while the bot runs; into a folder, under a name with the time (FOLDER/ is made)."""
    from bot.store.copying import back_up, examine  # here and below: what runs the bot copies nothing

    config, voice = _begun(config_file)
    path, copied = asyncio.run(back_up(config.store_url, file, SystemClock().now()))
    if is_checked:
        _, copied = examine(path)
    size = path.stat().st_size
    click.echo(
        voice.say(
            "已备份到 {file}（{size} 字节）：{counts}。", file=path, size=size, counts=_counts(copied, voice)
        )
    )
    if is_checked:
        click.echo(voice.say("已重新读过一遍，校验和、条数都对。"))
    _end(copied, voice)


@click.command()
@config_option
@click.option("--check", "is_check", is_flag=True, help="Only verify the backup; nothing is written.")
@click.option(
    "--replace",
    "is_replacing",
    is_flag=True,
    help="Put aside first what is there: rename the database, or write a backup of what is on Redis.",
)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@explained
def restore(config_file: Path | None, is_check: bool, is_replacing: bool, file: Path) -> None:
    """Fill the empty store from a backup. The store is that of the configuration, the backup that of any store."""
    from bot.store import copying

    if is_check:
        voice = voice_of(language_of(config_file, os.environ))
        head, copied = copying.examine(file)
        words = {"at": head.at.isoformat(" ", "minutes"), "program": head.program, "store": head.store}
        click.echo(
            voice.say("{at} 的备份（shouwen {program}，{store}），完好：", **words) + _counts(copied, voice)
        )
        return _end(copied, voice)
    config, voice = _begun(config_file)
    copied = asyncio.run(
        copying.restore(config.store_url, file, SystemClock().now(), is_replacing=is_replacing)
    )
    if copied.aside:
        click.echo(voice.say("原来的数据在 {file}。", file=copied.aside))
    click.echo(voice.say("已恢复并核对：{counts}。", counts=_counts(copied, voice)))
    return _end(copied, voice)


@click.command()
@config_option
@click.option(
    "--to",
    "target",
    required=True,
    help="URL of an empty store: sqlite:PATH, redis://…, or env:NAME when a password is in it.",
)
@explained
def migrate(config_file: Path | None, target: str) -> None:
    """Copy everything into another store and verify it. The old one stays; run it again if it was interrupted."""
    from bot.store import copying

    config, voice = _begun(config_file)
    url = os.environ.get(target.removeprefix("env:"), "") if target.startswith("env:") else target
    copied = asyncio.run(copying.migrate(config.store_url, url, SystemClock().now()))
    click.echo(voice.say("已复制并核对：{counts}。", counts=_counts(copied, voice)))
    click.echo(
        voice.say(
            "把配置里的 [store] url 改成 {url} 再启动；原来的库没有动。",
            url=target if target.startswith("env:") else shown(located(url)),
        )
    )
    _end(copied, voice)


@click.command()
@config_option
@explained
def audit(config_file: Path | None) -> None:
    """Verify the hash chain of every ticket, and the ticket against it. Also while the bot runs; exit 1 if one is wrong."""
    from bot.store import copying

    config, voice = _begun(config_file)
    copied = asyncio.run(copying.audit(config.store_url))
    words = {
        "count": copied.counts[Part.TICKETS],
        "broken": len(copied.broken) + len(copied.altered),
    }
    _end(copied, voice, voice.say("{count} 张单，{broken} 张有问题。", **words))


def _begun(config_file: Path | None) -> tuple[Config, Voice]:
    config = loaded(config_file)
    return config, voice_of(config.bot.language)


def _counts(copied: Copied, voice: Voice) -> str:
    return voice.say("，").join(
        f"{voice.translate(_NAMES[part])} {copied.counts[part]}" for part in reversed(list(Part))
    )


def _end(copied: Copied, voice: Voice, last: str = "") -> None:
    """Name the tickets whose archive does not hold, and fail if there are any."""
    for number, place in sorted(copied.broken):
        click.echo(voice.say("✗ {number}：第 {place} 条记录起对不上", number=number, place=place))
    for number, names in copied.altered:
        what = voice.say("、").join(voice.translate(name) for name in names)
        click.echo(voice.say("✗ {number}：单上的{what}和它的记录不一样", number=number, what=what))
    if last:
        click.echo(last)
    if copied.broken or copied.altered:
        raise SystemExit(1)
