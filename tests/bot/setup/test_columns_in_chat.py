"""A file whose columns nobody can tell: somebody says in chat what they are, and files like it are not asked about again."""

from __future__ import annotations

import pytest

from bot.setup.layouts import chosen_in
from faq.formats import Column, UnreadableFile
from tests.bot.office import DUTY
from tests.bot.setup.test_setting_up import file, send

SHEET = "现象,怎么弄,登记人\n投影黑屏怎么办,换灯泡,小周\n打印机卡纸怎么办,打开后盖拉出来,小李\n"
COLUMNS = tuple(
    Column(name, letter, "") for name, letter in (("现象", "A"), ("怎么弄", "B"), ("登记人", "C"))
)


@pytest.mark.asyncio
async def test_what_is_said_of_columns_is_asked_once(office):
    (asked,) = await send(office, file(SHEET, "我们的问答.csv"))
    assert "A 现象（投影黑屏怎么办）" in asked
    assert "列 A=问法 B=答案" in asked
    await office.hear(DUTY, "陈经理", "列 A=问法 B=答案")
    (shown,) = office.said(DUTY)
    assert shown.startswith(
        "读到 2 条：新增 2、修改 0、重复 0、需看 0。\n按选定的列：“现象”当作标准问法、“怎么弄”当作答案。"
    )
    await office.hear(DUTY, "陈经理", "确认导入")
    assert office.said(DUTY) == ["已导入 2 条新的、0 条改过的（我们的问答.csv）。"]
    (said,) = await send(office, file(SHEET, "新的问答.csv", number=2))
    assert said.startswith(
        "列按上次说的读；不对就再回“列 A=问法 B=答案”。\n读到 2 条：新增 0、修改 0、重复 2、需看 0。"
    )


@pytest.mark.asyncio
async def test_it_can_be_said_again_otherwise(office):
    await send(office, file(SHEET, "问答.csv"))
    await office.hear(DUTY, "陈经理", "列 B=问法 A=答案")
    assert "新增 2" in office.said(DUTY)[0]
    await office.hear(DUTY, "陈经理", "列 现象是问法，怎么弄是答案")
    assert office.said(DUTY) == []
    await office.hear(DUTY, "陈经理", "列 A=问法 B=废话")
    assert office.said(DUTY)[0].startswith("问答.csv 读不了：“废话”不是用途")


@pytest.mark.asyncio
async def test_without_a_file_it_is_speech_and_colleagues_tables_are_left_alone(office):
    await office.hear(DUTY, "陈经理", "列 A=问法 B=答案")
    await office.hear("育才群", "王老师", "列 A=问法 B=答案")
    assert office.said(DUTY) == []
    assert office.said("育才群") == []
    assert await send(office, file(SHEET, "值班表.csv", number=3)) == []


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("A=问法 B=答案", {"现象": "question", "怎么弄": "answer"}),
        ("a是问法，b是答案", {"现象": "question", "怎么弄": "answer"}),
        ("现象=问题、怎么弄＝答案、登记人=-", {"现象": "question", "怎么弄": "answer", "登记人": ""}),
        ("表发一下", None),
        ("A=问法 谢谢", None),
    ],
)
def test_columns_are_named_by_letters_or_names(words, chosen):
    assert chosen_in(words, COLUMNS) == chosen


def test_what_is_no_use_of_a_column_is_told():
    with pytest.raises(UnreadableFile, match="不是用途"):
        chosen_in("A=废话", COLUMNS)
