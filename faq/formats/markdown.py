"""Markdown: a second-level heading is a question, the list under it says more about it, the rest is the answer.

Files of others are read as they are meant: headings over headings are chapters, and a list of 问 and 答 is what it is anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec
from msgspec.structs import replace

from faq.entries import Entry
from faq.formats.encodings import decode
from faq.formats.headings import COLUMNS, field_of
from faq.formats.rows import DATES, SEVERAL, Draft, Read, Remark, UnreadableFile, join, split
from faq.formats.taken import NOTHING, Chosen

_HEADING = re.compile(r"##[ \t]+(.*)")
_GROUP = re.compile(r"#[ \t]")
_OURS = re.compile(r"^##[ \t].*\{#[^{}\n]*\}[ \t]*$", re.MULTILINE)  # a question with its id
_DEEPER = re.compile(r"###[ \t]")
_NUMBER = re.compile(
    r"\d+(?:\.\d+)+[.、．]?[ \t]*|\d+[ \t]*[.、．)）][ \t]*|[一二三四五六七八九十]{1,3}[、.．][ \t]*"
)
_FENCE = re.compile(r" {0,3}(?P<sign>`{3,}|~{3,})(?P<kind>[^`]*)")
_ID_AT_THE_END = re.compile(r"(.*?)[ \t]*\{#([^{}]*)\}[ \t]*")
_ID_IN_FRONT = re.compile(r"([A-Za-z]{1,4}-[0-9]+)[ \t:：.、]+(.+)")
_NAMES = "相似问法|相似|分类|标签|适用客户|编号|启用|图片|链接|生效日|失效日|复核日|负责人"
_ABOUT = re.compile(rf"[-*][ \t]*({_NAMES})[ \t]*[:：](.*)")
_CONTENTS = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\[[^\]]*\]\(#[^)]*\)\s*")
_BETWEEN_ALIASES = re.compile(r"[ \t]+/[ \t]+")
# Lines of an answer that would be read as something else carry a backslash, as is usual in Markdown.
_MISREAD = re.compile(rf"\\*(?:##?[ \t]|[-*][ \t]*(?:{_NAMES})[ \t]*[:：])")


class _Section(msgspec.Struct):
    line: int
    heading: str
    chapter: str = ""
    about: list[tuple[str, str]] = msgspec.field(default_factory=list)
    answer: list[str] = msgspec.field(default_factory=list)


def parse(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:  # noqa: ARG001 - it has no columns
    """Return the sections of a Markdown file as rows, each with the line of its heading.

    Raises:
        UnreadableFile: It is not a text, or there is no question in it.
    """
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if _OURS.search(text) is not None:
        return _headings(text, {}, is_ours=True)
    # Only files of others need it, and every start that fills an empty store reads one of ours.
    from faq.formats.markdown_lists import chapters_of, pairs_of_markdown
    from faq.formats.markdown_words import without_markup

    rows = pairs_of_markdown(text) or _headings(
        text, chapters_of(_at_usual_depth(text.split("\n"))), is_ours=False
    )
    return list(without_markup(rows))


def _headings(text: str, chapters: Mapping[int, str], *, is_ours: bool) -> list[Read]:
    sections = [each for each in _sections(text, chapters) if is_ours or not _is_contents(each)]
    if not sections:
        raise UnreadableFile(
            "没有找到问题：每个问题要以“## ”开头单独一行。",
            "No question was found: each stands on a line of its own that begins with “## ”.",
        )
    are_numbered = len(sections) > 1 and all(
        _NUMBER.match(each.heading) and not _ID_AT_THE_END.fullmatch(each.heading) for each in sections
    )
    rows = [_row(_unnumbered(each) if are_numbered else each) for each in sections]
    return [*_passed_over(text.split("\n"), chapters), *rows]


def _passed_over(lines: Sequence[str], chapters: Mapping[int, str]) -> Iterator[Read]:
    """Tell of the words that stand under a chapter before its first question: nobody asks for them."""
    for number in (each for each, words in chapters.items() if words):
        title = lines[number - 1].lstrip("#").strip()
        yield Remark(
            f"“{title}”（第 {number} 行）是一章，它下面、第一个问题前面的话没有导入。",
            f"“{title}” (line {number}) is a chapter; what stands under it before its first question is not imported.",
        )


def _sections(text: str, chapters: Collection[int]) -> Iterator[_Section]:
    section: _Section | None = None
    lines = _at_usual_depth(text.split("\n"))
    chapter, literal_until = "", 0
    for number, line in enumerate(lines, 1):
        if section is not None and number > literal_until and _FENCE.fullmatch(line):
            literal_until = _end_of_fence(lines, number)
        if section is not None and number <= literal_until:
            section.answer.append(_unescaped(line))
        elif number in chapters or (chapter and _DEEPER.match(line)):
            if section is not None:
                yield section
            heading = line.lstrip("#").strip()
            if number in chapters:
                section, chapter = None, _NUMBER.sub("", heading)
            else:
                section = _Section(number, heading, chapter)
        elif found := _HEADING.fullmatch(line):
            if section is not None:
                yield section
            section, chapter = _Section(number, found[1]), ""
        elif _GROUP.match(line):
            # The title of a group of questions ends the answer before it.
            if section is not None:
                yield section
            section, chapter = None, ""
        elif section is None:
            continue
        elif not any(section.answer) and (about := _ABOUT.fullmatch(line)):
            section.about.append((about[1], about[2].strip()))
        else:
            section.answer.append(_unescaped(line))
    if section is not None:
        yield section


def _is_contents(section: _Section) -> bool:
    """Say whether a section only lists links to other places of its page."""
    lines = [line for line in section.answer if line.strip()]
    return bool(lines) and all(map(_CONTENTS.fullmatch, lines))


def _unescaped(line: str) -> str:
    return line[1:] if line.startswith("\\") and _MISREAD.match(line) else line


def _end_of_fence(lines: Sequence[str], begin: int) -> int:
    """Return the number of the line that ends a piece of program begun in a line; 0 where none does: another one or an entry of ours begins first, or the text ends."""
    opened = _FENCE.fullmatch(lines[begin - 1])
    sign = opened["sign"] if opened else ""
    for number, line in enumerate(lines[begin:] if sign else (), begin + 1):
        if _OURS.match(line):  # in what we write no line of an answer looks like that
            return 0
        other = _FENCE.fullmatch(line)
        if other is None or not other["sign"].startswith(sign):
            continue
        return 0 if other["kind"].strip() else number
    return 0


def _unnumbered(section: _Section) -> _Section:
    return replace(section, heading=_NUMBER.sub("", section.heading, count=1))


def _at_usual_depth(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines of a file with its questions at the usual depth, where they stand deeper, or all at the top."""
    if any(_HEADING.fullmatch(line) for line in lines):
        return lines
    if any(line.startswith("### ") for line in lines):
        return [line[1:] if line.startswith("### ") else line for line in lines]
    return [f"#{line}" if _GROUP.match(line) else line for line in lines]


def _row(section: _Section) -> Draft:
    question, id_ = section.heading.strip(), ""
    if at_the_end := _ID_AT_THE_END.fullmatch(question):
        question, id_ = at_the_end[1], at_the_end[2]
    elif in_front := _ID_IN_FRONT.fullmatch(question):
        id_, question = in_front[1], in_front[2]
    aliases: list[str] = []
    one_of: dict[str, str] = {}
    each_of: dict[str, list[str]] = {name: [] for name in SEVERAL}
    for name, value in section.about:
        if name == "相似":
            aliases.append(value)
        elif name == "相似问法":
            aliases += _BETWEEN_ALIASES.split(value)
        elif (several := field_of(name)) in each_of:
            each_of[several].append(value)
        else:
            one_of[name] = value
    others: dict[str, str | tuple[str, ...]] = {
        field: one_of[title] for field in (*DATES, "owner") if (title := COLUMNS[field][0]) in one_of
    }
    others |= {field: tuple(values) for field, values in each_of.items() if values}
    return Draft(
        line=section.line,
        question=question,
        answer="\n".join(section.answer),
        id=one_of.get("编号", id_),
        aliases=tuple(aliases),
        tags=split(one_of.get("标签", "")),
        category=one_of.get("分类", section.chapter),
        customer=one_of.get("适用客户", ""),
        is_enabled=one_of.get("启用"),
        others=others,
    )


def dump(entries: Iterable[Entry]) -> bytes:
    """Return a Markdown file."""
    return "\n".join(_section(entry) for entry in entries).encode()


def _section(entry: Entry) -> str:
    about = [f"相似: {alias}" for alias in entry.aliases]
    if entry.category:
        about.append(f"分类: {entry.category}")
    if entry.tags:
        about.append(f"标签: {join(entry.tags, '；')}")
    if entry.customer:
        about.append(f"适用客户: {entry.customer}")
    if not entry.is_enabled:
        about.append("启用: 否")
    about += [f"图片: {picture}" for picture in entry.pictures]
    about += [f"链接: {link}" for link in entry.links]
    days = (entry.valid_from, entry.valid_until, entry.review_on)
    about += [f"{COLUMNS[name][0]}: {day}" for name, day in zip(DATES, days, strict=True) if day]
    if entry.owner:
        about.append(f"负责人: {entry.owner}")
    answer = ("\\" + line if _MISREAD.match(line) else line for line in entry.answer.split("\n"))
    return "\n".join(
        [f"## {entry.question} {{#{entry.id}}}", *(f"- {line}" for line in about), "", *answer, ""]
    )
