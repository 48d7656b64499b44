"""Word documents as Word and WPS write them: styles by name, contents, hidden words, links, forms, lines of a copied page, passwords."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from faq.formats import Row, UnreadableFile, parse

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Target="https://example.com/client" TargetMode="External"/>'
    '<Relationship Id="rId2" Target="media/image1.png"/></Relationships>'
)
# As WPS numbers them: 1 is the body, 2 the first heading.
_WPS = (
    '<w:style w:styleId="1"><w:name w:val="Normal"/></w:style>'
    '<w:style w:styleId="2"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>'
    '<w:style w:styleId="3"><w:name w:val="heading 2"/></w:style>'
    '<w:style w:styleId="5"><w:name w:val="Body Text"/></w:style>'
    '<w:style w:styleId="6"><w:name w:val="toc 1"/></w:style>'
    '<w:style w:styleId="7"><w:name w:val="Title"/></w:style>'
    '<w:style w:styleId="8"><w:name w:val="我们的问题"/><w:basedOn w:val="3"/></w:style>'
    '<w:style w:styleId="9"><w:name w:val="List Number"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
)


def paragraph(text: str, style: str = "1", inside: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t>{text}</w:t></w:r>{inside}</w:p>'


def table(*rows: tuple[str, ...]) -> str:
    cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{each}</w:tr>' for each in cells)}</w:tbl>"


def document(*blocks: str, styles: str = _WPS) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as members:
        members.writestr(
            "word/document.xml", f"<w:document {_W} {_R}><w:body>{''.join(blocks)}</w:body></w:document>"
        )
        members.writestr("word/styles.xml", f"<w:styles {_W}>{styles}</w:styles>")
        members.writestr("word/_rels/document.xml.rels", _RELATIONS)
    return out.getvalue()


def rows(*blocks: str) -> tuple[Row, ...]:
    found = parse("x.docx", document(*blocks))
    assert found.faults == ()
    return found.rows


def pairs(*blocks: str) -> list[tuple[str, str]]:
    return [(row.question, row.answer) for row in rows(*blocks)]


def test_headings_are_told_by_the_names_of_their_styles() -> None:
    blocks = (
        paragraph("平台手册", "7"),
        paragraph("版本 2.3"),
        paragraph("一、账号", "2"),
        paragraph("1.1 忘记密码怎么办？", "3"),
        paragraph("点“忘记密码”。", "5"),
        paragraph("1.2 3.2 以上版本登不上", "8"),
        paragraph("清缓存。", "1"),
    )
    assert [(row.question, row.answer, row.category) for row in rows(*blocks)] == [
        ("忘记密码怎么办？", "点“忘记密码”。", "账号"),
        ("3.2 以上版本登不上", "清缓存。", "账号"),
    ]


def test_a_version_in_front_of_a_question_is_no_number() -> None:
    blocks = (paragraph("3.2 以上版本登不上", "3"), paragraph("清缓存。"), paragraph("2.5D 屏怎么擦", "3"))
    assert [each[0] for each in pairs(*blocks, paragraph("用软布。"))] == [
        "3.2 以上版本登不上",
        "2.5D 屏怎么擦",
    ]


def test_the_contents_are_no_questions() -> None:
    contents = (paragraph("忘记密码怎么办？ 1", "6"), paragraph("卡纸怎么办？ 2", "6"))
    questions = (paragraph("忘记密码怎么办？"), paragraph("点链接。"), paragraph("", "1"))
    more = (paragraph("卡纸怎么办？"), paragraph("开盖。"))
    assert pairs(*contents, paragraph(""), *questions, *more) == [
        ("忘记密码怎么办？", "点链接。"),
        ("卡纸怎么办？", "开盖。"),
    ]


def test_numbers_that_a_style_brings_make_questions() -> None:
    blocks = (
        paragraph("打印机找不到怎么办？", "9"),
        paragraph("重新搜索。"),
        paragraph("按钮是灰的", "9"),
        paragraph("找管理员。"),
    )
    assert pairs(*blocks) == [("打印机找不到怎么办？", "重新搜索。"), ("按钮是灰的", "找管理员。")]


def test_what_somebody_hid_is_told_to_nobody() -> None:
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>默认密码 888888</w:t></w:r>"
    shown = '<w:r><w:rPr><w:vanish w:val="0"/></w:rPr><w:t>再试。</w:t></w:r>'
    assert pairs(paragraph("指纹不认", "3"), paragraph("擦干手指，", "1", hidden + shown)) == [
        ("指纹不认", "擦干手指，再试。")
    ]


def test_the_address_of_a_link_stands_behind_its_words() -> None:
    link = '<w:hyperlink r:id="rId1"><w:r><w:t>{}</w:t></w:r></w:hyperlink>'
    elsewhere = '<w:hyperlink r:id="rId2"><w:r><w:t>见图</w:t></w:r></w:hyperlink>'
    bare = link.format("https://example.com/client")
    blocks = (
        paragraph("客户端在哪下", "3"),
        paragraph("请", "1", link.format("点此下载")),
        paragraph("或打开 ", "1", bare),
        paragraph("", "1", elsewhere),
    )
    assert pairs(*blocks) == [
        (
            "客户端在哪下",
            "请点此下载（https://example.com/client）\n或打开 https://example.com/client\n见图",
        )
    ]


def test_a_form_for_each_question() -> None:
    forms = (
        table(("问题", "空调不制冷"), ("原因", "略"), ("解决方法", "清洗滤网。")),
        paragraph(""),
        table(("问题", "空调漏水"), ("原因", "略"), ("解决方法", "关机报修。")),
    )
    assert pairs(*forms) == [("空调不制冷", "清洗滤网。"), ("空调漏水", "关机报修。")]


def test_the_lines_of_a_copied_page_are_joined() -> None:
    lines = (
        "Q1：电脑开机黑屏，风扇在转，但是显示器",
        "没有任何画面怎么处理？",
        "A1：先确认显示器电源灯是否亮，再把内存条拔下",
        "来用橡皮擦一下金手指重新插上，多数情况可以",
        "恢复。仍然黑屏请报修。",
        "Q2：蓝屏怎么办？",
        "A2：硬盘模式被改了，进 BIOS 把 SATA 模式改回",
        "原来的 AHCI。",
    )
    assert pairs(*map(paragraph, lines)) == [
        (
            "电脑开机黑屏，风扇在转，但是显示器没有任何画面怎么处理？",
            "先确认显示器电源灯是否亮，再把内存条拔下来用橡皮擦一下金手指重新插上，多数情况可以恢复。仍然黑屏请报修。",
        ),
        ("蓝屏怎么办？", "硬盘模式被改了，进 BIOS 把 SATA 模式改回原来的 AHCI。"),
    ]


def test_paragraphs_that_are_whole_stay_apart() -> None:
    blocks = (paragraph("怎么连无线", "3"), paragraph("打开 WLAN"), paragraph("选择 School"))
    assert pairs(*blocks) == [("怎么连无线", "打开 WLAN\n选择 School")]


@pytest.mark.parametrize("mark", ["相似问法：", "【相似问】", "其他问法: "])
def test_other_wordings_under_a_question(mark: str) -> None:
    blocks = map(paragraph, ("问：怎么开发票", f"{mark}发票在哪开；能开专票吗", "答：后台-财务。"))
    (row,) = rows(*blocks)
    assert (row.question, row.aliases, row.answer) == (
        "怎么开发票",
        ("发票在哪开", "能开专票吗"),
        "后台-财务。",
    )


@pytest.mark.parametrize("name", ["x.docx", "x.xlsx"])
def test_a_password_and_an_old_file_with_a_new_name_are_told_apart(name: str) -> None:
    old = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    with pytest.raises(UnreadableFile, match="有打开密码"):
        parse(name, old + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(UnreadableFile, match=f"另存为 {name[1:]}"):
        parse(name, old)


def test_headings_that_ask_nothing_are_a_guess() -> None:
    minutes = (
        paragraph("会议内容", "3"),
        paragraph("讨论了预算。"),
        paragraph("下一步", "3"),
        paragraph("采购。"),
    )
    assert parse("x.docx", document(*minutes)).is_guess
    asked = (paragraph("忘记密码", "3"), paragraph("点链接。"), paragraph("下一步", "3"), paragraph("采购。"))
    assert not parse("x.docx", document(*asked)).is_guess
    marked = map(paragraph, ("问：预算", "答：一万。"))
    assert not parse("x.docx", document(*marked)).is_guess
