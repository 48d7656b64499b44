"""English is complete: every text the bot says is collected, translated with the same values, and compiled."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords, parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.commands import parse, spec_named
from bot.texts import LANGUAGES, Texts
from bot.tickets.errors import N_, Phrase, TicketError
from bot.tickets.model import Party
from bot.tickets.speaker import Speaker
from bot.vocabulary import EXAMPLE_NUMBER, SPECS, Spec

_BOT = Path(__file__).parents[2] / "bot"
_ADAPTERS = _BOT.parent / "adapters"
_LOCALE = _BOT / "locale"
_PO = _LOCALE / "en" / "LC_MESSAGES" / "shouwen.po"
_CJK = re.compile(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_TRANSCRIPTS = Path(__file__).parents[1] / "transcripts"
_IN_CHINESE = "私聊 陈经理"  # a private chat has the language of the bot
_SIGNS = ("🆕", "🔴", "⏳", "⚠️", "✅", "📞", "🔁", "⏰", "✓", "✗")

# Modules and folders whose Chinese no chat and no page shows, and why.
_SAYS_ITSELF = {
    "config": "mistakes of a configuration are told in both languages by configuration.mistakes",
    "configuration": "as above, and defaults that a configuration may change",
    "rooms/reach": "shown by check and doctor before there is a catalogue, so it carries both languages itself",
    "terminal/housekeeping": "the command line",
    "terminal/replay": "the command line of whoever writes conversations",
    "terminal/transcripts": "the command line of whoever writes conversations",
}
# Texts beyond those that only read what people typed.
_NOT_SAID = {
    "接单 ": "what a button types",
    "接受 ": "what a button types",
    "拒绝 ": "what a button types",
    "通过 ": "what a button types",
    "收到 ": "what a button types",
    "升级 ": "what a number of a list types",
    "级": "a name of a level that people type",
    "好": "a text to load an encoder with",
    "不": "looked for beside a verb in what a customer reported",
    "没": "as above",
    "；": "joins what an import did, for the log",
    "、": "joins names of files in the archive",
    "紧急": "a word that means urgent, by default",
    "瘫痪": "a word that means urgent, by default",
    "全挂": "a word that means urgent, by default",
}
# Constants that hold what people type.
_HEARD = {
    "_OF_ANYTHING",
    "_SAYS_FIRST",
    "_HOUR",
    "_BUSY",
    "_COMES",
    "_FINDS",
    "_CALLS",
    "_KEY",
    "_DAY",
    "_IS_DONE",
    "_REST",
    "_SAID_OF_WORK",
    "_REPORTS",
    "_CONTACT",
    "_OFFERS",
    "_ITS_SYSTEM",
    "_WHOSE",
    "_SPANS",
    "_SPAN",
    "_SHOW",
    "_WORDS",
    "_MAY",
    "_VERY",
    "_ASKS_FOR_IT",
    "_UNIT",
    "_USER",
    "_IS",
    "_ENDS",
    "_OURS",
    "_HOW",
    "_USUALLY",
    "_TIMES",
    "_WRITTEN",
    "_DEEDS",
    "_YOU",
    "_SEPARATORS",
    "_A_DAY",
    "_AGREES",
    "_WHEN",
    "_ENDS_ASKING",
    "_MARKS",
    "_BETWEEN",
    "BETWEEN",
    "_COUNTED",
    "_CAUSE",
    "_METHOD",
    "_PREVENTION",
    "_WHAT",
    "_DONE",
    "_WHETHER",
    "_CALL_WORDS",
    "_BETTER_BY",
    "_LATER",
    "_ASKS",
    "_ITS",
    "_MOVE",
    "_IS_IT",
    "_QUICKLY",
    "_AGREEABLE",
    "_BEGINS_IN_A_HURRY",
    "_US",
    "_WISH",
    "_NO_NEED",
    "_COMING",
    "_WORKS",
    "_CALLS_OFF",
    "_WAITS",
    "_DAYS",
    "_WEEKDAYS",
    "_HALVES",
    "_HALF",
    "_N",
    "_DIGITS",
    "_QUARTERS",
    "_WEEKS",
    "_ALONE",
    "_TITLES",
    "_SURNAMES",
    "_FREQUENT",
    "NO_UNIT",
    "_COMPOUND",
    "_DOES",
    "_YES",
    "_NO",
    "_KINDLY",
    "_NUMBER",
    "_END",
    "_MYSELF",
    "_TAKES",
    "_LOOKS",
    "_COUNTS",
    "_DAYS_PART",
    "_SOME_DAY",
    "_LAUGHS",
    "_IS_AT_IT",
    "_TO_MAJOR",
    "_SOFTLY",
    "_PICKS",
    "_GIVEN",
    "_DOING",
    "_TICKETS",
    "_DAY_AHEAD",
    "_WHO",
    "_HAS",
    "_HOW_MANY",
    "_LOOK",
    "_BY_AND_BY",
    "_GAP",
    "_HALF_WIDTH",
    "_ORDINALS",
    "_ABOVE",
    "_OF_WHAT",
    "_POLITELY",
    "_NUMBERED",
}
_READING = {
    "compile", "search", "match", "strip", "lstrip", "rstrip", "removeprefix", "removesuffix", "replace", "startswith",
    "endswith", "partition", "split",
}  # fmt: skip


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with _PO.open("rb") as file:
        return read_po(file, locale="en", domain="shouwen")


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """What `make texts` would collect now."""
    with (_LOCALE / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = parse_keywords((_LOCALE / "keywords").read_text("utf-8").split())
    found = [
        each for folder in (_BOT, _ADAPTERS) for each in extract_from_dir(folder, methods, options, keywords)
    ]
    return {message for _, _, message, _, _ in found if isinstance(message, str)}


def test_every_text_is_in_the_catalogue_and_nothing_else(catalogue: Catalog, collected: set[str]) -> None:
    assert len(collected) > 400
    assert {message.id for message in catalogue if message.id} == collected, "run: make texts"


def test_every_text_is_translated(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and not message.string] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert not catalogue.obsolete


def test_translations_name_the_same_values(catalogue: Catalog) -> None:
    differing = [m.id for m in catalogue if m.id and _values(str(m.id)) != _values(str(m.string))]
    assert differing == []


def test_translations_keep_the_signs(catalogue: Catalog) -> None:
    differing = [
        m.id
        for m in catalogue
        if m.id and [s for s in _SIGNS if s in str(m.id)] != [s for s in _SIGNS if s in str(m.string)]
    ]
    assert differing == []


def test_no_chinese_is_left(catalogue: Catalog) -> None:
    assert [m.string for m in catalogue if m.id and _CJK.search(str(m.string))] == []


def test_the_compiled_catalogue_is_that_of_the_texts(catalogue: Catalog) -> None:
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    assert _PO.with_suffix(".mo").read_bytes() == compiled.getvalue(), "run: make texts"


def test_chinese_that_reaches_people_is_collected(collected: set[str]) -> None:
    words = {name for spec in SPECS for name in spec.names}
    known = collected | words | _NOT_SAID.keys()
    left = {
        f"{relative}: {text}"
        for relative, module in _modules()
        if not _SAYS_ITSELF.keys() & _named(relative)
        for text in _said(module)
        if text not in known
    }
    assert not left, "say it with a keyword of locale/keywords, or name the reason in this file"


@pytest.mark.parametrize(
    "path",
    sorted([*_ADAPTERS.rglob("examination.py"), _ADAPTERS / "clock_check.py"]),
    ids=lambda path: str(path.relative_to(_ADAPTERS)),
)
def test_what_an_adapter_finds_is_collected(path: Path, collected: set[str]) -> None:
    left = [text for text in _said(ast.parse(path.read_text("utf-8"))) if text not in collected]
    assert [text for text in left if re.search(r"[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("path", sorted((_BOT / "dashboard").rglob("*.html")), ids=lambda path: path.name)
def test_templates_show_nothing_but_translations(path: Path) -> None:
    translated = re.compile(r"_\((['\"]).*?\1\)")
    bare = translated.sub("", path.read_text("utf-8")).replace("中文", "")  # what the language calls itself
    assert not _CJK.search(bare)


def test_english_rooms_read_no_chinese_but_names() -> None:
    config = tomllib.loads((_TRANSCRIPTS / "school.toml").read_text("utf-8"))
    names = [config["bot"]["name"], *(person["name"] for person in config["people"])]
    for path in _TRANSCRIPTS.glob("english-*.chat"):
        for line in path.read_text("utf-8").splitlines():
            where, sign, text = line.partition(" < ")
            if sign and not where.endswith(_IN_CHINESE):
                for name in names:
                    text = text.replace(name, "")
                assert not _CJK.search(text), line


def test_the_exceptions_are_needed() -> None:
    assert {name for relative, _ in _modules() for name in _named(relative)} >= _SAYS_ITSELF.keys()
    assert {text for _, module in _modules() for text in _said(module)} >= _NOT_SAID.keys()
    constants = {
        target.id
        for _, module in _modules()
        for node in module.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    assert constants >= _HEARD


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.word)
def test_every_example_is_the_command_it_explains(spec: Spec, language: str) -> None:
    example = _speaker(language).say(spec.example, number=EXAMPLE_NUMBER)
    command = parse(example)
    assert command is not None
    assert command.spec is spec
    assert command.number == (EXAMPLE_NUMBER if "{number}" in spec.example else None)
    if spec.usage:
        assert _speaker(language).say(spec.usage).lstrip("/").startswith(spec.called(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_command_is_called_by_a_word_of_the_language(language: str) -> None:
    for spec in SPECS:
        assert spec_named(spec.called(language)) is spec
        assert bool(_CJK.search(spec.called(language))) is (language == "zh")
        assert spec.called(language) not in spec.others(language)


def test_the_empty_text_stays_empty() -> None:
    assert Texts().translator("en")("") == ""


def test_an_unknown_language_is_chinese() -> None:
    assert Texts().translator("xx")("处理中") == "处理中"


_NOW = datetime(2026, 6, 24, 4, 0, tzinfo=UTC)  # Wednesday 12:00 in Shanghai


@pytest.mark.parametrize(
    ("ahead", "zh", "en"),
    [
        (timedelta(hours=2), "14:00", "14:00"),
        (timedelta(days=1), "明天 12:00", "tomorrow 12:00"),
        (timedelta(days=-1), "昨天 12:00", "yesterday 12:00"),
        (timedelta(days=5, minutes=5), "周一 12:05", "Mon 12:05"),
        (timedelta(days=9), "7-3 12:00", "3 Jul 12:00"),
        (timedelta(days=-20), "6-4 12:00", "4 Jun 12:00"),
        (timedelta(days=192), "2027-1-2 12:00", "2 Jan 2027 12:00"),
    ],
)
def test_instants_are_said_as_people_say_them(ahead: timedelta, zh: str, en: str) -> None:
    assert _speaker("zh").time(_NOW + ahead) == zh
    assert _speaker("en").time(_NOW + ahead) == en


@pytest.mark.parametrize(
    ("length", "zh", "en"),
    [
        (timedelta(seconds=59), "不到 1 分钟", "less than 1 min"),
        (timedelta(minutes=8), "8 分钟", "8 min"),
        (timedelta(hours=1, minutes=20), "1 小时 20 分钟", "1 h 20 min"),
        (timedelta(days=1), "1 天", "1 day"),
        (timedelta(days=3, hours=2, minutes=5), "3 天 2 小时", "3 days 2 h"),
    ],
)
def test_lengths_are_said_as_people_say_them(length: timedelta, zh: str, en: str) -> None:
    assert _speaker("zh").length(length) == zh
    assert _speaker("en").length(length) == en


def test_a_text_inside_a_text_is_said_in_the_same_language_and_customers_words_are_left_alone() -> None:
    error = TicketError(
        N_("{number} {who}：{what}。"), number=1, who=(Phrase(N_("原因")), Party("z", "方法")), what="处理中"
    )
    assert _speaker("zh").refuse(error) == "1 原因、方法：处理中。"
    assert _speaker("en").refuse(error) == "1, cause, 方法: 处理中."


def _speaker(language: str) -> Speaker:
    return Speaker(Texts().translator(language), ZoneInfo("Asia/Shanghai"), _NOW, language)


def _values(template: str) -> set[str]:
    fields = (name for _, name, _, _ in Formatter().parse(template) if name)
    return {re.split(r"[.\[]", name)[0] for name in fields}


def _named(relative: Path) -> set[str]:
    """Return by what a module may be named: itself, and the folder it stands in."""
    return {relative.with_suffix("").as_posix(), relative.parent.as_posix()}


@cache
def _modules() -> list[tuple[Path, ast.Module]]:
    """Return every module of the bot with its path in it."""
    texts = ((path.relative_to(_BOT), path.read_text("utf-8")) for path in sorted(_BOT.rglob("*.py")))
    return [(relative, ast.parse(text)) for relative, text in texts]


def _said(part: ast.AST) -> Iterator[str]:
    """Yield the Chinese of a module that is not documentation and does not only read what somebody typed."""
    unsaid = set(_unsaid(part))
    for child in ast.iter_child_nodes(part):
        if child in unsaid:
            continue
        if isinstance(child, ast.Constant):
            if isinstance(child.value, str) and _CJK.search(child.value):
                yield child.value
        else:
            yield from _said(child)


def _unsaid(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the children of a node that are documentation, or that read what somebody typed."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif isinstance(node, ast.Compare):
        yield from ast.iter_child_nodes(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _READING:
        yield from node.args
    elif (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Sentence", "SequenceOf")
    ):
        yield from node.args  # a pattern that is compiled later
    elif isinstance(node, ast.Assign) and {getattr(t, "id", "") for t in node.targets} & _HEARD:
        yield node.value
