"""What people and groups call themselves never passes for words of the bot, nor for somebody of the staff."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import names
from bot.telemetry.logs import on_one_line

STAFF = frozenset({names.key("陈经理"), names.key("Zhang San")})


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("王老师", "王老师"),
        ("  王 老师\t", "王 老师"),
        ("陈经理\n1001 已关闭", "陈经理 1001 已关闭"),
        ("老张\u202e闭关\u2066", "老张 闭关"),
        ("a\u2028b\x1b[31m\x00", "a b [31m"),
        ("\u200b\u200d\ufeff", ""),
        ("👨\u200d👩\u200d👧 一家", "👨\u200d👩\u200d👧 一家"),
        ("长" * 300, "长" * 39 + "…"),
    ],
)
def test_a_name_is_one_short_line(given: str, shown: str) -> None:
    assert names.shown(given) == shown


@given(st.text(max_size=200))
def test_whatever_the_name_nothing_in_it_begins_a_line_or_turns_one(name: str) -> None:
    shown = names.shown(name)

    assert len(shown) <= 40
    assert shown.splitlines() in ([], [shown])
    assert not any(
        unicodedata.category(each) in ("Cc", "Zl", "Zp") or each in "\u202a\u202e\u2066" for each in shown
    )


@pytest.mark.parametrize("name", ["陈经理", "陈 经理", "陈经理\u200b", "ｚｈａｎｇ ＳＡＮ", "zhangsan"])
def test_who_calls_themselves_like_one_of_the_staff_is_told_apart(name: str) -> None:
    assert names.of_stranger(name, "qq:1234567", STAFF).endswith("(4567)")


def test_others_are_called_as_they_call_themselves_or_else_by_their_account() -> None:
    assert names.of_stranger("陈经理的学生", "qq:1234567", STAFF) == "陈经理的学生"
    assert names.of_stranger("\n", "qq:1234567", STAFF) == "qq:1234567"


def test_a_name_in_a_log_makes_no_line_of_its_own() -> None:
    event = {"event": "unknown", "name": "甲\n2026-11-28 [error] 乙\x1b[31m\u202e", "count": 3}

    assert on_one_line(None, "info", event) == {
        "event": "unknown",
        "name": "甲\\n2026-11-28 [error] 乙\\x1b[31m\\u202e",
        "count": 3,
    }
