"""`shouwen top`: what its screen says, and how it finds the bot."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.telemetry.run_file import Running, folder_of, read, write
from bot.terminal.command_line import voice_of
from bot.terminal.figures import reading
from bot.terminal.top import screen

FIGURES = """\
shouwen_open_tickets{state="unclaimed"} 3
shouwen_open_tickets{state="claimed"} 4
shouwen_open_tickets{state="solved"} 1
shouwen_overdue_tickets %(overdue)d
shouwen_due_tickets 0
shouwen_messages_total{adapter="qq"} %(messages)d
shouwen_answers_total{kind="answer"} 5
shouwen_answers_total{kind="candidates"} 6
shouwen_answers_total{kind="offer"} 7
shouwen_steps_total{step="Claim"} 2
shouwen_commit_seconds_bucket{le="0.001"} 1
shouwen_commit_seconds_bucket{le="0.01"} 99
shouwen_commit_seconds_bucket{le="+Inf"} 100
shouwen_commit_seconds_count 100
shouwen_adapter_connected{adapter="qq"} %(connected)d
shouwen_adapter_connected{adapter="telegram"} 1
shouwen_outbox_waiting{adapter="qq"} 7
shouwen_outbox_age_seconds{adapter="qq"} 65
shouwen_dead_letters 0
shouwen_open_failures 0
shouwen_tick_age_seconds 1
"""


def figures(at: float, **values: int):
    return reading(FIGURES % ({"overdue": 0, "messages": 0, "connected": 1} | values), at)


def test_the_screen_says_how_things_stand() -> None:
    now = figures(2.0, messages=30)
    lines = screen(figures(0.0, messages=10), now, voice_of("zh"), "http://bot", is_coloured=False)
    text = "\n".join(lines)
    assert "在办 8　没人接 3　超时 0　等确认 1" in text
    assert "收到 10.0/秒（共 30）　答复 5　候选 6　报单提议 7　重复投递 0" in text
    assert "待发 7（最久 1 min 5 s）" in text
    assert (
        "平台 telegram　已连接　发出 0.0/秒　待发 0（最久 0 s）　没发成 0" in text
    )  # nothing is told of it yet
    assert "99% 在 10 ms 内" in text


def test_english_is_complete() -> None:
    lines = screen(None, figures(2.0), voice_of("en"), "http://bot", is_coloured=False)
    assert not [character for line in lines for character in line if "\u4e00" <= character <= "\u9fff"]


@pytest.mark.parametrize(("values", "word"), [({"overdue": 2}, "超时 2"), ({"connected": 0}, "未连接")])
def test_what_needs_somebody_is_red(values: dict[str, int], word: str) -> None:
    lines = screen(None, figures(2.0, **values), voice_of("zh"), "http://bot", is_coloured=True)
    red = [line for line in lines if line.startswith("\x1b[31m")]
    assert len(red) == 1
    assert word in red[0]


def test_a_tool_finds_the_bot_of_its_configuration(tmp_path: Path) -> None:
    folder, running = tmp_path / "run", Running("http://127.0.0.1:1", "secret")
    path = write(folder, tmp_path / "config.toml", running)
    assert read(folder, tmp_path / "config.toml") == running
    assert read(folder, tmp_path / "other.toml") is None
    assert "secret" not in repr(running)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        folder.chmod(0o755)
        with pytest.raises(PermissionError):
            write(folder, tmp_path / "config.toml", running)


def test_each_user_has_a_folder() -> None:
    assert folder_of({"XDG_RUNTIME_DIR": "/run/user/7"}) == Path("/run/user/7/shouwen")
    assert str(os.getuid()) in folder_of({}).name


def test_without_a_bot_it_is_one_sentence(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("", encoding="utf-8")
    result = CliRunner().invoke(main, ["top", "-c", str(config)], env={"XDG_RUNTIME_DIR": str(tmp_path)})
    assert result.exit_code == 1
    assert "--address" in result.output
    words = ["top", "--once", "-c", str(config), "--address", "http://127.0.0.1:9"]
    unreachable = CliRunner().invoke(main, words)
    assert unreachable.exit_code == 1
    assert "没有回音" in unreachable.output
