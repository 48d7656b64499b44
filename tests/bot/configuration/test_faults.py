"""A configuration is refused as a whole, in words, and without giving a secret away."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ConfigurationFaults, Mistake, load

GOOD = Path(__file__).with_name("good.toml").read_text(encoding="utf-8")
ENVIRONMENT = {"QQ_TOKEN": "hush-hush"}


def faults_of(text: str, folder: Path) -> ConfigurationFaults:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationFaults) as caught:
        load(path, ENVIRONMENT)
    return caught.value


def test_all_mistakes_are_told_at_once_from_top_to_bottom(tmp_path: Path) -> None:
    text = GOOD
    changes = {
        "bot.first_ticket": ("first_ticket = 1001", "first_ticket = 0"),
        "store.url": ("sqlite:data", "data"),
        "faq.suggest_at": ("suggest_at = 0.4", "suggest_at = 0.9"),
        "adapters[1].mode": ('"reverse"', '"revers"'),
        "people[1].role": ('"engineer"', '"enginer"'),
        "customers[0].contract.until": ("until = 2027", "until = 2024"),
        "rooms[1].address": ("qq:group:2", "qq:grp:2"),
        "calendars.workday.holidays": ('"CN"', '"US"'),
        "rotas.first.shift": ('shift = "7d"', 'shift = "5"'),
        "policies.edu.default_level": ('default_level = "1"', 'default_level = "9"'),
        "policies.edu.levels[0].clocks[0].kind": ('"respond"', '"respnd"'),
        "ladders.standard[0].at": ('"50%"', '"50"'),
        "tickets.undo_within": ('undo_within = "5m"', 'undo_within = "5"'),
        "survey.low_at": ("low_at = 2", "low_at = 6"),
    }
    for was, becomes in changes.values():
        assert was in text
        text = text.replace(was, becomes, 1)
    faults = faults_of(text, tmp_path)
    assert [mistake.key for mistake in faults.mistakes] == list(changes)
    lines = [mistake.line or 0 for mistake in faults.mistakes]
    assert lines == sorted(lines)
    assert str(faults).splitlines() == faults.lines() == faults.lines("zh")


def test_a_slip_is_told_once_and_not_again_where_it_is_referred_to(tmp_path: Path) -> None:
    """The rota names the engineer whose role is misspelt, and rooms the duty room whose kind is."""
    text = GOOD.replace('"engineer"', '"enginer"').replace('kind = "duty"', 'kind = "dut"')
    assert [mistake.key for mistake in faults_of(text, tmp_path).mistakes] == [
        "people[1].role",
        "rooms[1].kind",
    ]


def test_a_mistake_is_one_line_in_the_language_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace("first_ticket = 1001", 'language = "en"\nfirst_ticket = 0')
    faults = faults_of(text, tmp_path)
    assert str(faults) == (
        "line 6: bot.first_ticket = 0: expected a whole number, at least 1, at most 999999999"
    )
    assert faults.lines("zh") == ["第 6 行 bot.first_ticket = 0：应为整数，不小于 1，不大于 999999999"]


def test_a_missing_key_is_told_where_its_table_begins(tmp_path: Path) -> None:
    faults = faults_of('[[people]]\nid = "a"\nname = "A"\n', tmp_path)
    assert faults.lines("zh") == [
        "第 1 行 people[0].role：没有写，应为 contact | engineer | leader | manager | director | knowledge | admin"
    ]
    assert faults.lines("en") == [
        "line 1: people[0].role: missing, expected contact | engineer | leader | manager | director | knowledge | admin"
    ]


SYNTAX = {
    "no value": (
        '[bot]\nname = "小首"\nlanguage\n',
        3,
        "language",
        "不是正确的 TOML：键的后面应有 =",
    ),
    "value without quotes": (
        "[store]\nurl = hush-hush\n",
        2,
        "url = …",
        "不是正确的 TOML：等号后面的值写得不对，文字要加引号",
    ),
    "key written twice": (
        "[bot]\nname = 'a'\nname = 'b'\n",
        3,
        "name = …",
        "不是正确的 TOML：这个键前面已经写过",
    ),
    "list without an end": (
        "[faq]\nfiles = ['a'\n",
        3,
        "",
        "不是正确的 TOML：列表没有写完，少了逗号或 ]",
    ),
    "what nobody translated": (
        '[bot]\nname = "\\ud800"\n',
        2,
        "name = …",
        "不是正确的 TOML：Escaped character is not a Unicode scalar value",
    ),
    "quotes of Chinese": (
        "[bot]\nname = “小首” # 名字\n",
        2,
        "name = …",
        '不是正确的 TOML：这里有中文标点 “ ，要写成英文的 "',
    ),
    "a quote of Chinese at the end": (
        '[bot]\nname = "小首”\n',
        2,
        "name = …",
        '不是正确的 TOML：这里有中文标点 ” ，要写成英文的 "',
    ),
    "comma of Chinese": (
        '[faq]\nfiles = ["甲，乙.md"，"b"]\n',
        2,
        "files = …",
        "不是正确的 TOML：这里有中文标点 ， ，要写成英文的 ,",
    ),
    "equals sign of Chinese": (
        "[bot]\nname ＝ 'a'\n",
        2,
        "name ＝ 'a'",
        "不是正确的 TOML：这里有中文标点 ＝ ，要写成英文的 =",
    ),
    "brackets of Chinese": ("【bot】\n", 1, "【bot】", "不是正确的 TOML：这里有中文标点 【 ，要写成英文的 ["),
    "space of Chinese": (
        "[bot]\nname = 'a'\u3000\n",
        2,
        "name = …",
        "不是正确的 TOML：这里有全角空格或看不见的字符，请删掉",
    ),
    "punctuation of Chinese where it belongs": (
        "[bot]\nname = '小首，在' '吗'  # 名字：“小首”\n",
        2,
        "name = …",
        "不是正确的 TOML：一行只能写一个键，文字要加引号",
    ),
    "one table among several": (
        "[people]\nid = 'a'\n[[people]]\nid = 'b'\n",
        3,
        "[[people]]",
        "不是正确的 TOML：[people] 和 [[people]] 混用了，每一处都写 [[people]]",
    ),
    "brackets without number": (f"a = {'[' * 5000}", None, "", "括号套得太深"),
}


@pytest.mark.parametrize(("text", "line", "found", "expected"), SYNTAX.values(), ids=SYNTAX)
def test_what_is_not_toml_is_told_with_its_line_and_without_its_value(
    text: str, line: int | None, found: str, expected: str, tmp_path: Path
) -> None:
    faults = faults_of(text, tmp_path)
    [mistake] = faults.mistakes
    assert (mistake.key, mistake.line, mistake.found, mistake.expected) == (
        "config.toml",
        line,
        found,
        expected,
    )
    assert "hush" not in str(faults)


def test_what_is_not_toml_is_told_in_the_language_that_the_file_asks_for(tmp_path: Path) -> None:
    faults = faults_of('[bot]\nlanguage = "en"\n[store]\nurl = "sqlite:C:\\data"\n', tmp_path)
    assert str(faults).startswith("line 4: config.toml url = …: not valid TOML: ")
    assert faults.lines("zh")[0].startswith("第 4 行 config.toml url = …：不是正确的 TOML：")


def test_a_file_that_is_not_there_or_not_text_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults) as missing:
        load(tmp_path / "nowhere.toml", {})
    assert str(missing.value) == "nowhere.toml：没有这个文件"
    with pytest.raises(ConfigurationFaults) as folder:
        load(tmp_path, {})
    assert str(folder.value) == f"{tmp_path.name}：这是文件夹，应为文件"
    (tmp_path / "gbk.toml").write_bytes('[bot]\nname = "小首"\n'.encode("gbk"))
    with pytest.raises(ConfigurationFaults) as encoded:
        load(tmp_path / "gbk.toml", {})
    assert encoded.value.lines("en") == ["line 2: gbk.toml: expected UTF-8 text"]


def test_the_mark_that_windows_editors_write_first_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GOOD.replace("\n", "\r\n"), encoding="utf-8-sig", newline="")
    assert load(path, ENVIRONMENT).bot.name == "小首"


@pytest.mark.parametrize("path", [r"C:\Users\me\a.db", r"C:\data\a.db", r"D:\xyz\a.db"])
def test_a_path_of_windows_between_double_quotes_is_told_how_to_be_written(tmp_path: Path, path: str) -> None:
    faults = faults_of(GOOD.replace('"sqlite:data/shouwen.db"', f'"sqlite:{path}"'), tmp_path)
    (mistake,) = faults.mistakes
    assert "改用单引号；Windows 的路径里写 / 也行" in mistake.expected
    assert "a \\ in a text is written" in mistake.text("en")


@pytest.mark.parametrize("url", ["sqlite::memory:", "sqlite:file::memory:", "sqlite:.", "sqlite:///"])
def test_a_database_is_a_file(tmp_path: Path, url: str) -> None:
    (mistake,) = faults_of(GOOD.replace("sqlite:data/shouwen.db", url), tmp_path).mistakes
    assert (mistake.key, "应为一个文件" in mistake.expected) == ("store.url", True)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("${QQ_TOKEN}", "env:QQ_TOKEN"),
        ("%QQ_TOKEN%", "env:QQ_TOKEN"),
        ("env：QQ_TOKEN", "env:QQ_TOKEN"),
        ("ENV:QQ_TOKEN", "env:QQ_TOKEN"),
        ("File:secrets/qq.txt", "file:secrets/qq.txt"),
    ],
)
def test_a_name_that_is_almost_one_of_a_secret_is_not_taken_for_the_secret(
    tmp_path: Path, written: str, right: str
) -> None:
    assert '"env:QQ_TOKEN"' in GOOD
    (mistake,) = faults_of(GOOD.replace('"env:QQ_TOKEN"', f'"{written}"'), tmp_path).mistakes
    assert (mistake.found, mistake.expected) == (f'"{written}"', f'应写成 "{right}"')


def test_a_space_after_the_colon_is_no_part_of_the_name_of_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GOOD.replace('"env:QQ_TOKEN"', '"env: QQ_TOKEN"'), encoding="utf-8")
    assert load(path, ENVIRONMENT)


def test_a_package_that_redis_needs_is_missed_before_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis", None)  # how Python knows what is not there
    text = GOOD.replace("sqlite:data/shouwen.db", "redis://:hush@127.0.0.1:6379/0")
    (mistake,) = faults_of(text, tmp_path).mistakes
    assert (mistake.key, mistake.found) == ("store.url", '"redis:***@127.0.0.1:6379/0"')
    assert "make extras" in mistake.expected


def test_a_file_of_answers_that_cannot_be_opened_is_told_before_the_start(tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    text = GOOD.replace("files = []", 'files = ["answers"]')
    (mistake,) = faults_of(text, tmp_path).mistakes
    assert (mistake.key, mistake.expected) == ("faq.files[0]", "这是文件夹，应为文件")


def test_the_end_of_a_line_is_no_part_of_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(GOOD.replace('"sqlite:data/shouwen.db"', '"env:STORE"'), encoding="utf-8")
    given = ENVIRONMENT | {"STORE": "redis://127.0.0.1:6379/0\r"}
    assert load(path, given).store_url == "redis://127.0.0.1:6379/0"


def test_no_mistake_shows_a_secret(tmp_path: Path) -> None:
    """Neither where it belongs nor where somebody put it by accident."""
    text = (
        'token = "hush-hush"\n'
        + GOOD.replace("[web]\n", '[web]\naccess_token = "hush-hush"\n')
        .replace('mode = "reverse"', 'mode = "forward"\nurl = ["hush-hush"]\nself_id = "hush-hush"')
        .replace('type = "onebot"', 'type = "onebot"\nacces_token = "hush-hush"')
        .replace('"sqlite:data/shouwen.db"', '"mysql://:hush-hush@host/0"')
        + '[[adapter]]\naccess_token = "hush-hush"\n'
    )
    faults = faults_of(text, tmp_path)
    assert {mistake.key for mistake in faults.mistakes} == {
        "token",
        "web.access_token",
        "adapters[1].url",
        "adapters[1].acces_token",
        "store.url",
        "adapter",
    }
    assert "hush" not in repr(faults) + str(faults) + "".join(faults.lines("en"))


@given(text=st.text())
def test_no_text_brings_anything_but_mistakes(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    read_or_refuse(text.encode(errors="replace"), tmp_path_factory.getbasetemp())


VALUES = """
1 | -1 | 0.5 | nan | true | "" | "always" | "env:X" | "file:\\u0000" | 2026-02-16 | 0001-01-01T00:00:00 | "9999-12-31 23:59"
"99999999999999999999h" | "99:99-99:99" | "Asia" | "../etc" | "\\u0000" | ":" | [] | {} | [[]] | [{}] | ["always"]
{ mon = ["00:00-24:00"] } | { kind = 1 } | [{ kind = "respond" }]
"""
PAIRS = [number for number, line in enumerate(GOOD.splitlines()) if " = " in line and "{ kind" not in line]


@given(
    changes=st.dictionaries(
        st.sampled_from(PAIRS),
        st.sampled_from([None, *VALUES.strip().replace("\n", " | ").split(" | ")]),
        min_size=1,
        max_size=6,
    ),
    gone=st.sets(st.sampled_from(range(len(GOOD.splitlines()))), max_size=3),
)
def test_no_values_and_no_gaps_bring_anything_but_mistakes(
    changes: dict[int, str | None], gone: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines = GOOD.splitlines()
    for number, value in changes.items():
        key, _, _ = lines[number].partition(" = ")
        lines[number] = "" if value is None else f"{key} = {value}"
    text = "\n".join(line for number, line in enumerate(lines) if number not in gone)
    read_or_refuse(text.encode(), tmp_path_factory.getbasetemp())


def read_or_refuse(content: bytes, folder: Path) -> None:
    """Read a file; being refused is fine, as long as it says on which of its lines and why."""
    path = folder / "any.toml"
    path.write_bytes(content)
    last_line = content.count(b"\n") + content.count(b"\r") + 1
    for is_replay in (False, True):
        mistakes = mistakes_of(path, is_replay=is_replay)
        assert all(mistake.key and mistake.expected for mistake in mistakes)
        assert all(1 <= (mistake.line or 1) <= last_line for mistake in mistakes)


def mistakes_of(path: Path, *, is_replay: bool) -> tuple[Mistake, ...]:
    try:
        load(path, ENVIRONMENT, is_replay=is_replay)
    except ConfigurationFaults as faults:
        return faults.mistakes
    return ()


_PLANNED = """
[[plans]]
id = "visit"
customer = "yucai"
name = "走访"
{when}
"""


@pytest.mark.parametrize(
    ("when", "key", "says"),
    [
        ('rrule = "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"', "rrule", "DTSTART"),
        ('rrule = "DTSTART:20260302T090000 RRULE:FREQ=DAILY;BYHOUR=9,10"', "rrule", "最多一天一次"),
        ('cron = "0 9 1 * *"\nrrule = "DTSTART:20260302T090000 RRULE:FREQ=DAILY"', "rrule", "只写一个"),
        ("", "cron", "应写一个"),
    ],
)
def test_a_plan_says_once_and_readably_when_it_comes(tmp_path: Path, when: str, key: str, says: str) -> None:
    (mistake,) = faults_of(GOOD + _PLANNED.format(when=when), tmp_path).mistakes
    assert mistake.key == f"plans[0].{key}"
    assert says in str(mistake)
    assert mistake.line


_RESPOND = '{ kind = "respond", within = "5m" },'


@pytest.mark.parametrize(
    ("was", "becomes", "key", "says"),
    [
        (_RESPOND, "", "policies.edu.levels[0].clocks", 'first_response = "none"'),
        (
            'calendar = "always"\n',
            'calendar = "always"\nfirst_response = "none"\n',
            "policies.edu.levels[0].first_response",
            "只能写一个",
        ),
        ('at = "50%"', 'at = "-10m"', "policies.edu.levels[0].clocks[0].within", "ladders.standard[0].at"),
        ('at = "50%"', 'at = "-10m wall"', "policies.edu.levels[0].clocks[0].within", "百分比"),
        ('callback_within = "8h"', 'callback_within = "5m"', "survey.callback_within", "ladders.early[0].at"),
    ],
)
def test_no_first_response_and_points_before_the_start_are_refused(
    tmp_path: Path, was: str, becomes: str, key: str, says: str
) -> None:
    early = '\n[[ladders.early]]\nat = "-15m"\ntell = ["owner"]\n'
    text = GOOD.replace('callback_ladder = "standard"', 'callback_ladder = "early"')
    assert was in text
    (mistake,) = faults_of(text.replace(was, becomes, 1) + early, tmp_path).mistakes
    assert mistake.key == key
    assert says in str(mistake)
    assert mistake.line


_WEEK = ', within = "4h", from = "report"'


@pytest.mark.parametrize(
    ("lasts", "at", "key", "says"),
    [
        # The office is open for 8½ hours; a working day that counts from the next has two of them at most.
        (", working_days = 1", "-18h", "working_days", "工作时间最长 17h"),
        (", working_days = 1, counts_report_day = true", "-9h", "working_days", "工作时间最长 8h30m"),
        (", calendar_days = 3", "-400h", "calendar_days", "工作时间最长 1d10h"),
        (', on_working_day = 2, at = "06:00"', "-18h", "on_working_day", "工作时间最长 17h"),
        # The longest holidays that the calendar knows of were those of the spring of 2020.
        (', within = "4h"', "-30d wall", "within", "按钟表最长"),
        (", working_days = 1", "-30d wall", "working_days", "按钟表最长"),
        (', agreed = true, alternative = { within = "1h" }', "-2h", "alternative", "工作时间最长 1h"),
        (', cron = "0 9 * * *", until = ["resolved"]', "-25h wall", "cron", "按钟表最长 1d"),
    ],
)
def test_a_step_that_lies_before_its_clock_whenever_that_starts_is_refused(
    tmp_path: Path, lasts: str, at: str, key: str, says: str
) -> None:
    """Counted in days, by the calendar or again and again; the ladder of all other clocks stays as it is."""
    own = (
        f'\n[[ladders.own]]\nat = "100%"\ntell = ["owner"]\n[[ladders.own]]\nat = "{at}"\ntell = ["owner"]\n'
    )
    text = GOOD.replace(_WEEK, lasts).replace('ladder = "standard" },', 'ladder = "own" },') + own
    (mistake,) = faults_of(text, tmp_path).mistakes
    assert mistake.key == f"policies.edu.levels[0].clocks[1].{key}"
    assert mistake.expected.startswith("ladders.own[1].at 在它开始之前（不论何时开始，")
    assert says in mistake.expected
    assert "whenever it starts" in mistake.expected_en
    assert mistake.line == text[: text.index('ladder = "own"')].count("\n") + 1


@pytest.mark.parametrize(
    ("lasts", "at"),
    [
        (", working_days = 1", "-17h"),  # reported before the desk opens
        (", working_days = 1, counts_report_day = true", "-8h30m"),
        (', within = "4h"', "-3d wall"),  # reported on a Friday
        (", working_days = 1", "-10d wall"),  # before a holiday
        (", agreed = true, consent = false", "-30d wall"),
        (', rrule = "DTSTART:20260302T090000 RRULE:FREQ=DAILY", until = ["resolved"]', "-25h wall"),
    ],
)
def test_a_step_that_lies_inside_its_clock_from_some_start_is_taken(
    tmp_path: Path, lasts: str, at: str
) -> None:
    own = f'\n[[ladders.own]]\nat = "{at}"\ntell = ["owner"]\n'
    path = tmp_path / "config.toml"
    path.write_text(
        GOOD.replace(_WEEK, lasts).replace('ladder = "standard" },', 'ladder = "own" },') + own,
        encoding="utf-8",
    )
    assert load(path, ENVIRONMENT).ladders["own"].rungs


def test_a_ladder_that_does_not_fit_the_clock_of_a_preset_is_told_at_its_step(tmp_path: Path) -> None:
    """The line is one of the file: what the preset says cannot be changed there."""
    text = GOOD.replace('policy = "edu"', 'policy = "preset:it-warranty"', 1)
    own = '\n[[ladders.it-warranty]]\nat = "-40m"\ntell = ["owner"]\n'
    (mistake,) = faults_of(text + own, tmp_path).mistakes
    assert mistake.key == "ladders.it-warranty[0].at"
    assert "= 20m" in mistake.expected
    assert mistake.line


def test_points_that_may_lie_inside_their_clock_are_taken(tmp_path: Path) -> None:
    """Real time before the due instant reaches over the night; a clock may have a ladder of its own, and so may the rest."""
    text = GOOD.replace('at = "50%"', 'at = "-5h wall"').replace(
        _RESPOND, '{ kind = "respond", within = "5m", ladder = "early" },'
    )
    path = tmp_path / "config.toml"
    path.write_text(text + '\n[[ladders.early]]\nat = "-5m"\ntell = ["owner"]\n', encoding="utf-8")
    assert load(path, ENVIRONMENT).ladders["early"].rungs
