"""Word documents (docx): their tables by columns, their paragraphs as lists of questions and answers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import count
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from faq.formats.definitions import has_definitions
from faq.formats.headings import columns
from faq.formats.paragraphs import Paragraph, broken
from faq.formats.prose import drafts_of, is_marked
from faq.formats.rows import Draft, Fault, Read, Remark, UnreadableFile, pictures_in
from faq.formats.tables import NoHeadings, drafts
from faq.formats.taken import NOTHING, Chosen, Column
from faq.formats.word_numbers import Numbers
from faq.formats.word_styles import Styles

MOST_UNPACKED_BYTES = 50_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DOCUMENT, _RELATIONS = "word/document.xml", "word/_rels/document.xml.rels"
_NUMBERING, _STYLES = "word/numbering.xml", "word/styles.xml"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OFF = ("0", "false", "off", "none")
_OF_A_FORM = 2  # columns
_Row = tuple[int, list[str]]  # of a table, with its line
_BOLD = 10  # the depth of a paragraph that is a heading only by its bold print


def parse(data: bytes, chosen: Chosen = NOTHING) -> list[Read]:
    """Return the rows of a document; columns of its tables are what was `chosen`, else what their names say.

    Raises:
        UnreadableFile: It is not one, or no question can be told in it.
    """
    parts, pictures = _parts(data)
    body, numbers = parts[_DOCUMENT], count(1)
    styles = Styles(parts.get(_STYLES))
    shown = Numbers(parts.get(_NUMBERING), styles)
    rows: list[Read] = [*pictures]
    unread: list[tuple[int, int, NoHeadings]] = []  # tables: their lines, and why
    paragraphs: list[Paragraph] = []
    for element in _blocks(body):
        if element.tag == f"{_W}tbl":
            table, goes_on = _table(element, numbers)
            try:
                rows += drafts(_upright(table), chosen=chosen, goes_on=goes_on)
                continue
            except UnreadableFile as why:
                if not isinstance(why, NoHeadings):
                    continue
                unread.append((table[0][0], table[-1][0], why))
        for each in element.iter(f"{_W}p"):
            paragraphs += _paragraphs(each, numbers, shown, styles)
    try:
        rows += drafts_of(broken(_with_headings(paragraphs)))
    except UnreadableFile as why:
        if not any(isinstance(each, Draft) for each in rows):
            raise UnreadableFile(
                why.said("zh"), why.said("en"), (column for _, _, table in unread for column in table.columns)
            ) from why
    about = [each for each in rows if isinstance(each, Remark | Column)]
    placed = sorted((each for each in rows if isinstance(each, Draft | Fault)), key=lambda row: row.line)
    return [*about, *_not_told(unread, placed), *placed]


def _not_told(
    tables: Sequence[tuple[int, int, NoHeadings]], placed: Sequence[Draft | Fault]
) -> Iterator[Fault]:
    """Yield the tables of which nothing was made: their columns have no names, and their paragraphs ask nothing."""
    lines = [each.line for each in placed]
    for first, last, why in tables:
        if not any(first <= line <= last for line in lines):
            yield Fault(
                first,
                "没有读这张表",
                f"{why.said('zh')}不是问答的表不用管。",
                "table not read",
                f"{why.said('en')} If it is about something else, never mind.",
            )


def _parts(data: bytes) -> tuple[dict[str, ElementTree.Element], list[Remark]]:
    """Return the text of a document, what there is of its numbering, styles and links, and what is to be said of its pictures."""
    try:
        with ZipFile(io.BytesIO(data)) as members:
            beside = [name for name in (_NUMBERING, _STYLES, _RELATIONS) if name in members.namelist()]
            parts = {name: _part(members, name) for name in (_DOCUMENT, *beside)}
            pictures = pictures_in(members, "word/media/")
    except (
        BadZipFile,
        KeyError,
        ElementTree.ParseError,
        NotImplementedError,
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise UnreadableFile(
            "这个文件不是完好的 docx 文档，请在 Word 里另存为 .docx 再试。",
            "The file is no sound docx document, save it as .docx with Word and try again.",
        ) from error
    _prepare(parts[_DOCUMENT], _addresses(parts.get(_RELATIONS)))
    return parts, pictures


def _prepare(root: ElementTree.Element, addresses: Mapping[str, str]) -> None:
    """Take out what is not to be read, and write the addresses of links behind their words."""
    for parent in list(root.iter()):
        for child in list(parent):
            # What stands there a second time, for programs that know no text boxes; and what somebody hid tells no customer.
            if child.tag == _FALLBACK or (child.tag == f"{_W}r" and _is_on(child, "vanish")):
                parent.remove(child)
        address = addresses.get(parent.get(_RELATION, "")) if parent.tag == f"{_W}hyperlink" else None
        if address and address not in (said := "".join(_written(parent))):
            run = ElementTree.SubElement(parent, f"{_W}r")
            ElementTree.SubElement(run, f"{_W}t").text = f"（{address}）" if said.strip() else ""


def _addresses(relations: ElementTree.Element | None) -> dict[str, str]:
    """Return by their ids the addresses on the web that a document links to."""
    found = [] if relations is None else [(each.get("Id", ""), each.get("Target", "")) for each in relations]
    return {id_: target for id_, target in found if target.startswith(("http://", "https://"))}


def _part(members: ZipFile, name: str) -> ElementTree.Element:
    info = members.getinfo(name)
    if info.file_size > MOST_UNPACKED_BYTES:
        raise UnreadableFile(
            "这个文档展开后太大了，请分成几个文件。",
            "The document is too large once unpacked, make several files of it.",
        )
    xml = members.read(info)
    if has_definitions(io.BytesIO(xml)):
        raise UnreadableFile(
            "这个文档里有不该有的定义，请在 Word 里另存为 .docx 再试。",
            "The document has definitions that do not belong there, save it as .docx with Word and try again.",
        )
    return ElementTree.fromstring(xml)  # noqa: S314 - without definitions there is nothing to expand


def _blocks(element: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the paragraphs and tables that stand in no other ones."""
    for child in element:
        if child.tag in (f"{_W}p", f"{_W}tbl"):
            yield child
        else:
            yield from _blocks(child)


def _table(table: ElementTree.Element, numbers: Iterator[int]) -> tuple[list[_Row], set[tuple[int, int]]]:
    """Return the rows of a table, and the cells (line, column) that go on from the one above."""
    rows: list[_Row] = []
    goes_on: set[tuple[int, int]] = set()
    above: list[str] = []
    for row in table.iter(f"{_W}tr"):
        line = next(numbers)
        cells: list[str] = []
        for cell in row.iter(f"{_W}tc"):
            merged, span = cell.find(f"{_W}tcPr/{_W}vMerge"), cell.find(f"{_W}tcPr/{_W}gridSpan")
            text = "\n".join("".join(_written(each)).strip() for each in cell.iter(f"{_W}p")).strip()
            if merged is not None and merged.get(f"{_W}val") != "restart":
                goes_on.add((line, len(cells)))
                text = above[len(cells)] if len(cells) < len(above) else ""
            width = span.get(f"{_W}val", "1") if span is not None else "1"
            cells += [text, *[""] * (min(int(width), 64) - 1 if width.isdecimal() else 0)]
        rows.append((line, cells))
        above = cells
    return rows, goes_on


def _upright(table: list[_Row]) -> list[_Row]:
    """Return a table; one that is a form, what is what in front and beside it what it is, with its headings on top."""
    if any(len(cells) != _OF_A_FORM for _, cells in table):
        return table
    names, values = ([cells[place] for _, cells in table] for place in range(_OF_A_FORM))
    return table if columns(names) is None else [(table[0][0], names), (table[0][0], values)]


def _paragraphs(
    element: ElementTree.Element, numbers: Iterator[int], shown: Numbers, styles: Styles
) -> Iterator[Paragraph]:
    text = "".join(_written(element)).strip()
    if styles.is_contents(element):
        text = ""
    depth = styles.depth(element) or (_BOLD if _is_bold(element) else 0)
    # Of a paragraph that says already what it is the number says nothing more.
    number = shown.shown(element) if text else ""
    for part in (text if is_marked(text) else number + text).split("\n"):
        yield Paragraph(next(numbers), part.strip(), depth)


def _with_headings(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs; bold print makes a heading where nothing else does, and where not all is bold."""
    said = [each for each in paragraphs if each.text]
    is_by_print = not any(0 < each.depth < _BOLD for each in said) and any(not each.depth for each in said)
    return [
        Paragraph(each.line, each.text, each.depth if each.depth < _BOLD or is_by_print else 0)
        for each in paragraphs
    ]


def _is_bold(paragraph: ElementTree.Element) -> bool:
    runs = [run for run in paragraph.iter(f"{_W}r") if "".join(_written(run)).strip()]
    return bool(runs) and all(_is_on(run, "b") for run in runs)


def _is_on(run: ElementTree.Element, mark: str) -> bool:
    found = run.find(f"{_W}rPr/{_W}{mark}")
    return found is not None and found.get(f"{_W}val") not in _OFF


def _written(element: ElementTree.Element) -> Iterator[str]:
    for each in element:
        if each.tag == f"{_W}t":
            yield each.text or ""
        elif each.tag == f"{_W}tab":
            yield " "
        elif each.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif each.tag not in (f"{_W}p", f"{_W}pPr", f"{_W}rPr"):  # a paragraph in a text box comes by itself
            yield from _written(each)
