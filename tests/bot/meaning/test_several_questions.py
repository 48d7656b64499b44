"""Messages that ask for two things are cut where a person would cut them, and only these."""

from __future__ import annotations

import pytest

from bot.meaning.deciding import Candidates, Give, OfferTicket
from bot.meaning.several_questions import asked_parts, with_parts
from faq.entries import Entry
from faq.knowledge import Answer, Hit, Nothing, Suggest


def hit(id_: str, score: float = 0.95) -> Hit:
    return Hit(Entry(id=id_, question=f"问{id_}", answer=f"答{id_}"), score, "")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("打印机卡纸怎么弄？会议室怎么订？", ("打印机卡纸怎么弄", "会议室怎么订")),
        ("门禁卡丢了怎么补，顺便问下车位怎么租", ("门禁卡丢了怎么补", "车位怎么租")),
        ("自助机打不开 另外发票怎么开", ("自助机打不开", "发票怎么开")),
        ("打印机卡纸怎么弄，还有会议室怎么订", ("打印机卡纸怎么弄", "会议室怎么订")),
        ("how do i reset my password and where are my invoices", ("how do i reset my password", "where are my invoices")),
        ("录播怎么导出？急！", ()),
        ("还有谁没交表？", ()),
        ("打印机卡纸了。怎么办？", ()),
        ("我昨天改了密码，还有手机号，现在怎么登录", ()),
        ("how do i move and copy tasks", ()),
        ("甲怎么办？乙怎么办？丙怎么办？丁怎么办？", ()),  # who asks so much wants a person
        ("怎么办？" * 100, ()),
    ],
)  # fmt: skip
def test_where_a_message_is_cut(text: str, parts: tuple[str, ...]) -> None:
    assert asked_parts(text) == parts


def test_what_is_said_to_several_questions() -> None:
    one, two = hit("1"), hit("2")
    assert with_parts(OfferTicket(), [Answer(one), Answer(two)]) == Give(one, also=(two,))
    assert with_parts(OfferTicket(), [Answer(one), Suggest((two,))]) == Candidates(
        (one, two), is_several=True
    )
    assert with_parts(Give(one), [Answer(one), Suggest((two,))]) == Give(one)
    assert with_parts(Give(one), [Answer(one), Answer(one)]) == Give(one)
    assert with_parts(OfferTicket(), [Answer(one), Nothing()]) == OfferTicket()
    assert with_parts(OfferTicket(), []) == OfferTicket()
