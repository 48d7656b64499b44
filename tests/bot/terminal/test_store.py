"""The commands that keep what the store holds, as an administrator uses them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.config import for_replay, load
from bot.store.registry import open_store
from bot.terminal.replay import Stage
from bot.terminal.transcripts import Say

EXAMPLE = Path(__file__).parents[3] / "config.example.toml"
AT = datetime(2026, 3, 6, 1, tzinfo=UTC)

Shouwen = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example configuration with a store of its own, in which there is one ticket."""
    path = tmp_path / "config.toml"
    path.write_text(EXAMPLE.read_text(encoding="utf-8").replace('"faq.example.md"', ""), encoding="utf-8")
    settings = load(path, {})

    async def report() -> None:
        stage = Stage(for_replay(settings), settings.store_url, AT)
        await stage.start()
        await stage.act(Say("育才群", "王老师", "报障 打印机坏了"))
        await stage.stop()

    asyncio.run(report())
    return path


@pytest.fixture
def shouwen(config: Path) -> Shouwen:
    return lambda command, *words: CliRunner().invoke(main, [command, "-c", str(config), *map(str, words)])


def test_a_backup_is_verified_and_brings_everything_back(
    shouwen: Shouwen, config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "monday.backup"
    made = shouwen("backup", "--check", file)
    assert made.exit_code == 0, made.output
    assert "单 1" in made.output
    assert "都对" in made.output
    assert "完好" in shouwen("restore", "--check", file).output
    refused = shouwen("restore", file)
    assert refused.exit_code == 1
    assert "--replace" in refused.output
    database = config.parent / "data" / "shouwen.db"
    database.write_bytes(b"broken")
    restored = shouwen("restore", "--replace", file)
    assert restored.exit_code == 0, restored.output
    assert "before-restore-" in restored.output
    assert "1 张单，0 张有问题" in shouwen("audit").output


def test_a_folder_that_is_not_there_is_made_for_a_backup(shouwen: Shouwen, tmp_path: Path) -> None:
    made = shouwen("backup", f"{tmp_path / 'a' / 'b'}/")
    assert made.exit_code == 0
    (file,) = (tmp_path / "a" / "b").iterdir()
    assert file.name in made.output
    (tmp_path / "taken").touch()
    refused = shouwen("backup", f"{tmp_path / 'taken'}/")
    assert refused.exit_code != 0
    assert "taken" in refused.output


def test_a_backup_is_never_overwritten(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "monday.backup"
    assert shouwen("backup", file).exit_code == 0
    again = shouwen("backup", file)
    assert again.exit_code == 1
    assert "已经有了" in again.output


def test_a_move_says_what_to_do_next(
    shouwen: Shouwen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = f"sqlite:{tmp_path / 'new.db'}"
    moved = shouwen("migrate", "--to", target)
    assert moved.exit_code == 0, moved.output
    assert target in moved.output
    monkeypatch.setenv("NEW_STORE", f"sqlite:{tmp_path / 'secret.db'}")
    hidden = shouwen("migrate", "--to", "env:NEW_STORE")
    assert hidden.exit_code == 0, hidden.output
    assert "secret.db" not in hidden.output
    assert shouwen("migrate", "--to", "nothing:x").exit_code == 1


def test_a_move_to_the_store_itself_is_refused_by_whatever_name(
    shouwen: Shouwen, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(config.parent)
    link = tmp_path / "elsewhere.db"
    link.symlink_to(config.parent / "data" / "shouwen.db")
    for name in ("data/shouwen.db", link):
        moved = shouwen("migrate", "--to", f"sqlite:{name}")
        assert moved.exit_code == 1
        assert moved.output == "Error: 要搬去的库就是现在的库。\n"


def test_a_move_says_an_address_that_means_the_same_in_the_configuration(
    shouwen: Shouwen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line reads paths from where it is called, the configuration from where it lies."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    moved = shouwen("migrate", "--to", "sqlite:new.db")
    assert f"url 改成 sqlite:{elsewhere / 'new.db'} 再启动" in moved.output


def test_a_database_that_nothing_was_written_to_is_not_taken_for_one_of_another_program(
    shouwen: Shouwen, config: Path, tmp_path: Path
) -> None:
    """A first start on a full disk leaves such a file."""
    database = config.parent / "data" / "shouwen.db"
    database.unlink()
    database.touch()
    refused = shouwen("backup", tmp_path / "x.backup")
    assert refused.exit_code == 1
    assert refused.output == f"Error: 数据库 {database} 里还什么都没有；请先运行一次机器人。\n"


def test_english_is_spoken_where_the_configuration_speaks_english(
    shouwen: Shouwen, config: Path, tmp_path: Path
) -> None:
    text = config.read_text(encoding="utf-8").replace('language = "zh"', 'language = "en"')
    config.write_text(text, encoding="utf-8")
    file = tmp_path / "monday.backup"
    said = "".join(
        result.output
        for result in (
            shouwen("backup", "--check", file),
            shouwen("backup", file),
            shouwen("restore", "--check", file),
            shouwen("restore", file),
            shouwen("audit"),
            shouwen("migrate", "--to", f"sqlite:{tmp_path / 'new.db'}"),
        )
    )
    assert "1 tickets" in said or "tickets 1" in said
    assert not [character for character in said if "\u4e00" <= character <= "\u9fff"], said


def test_the_audit_names_a_changed_record_while_the_bot_runs(shouwen: Shouwen, config: Path) -> None:
    path = config.parent / "data" / "shouwen.db"
    with sqlite3.connect(path) as database:
        database.execute("UPDATE records SET body = replace(body, '坏了', '好了')")
    database.close()

    async def beside_a_bot() -> Result:
        store = await open_store(f"sqlite:{path}", AT)
        try:
            return await asyncio.to_thread(shouwen, "audit")
        finally:
            await store.close()

    result = asyncio.run(beside_a_bot())
    assert result.exit_code == 1
    assert "1001" in result.output


def test_the_audit_names_what_a_ticket_says_besides_its_records(shouwen: Shouwen, config: Path) -> None:
    settings = load(config, {})

    async def goes_on() -> None:
        stage = Stage(for_replay(settings), settings.store_url, AT + timedelta(minutes=1))
        await stage.start()
        for room, person, text in (
            ("值班群", "老张", "接单 1001"),
            ("育才群", "老张", "1001 我看一下"),
            ("值班群", "老张", "解决 1001 原因:缺纸 方法:加纸 预防:无"),
            ("育才群", "王老师", "1"),
            ("育才群", "王老师", "1 2"),
        ):
            await stage.act(Say(room, person, text))
        await stage.stop()

    asyncio.run(goes_on())
    assert "0 张有问题" in shouwen("audit").output
    with closing(sqlite3.connect(config.parent / "data" / "shouwen.db")) as database, database:
        database.execute(
            "UPDATE tickets SET body = replace(replace(body, '\"speed\":1', '\"speed\":5'), '缺纸', '正常')"
        )
    result = shouwen("audit")
    assert result.exit_code == 1
    assert "✗ 1001：单上的处理结果、评分和它的记录不一样" in result.output
    assert "1 张有问题" in result.output


def test_a_locale_decides_where_there_is_no_configuration(tmp_path: Path) -> None:
    for locale, word in (("de_DE.UTF-8", "no backup"), ("zh_CN.UTF-8", "不是"), ("C", "不是")):
        file = tmp_path / "something"
        file.write_text("")
        words = ["restore", "--check", "-c", str(tmp_path / "nowhere.toml"), str(file)]
        result = CliRunner().invoke(main, words, env={"LC_ALL": locale})
        assert result.exit_code == 1
        assert word in result.output


@pytest.mark.parametrize("name", ["figures.xlsx", "figures.html"])
def test_the_figures_of_some_days_are_a_file(shouwen: Shouwen, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    made = shouwen("report", "--from", "2000-01-01", "--to", "2100-01-01", "--out", file)
    assert made.exit_code == 0, made.output
    assert f"已写到 {file}" in made.output
    assert file.read_bytes().startswith(b"PK" if name.endswith("x") else b"<!doctype html>")
    if name.endswith("l"):
        assert "打印机坏了" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "2026-03-31", "--out", "x.pdf"), "要写成 .xlsx 或 .html"),
        (("--to", "2026-02-28", "--out", "x.xlsx"), "--to 不能早于 --from"),
        (("--to", "2026-03-31", "--out", "x.xlsx", "--customer", "nobody"), "没有客户 nobody"),
    ],
)
def test_figures_that_cannot_be_made_are_one_sentence(
    shouwen: Shouwen, words: tuple[str, ...], said: str
) -> None:
    made = shouwen("report", "--from", "2026-03-01", *words)
    assert made.exit_code == 1
    assert said in made.output
