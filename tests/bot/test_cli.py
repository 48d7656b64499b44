"""The command line as a person uses it."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import openpyxl
import pytest
import structlog
from click.testing import CliRunner, Result

from bot.cli import main
from bot.store.sqlite.holding import locked

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

Shouwen = Callable[..., Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example configuration with a store of its own."""
    text = EXAMPLE.read_text(encoding="utf-8")
    text = text.replace('"faq.example.md"', f'"{EXAMPLE.with_name("faq.example.md")}"')
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _own_logs() -> Iterator[None]:
    """What a command sets up for its logs ends with the test."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def shouwen(config: Path) -> Shouwen:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, [*words[:1], *_rest(words[1:], config)])

    return run


def _rest(words: tuple[str, ...], config: Path) -> list[str]:
    if words and words[0] in ("import", "export", "ask"):
        return [words[0], "-c", str(config), *words[1:]]
    return ["-c", str(config), *words]


@pytest.mark.skipif(os.name != "posix", reason="pipes end in another way on Windows")
def test_whoever_has_read_enough_is_not_told_of_an_error(config: Path) -> None:
    command = [sys.executable, "-m", "bot", "check", "-c", str(config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.close()  # as `| head -0` would
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_check_reminds_of_a_clock_that_was_left_movable_beside_a_real_platform(
    shouwen: Shouwen, config: Path
) -> None:
    assert "time_travel" not in shouwen("check").output  # the example is for trying things out
    text = config.read_text(encoding="utf-8")
    real = f'{text}\n[[adapters]]\nname = "qq"\ntype = "onebot"\naccess_token = "x"\n'
    config.write_text(real, encoding="utf-8")
    assert "time_travel = true 只供试用" in shouwen("check").output
    config.write_text(real.replace("\ntime_travel = true", "\ntime_travel = false"), encoding="utf-8")
    assert "time_travel" not in shouwen("check").output


def test_check_says_that_a_configuration_is_fine(shouwen: Shouwen) -> None:
    result = shouwen("check")
    assert result.exit_code == 0
    assert "没有问题" in result.output


def test_check_lists_every_mistake_with_its_line(shouwen: Shouwen, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace('policy = "edu"', 'policy = "eduu"').replace('duty = "duty"', 'duty = "dutyy"'),
        encoding="utf-8",
    )
    result = shouwen("check")
    assert result.exit_code == 1
    assert result.output.count("eduu") >= 2
    assert result.output.count("dutyy") >= 2
    assert "第 " in result.output


def test_a_missing_configuration_is_one_sentence(config: Path) -> None:
    result = CliRunner().invoke(main, ["check", "-c", str(config.with_name("nowhere.toml"))])
    assert result.exit_code == 1
    assert "nowhere.toml" in result.output
    assert "Traceback" not in result.output


def test_due_prints_the_instant_first(shouwen: Shouwen) -> None:
    words = ("due", "--calendar", "workday", "--start", "2026-03-06 16:30", "--within", "2h")
    assert shouwen(*words).output == "2026-03-09T10:00:00+08:00\n"
    lines = shouwen(*words, "--explain").output.splitlines()
    assert lines[0] == "2026-03-09T10:00:00+08:00"
    assert any("16:30–17:30" in line for line in lines[1:])


def test_due_counts_overlapping_pauses_once(shouwen: Shouwen) -> None:
    result = shouwen(
        "due", "--calendar", "workday", "--start", "2026-03-09 09:00", "--within", "4h",
        "--pause", "2026-03-09 10:00..2026-03-09 11:00", "--pause", "2026-03-09 10:30..2026-03-09 11:30",
    )  # fmt: skip
    assert result.output == "2026-03-09T14:30:00+08:00\n"


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--calendar", "nowhere"),
        ("--start", "morgen"),
        ("--within", "a while"),
        ("--pause", "2026-03-09 10:00"),
    ],
)
def test_due_refuses_what_it_does_not_understand(shouwen: Shouwen, option: str, value: str) -> None:
    words = {"--calendar": "workday", "--start": "2026-03-09 09:00", "--within": "2h"} | {option: value}
    result = shouwen("due", *(part for pair in words.items() for part in pair))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_due_says_when_a_plan_comes_back(shouwen: Shouwen, config: Path) -> None:
    plan = """
[[plans]]
id = "visit"
customer = "yucai"
name = "走访"
rrule = "DTSTART:20260302T090000 RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"
"""
    config.write_text(config.read_text(encoding="utf-8") + plan, encoding="utf-8")
    words = ("due", "--plan", "visit", "--start", "2026-03-03 00:00")
    assert shouwen(*words).output == "2026-03-16T09:00:00+08:00\n"
    assert "2026-03-30 周一 09:00" in shouwen(*words, "--explain").output.splitlines()
    assert "visit" in shouwen("due", "--plan", "visitt", "--start", "2026-03-03 00:00").output
    assert shouwen("due", "--start", "2026-03-03 00:00").exit_code == 2


def test_faq_ask_answers_from_the_files_before_there_is_a_store(shouwen: Shouwen) -> None:
    result = shouwen("faq", "ask", "教师端登录提示证书过期怎么办")
    assert "自动校时" in result.output
    assert "K-037" in result.output


def test_faq_ask_explains_candidates_and_thresholds(shouwen: Shouwen) -> None:
    output = shouwen("faq", "ask", "打印不出来", "--explain").output
    assert all(entry in output for entry in ("K-101", "K-102", "K-103"))
    assert "0.90" in output
    assert "0.40" in output
    assert "写法相近 " in output
    assert "alike" not in output


def test_faq_import_twice_changes_nothing(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text(
        "标准问法,相似问法,答案\n电脑开不了机,主机没反应；按开机没用,看电源灯\n没有答案的问题,,\n",
        encoding="utf-8",
    )
    dry = shouwen("faq", "import", "--dry-run", str(file))
    first, second = shouwen("faq", "import", str(file)), shouwen("faq", "import", str(file))
    assert "新增 1" in dry.output
    assert "新增 1" in first.output
    assert "需看 1" in first.output
    assert "第 3 行" in first.output
    assert "新增 0、重复 1" in second.output


def test_columns_that_no_name_tells_are_said_on_the_command_line(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("事由,我们怎么说,备注\n投影仪没电了,换两节电池,张三\n", encoding="utf-8")
    unclear = shouwen("faq", "import", str(file))
    assert unclear.exit_code == 1
    assert "shouwen faq import --column 列名=标准问法 --column 列名=答案 faq.csv" in unclear.output
    columns = ("--column", "事由=question", "--column", "我们怎么说=答案", "--column", "备注=")
    dry = shouwen("faq", "import", "--dry-run", *columns, str(file))
    assert "按选定的列：“事由”当作标准问法、“我们怎么说”当作答案。" in dry.output
    assert "新增 1" in shouwen("faq", "import", *columns, str(file)).output
    wrong = shouwen("faq", "import", "--column", "事由=天气", str(file))
    assert (wrong.exit_code, "“天气”不是用途" in wrong.output) == (1, True)


def test_what_has_ended_answers_nobody_on_the_command_line_either(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("标准问法,答案,失效日\n旧班牌怎么联网,插网线,2020-01-01\n", encoding="utf-8")
    shouwen("faq", "import", str(file))
    assert "插网线" not in shouwen("faq", "ask", "旧班牌怎么联网").output


def test_an_import_into_an_empty_store_brings_the_files_of_the_configuration_first(
    shouwen: Shouwen, tmp_path: Path
) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("标准问法,答案\n电脑开不了机,看电源灯\n", encoding="utf-8")

    dry, first = shouwen("faq", "import", "--dry-run", str(file)), shouwen("faq", "import", str(file))

    assert dry.output.splitlines()[0].startswith("知识库还是空的：会先导入配置 [faq] files 里的 7")
    assert first.output.splitlines()[0] == "知识库还是空的，先导入了配置 [faq] files 里的："
    assert "新增 1" in first.output.splitlines()[2]
    assert "先导入" not in shouwen("faq", "import", str(file)).output
    assert "K-037" in shouwen("faq", "ask", "证书过期").output


def test_replay_speaks_the_language_of_the_configuration(shouwen: Shouwen, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('language = "zh"', 'language = "en"', 1), encoding="utf-8")
    file = config.with_name("x.chat")
    file.write_text("hello\n", encoding="utf-8")
    assert "Line 1: “hello” makes no sense." in shouwen("replay", str(file)).output
    file.write_bytes(b"\xff\xfe\x00")
    assert "The file is no text in UTF-8" in shouwen("replay", str(file)).output


def test_what_one_customer_is_told_can_be_exported(shouwen: Shouwen, tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.csv", tmp_path / "out.jsonl"
    mine.write_text("问题,答案,适用客户\n甲吗,一,育才小学\n", encoding="utf-8")
    assert shouwen("faq", "import", str(mine)).exit_code == 0
    assert shouwen("faq", "export", "--customer", "yucai", str(out)).exit_code == 0
    assert "甲吗" in out.read_text(encoding="utf-8")
    assert "没有客户 nobody" in shouwen("faq", "export", "--customer", "nobody", str(out)).output


def test_faq_export_can_be_opened_as_a_workbook(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "out.xlsx"
    assert shouwen("faq", "export", str(file)).exit_code == 0
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert sheet.max_row > 60


def test_faq_import_of_something_else_is_one_sentence(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG\r\n")
    result = shouwen("faq", "import", str(file))
    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_faq_match_and_eval_work_on_files(tmp_path: Path) -> None:
    kb, queries, out = tmp_path / "kb.jsonl", tmp_path / "q.jsonl", tmp_path / "p.jsonl"
    kb.write_text(
        '{"id": "a", "question": "打印机没纸了怎么办", "aliases": [], "answer": "加纸"}\n'
        '{"id": "b", "question": "忘记登录密码怎么办", "aliases": [], "answer": "找管理员"}\n',
        encoding="utf-8",
    )
    queries.write_text(
        '{"id": "1", "text": "打印机没纸了怎么办", "gold": ["a"]}\n{"id": "2", "text": "今天吃什么", "gold": []}\n',
        encoding="utf-8",
    )
    words = ["--kb", str(kb), "--queries", str(queries)]
    assert CliRunner().invoke(main, ["faq", "match", *words, "--out", str(out)]).exit_code == 0
    first, second = (msgspec.json.decode(line) for line in out.read_text(encoding="utf-8").splitlines())
    assert first["hits"][0][0] == "a"
    assert second == {"id": "2", "hits": []}
    assert "100.0%" in CliRunner().invoke(main, ["faq", "eval", *words, "--gold", str(queries)]).output


def test_replay_tells_the_difference_and_updates(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "hello.chat"
    file.write_text("@ 2026-03-06 09:00\n育才群 王老师 > 报障 打印机坏了\n育才群 < 您好\n", encoding="utf-8")
    wrong = shouwen("replay", str(file))
    assert wrong.exit_code == 1
    assert "-育才群 < 您好" in wrong.output
    assert "+育才群 < 已建单 1001" in wrong.output
    assert shouwen("replay", "--update", str(file)).exit_code == 0
    assert shouwen("replay", str(file)).exit_code == 0


def test_replay_names_the_line_it_does_not_understand(shouwen: Shouwen, tmp_path: Path) -> None:
    file = tmp_path / "broken.chat"
    file.write_text("@ 2026-03-06 09:00\n育才群 没有箭头\n", encoding="utf-8")
    result = shouwen("replay", str(file))
    assert result.exit_code == 1
    assert "第 2 行" in result.output


def test_audit_finds_a_record_that_was_changed(shouwen: Shouwen, tmp_path: Path, config: Path) -> None:
    assert shouwen("faq", "import", str(EXAMPLE.with_name("faq.example.md"))).exit_code == 0
    assert shouwen("audit").exit_code == 0
    _ticket_in(config)
    assert "1 张单，0 张有问题" in shouwen("audit").output
    with sqlite3.connect(config.parent / "data" / "shouwen.db") as database:
        database.execute("UPDATE records SET body = replace(body, '坏了', '好了')")
    database.close()
    broken = shouwen("audit")
    assert broken.exit_code == 1
    assert "1001" in broken.output


def _ticket_in(config: Path) -> None:
    """Put one ticket into the store of a configuration, the way a message does."""
    import asyncio
    from datetime import UTC, datetime

    from bot.config import for_replay, load
    from bot.terminal.replay import Stage
    from bot.terminal.transcripts import Say

    settings = load(config, {})
    stage = Stage(for_replay(settings), settings.store_url, datetime(2026, 3, 6, 1, tzinfo=UTC))

    async def report() -> None:
        await stage.start()
        await stage.act(Say("育才群", "王老师", "报障 打印机坏了"))
        await stage.stop()

    asyncio.run(report())


def test_doctor_looks_at_everything(shouwen: Shouwen) -> None:
    output = shouwen("doctor").output
    assert all(
        subject in output
        for subject in ("Python", "uvloop", "SQLite", "配置", "数据库", "网页", "节假日", "web")
    )


def test_doctor_says_what_is_wrong_with_the_configuration(shouwen: Shouwen, config: Path) -> None:
    config.write_text("[bot]\nnaem = 1\n", encoding="utf-8")
    result = shouwen("doctor")
    assert result.exit_code == 1
    assert "naem" in result.output


@pytest.mark.parametrize("words", [[], ["faq"]], ids=["all", "faq"])
def test_the_list_of_commands_cuts_no_sentence_short(words: list[str]) -> None:
    listed = CliRunner().invoke(main, [*words, "--help"]).output.partition("Commands:")[2]
    assert listed.count(".\n") > 5
    assert "..." not in listed


def test_a_bot_with_a_faulty_configuration_says_so_and_is_not_started_again(
    shouwen: Shouwen, config: Path
) -> None:
    config.write_text(
        config.read_text(encoding="utf-8").replace('policy = "edu"', 'policy = "eduu"'), encoding="utf-8"
    )
    result = shouwen("run")
    assert result.exit_code == 78
    assert result.output.startswith("配置有 2 处要改：\n")
    units = EXAMPLE.parent / "deploy" / "systemd" / "shouwen.service"
    assert "RestartPreventExitStatus=78" in units.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_one_sentence(shouwen: Shouwen, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "faq.csv"
    result = shouwen("faq", "export", str(nowhere))
    assert result.exit_code == 1
    assert result.output == f"Error: {nowhere} 用不了（No such file or directory）。\n"


def test_a_record_is_a_workbook(shouwen: Shouwen, tmp_path: Path) -> None:
    result = shouwen("record", "1001", "--out", str(tmp_path / "record.pdf"))
    assert result.exit_code == 1
    assert "要写成 .xlsx" in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--start", "6 March", "--within", "2h"), "时刻“6 March”看不懂，应写成 2026-03-06 16:30"),
        (("--start", "2026-03-06", "--within", "2x"), "时长“2x”看不懂，应写成 45s、5m、2h、1h30m 或 2d"),
        (
            ("--start", "2026-03-06", "--within", "2h", "--pause", "2026-03-06"),
            "暂停“2026-03-06”看不懂，应写成 2026-03-09 10:00..2026-03-09 11:00",
        ),
    ],
    ids=["start", "within", "pause"],
)
def test_due_says_how_a_time_is_written(shouwen: Shouwen, words: tuple[str, ...], said: str) -> None:
    result = shouwen("due", "--calendar", "workday", *words)
    assert (result.exit_code, result.output) == (1, f"Error: {said}\n")


def test_what_a_terminal_cannot_write_is_no_reason_to_end(config: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    command = [sys.executable, "-m", "bot", "check", "-c", str(config)]
    ended = subprocess.run(
        command, capture_output=True, text=True, encoding="cp1252", env=environment, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert r"\u6ca1\u6709\u95ee\u9898" in ended.stdout  # 没有问题


def test_an_import_is_told_in_the_language_of_the_configuration(shouwen: Shouwen, config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace('language = "zh"', 'language = "en"', 1), encoding="utf-8")
    file = config.with_name("new.csv")
    file.write_text("question,answer\nWhere is the key?,At the desk.\nWhere is it?,\n,Nowhere\n", "utf-8")

    told = shouwen("faq", "import", str(file)).output.splitlines()

    assert told[0] == "The knowledge base was empty, so the files of [faq] files came first:"
    assert told[2:] == [
        "3 read: 1 new, 0 as they were, 0 changed, 2 to look at (row 3: no answer; row 4: no question)",
        "Row 3, no answer: the answer needs words",
        "Row 4, no question: the question needs words",
    ]
    unknown = shouwen("faq", "export", str(config.with_name("faq.pdf")))
    assert "faq.pdf is no format that can be written, use .csv, .xlsx, .md, .jsonl." in unknown.output


@pytest.mark.parametrize("words", [("run",), ("faq", "ask", "hello")], ids=["run", "ask"])
def test_a_file_of_the_configuration_that_cannot_be_read_is_one_sentence(
    shouwen: Shouwen, config: Path, words: tuple[str, ...]
) -> None:
    broken = config.with_name("broken.xlsx")
    broken.write_bytes(b"no workbook")
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace(str(EXAMPLE.with_name("faq.example.md")), str(broken)), encoding="utf-8")
    result = shouwen(*words)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == (
        "Error: broken.xlsx：这个文件不是完好的 xlsx 工作簿，请在 Excel 里另存为 .xlsx 再试。"
    )


def test_a_port_that_is_taken_is_one_sentence(shouwen: Shouwen, config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        text = config.read_text(encoding="utf-8")
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        config.write_text(text.replace('"127.0.0.1:8080"', f'"{address}"'), encoding="utf-8")
        result = shouwen("run")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == (
        f"Error: {address} 不能用（Address already in use）；换一个端口，或停掉占用它的程序"
    )


def test_an_import_beside_a_running_bot_points_to_the_page(shouwen: Shouwen, config: Path) -> None:
    database = config.parent / "data" / "shouwen.db"
    lock = locked(database)
    try:
        result = shouwen("faq", "import", str(EXAMPLE.with_name("faq.example.md")))
    finally:
        lock.release()
    assert result.exit_code == 1
    assert result.output == (
        f"Error: 机器人正在用这个数据库（进程号 {os.getpid()}）：请在看板的“知识”页导入，或先停掉它。\n"
    )
