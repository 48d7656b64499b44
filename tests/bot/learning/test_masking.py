"""What must not become knowledge is taken out; what belongs to the answer stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.learning.masking import masked

NAMES = ("老张", "育才小学", "Sam")


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("王老师的投影黑屏", "老师的投影黑屏"),
        ("欧阳老师、张小华老师都打不开", "老师、老师都打不开"),
        ("电话 13812345678 或 138****0000", "电话 *** 或 ***"),
        ("打 010-62345678 找我", "打 *** 找我"),
        ("身份证 110101199003071234", "身份证 ***"),
        ("密码是 8x7k9，别外传", "密码是 ***，别外传"),
        ("pwd=Abc!23", "pwd=***"),
        ("向日葵 123 456 789 密码: abc123", "向日葵 *** 密码: ***"),
        ("SN8812 换新，工号 0231", "*** 换新，***"),
        ("写信给 wang.l@example.org", "写信给 ***"),
        ("打开 http://admin:pw@10.1.2.3/a", "打开 http://***/a"),
        ("@吴老师 请老张到育才小学", "请到"),
        ("Sam will come, not Samsung", "will come, not Samsung"),
    ],
)
def test_secrets_numbers_and_names_go(text, clean):
    assert masked(text, NAMES) == clean


@pytest.mark.parametrize(
    "text",
    [
        "密码错误怎么办",
        "密码 错误 怎么办",
        "联系项目经理和班主任",
        "请管理员在“用户管理”里点“重置密码”",
        "装 3.2.1 以上版本，2026-03-06 前完成",
        "连续输错 5 次会锁 30 分钟",
        "看 https://example.org/help/1024",
        "分辨率改成 1920×1080",
        "错误代码 502",
    ],
)
def test_what_belongs_to_the_answer_stays(text):
    assert masked(text, NAMES) == text


@given(st.text(max_size=200), st.from_regex(r"1[3-9]\d{9}", fullmatch=True), st.text(max_size=50))
def test_a_phone_number_never_survives(before, phone, after):
    assert phone not in masked(f"{before} {phone} {after}")


@given(st.text(max_size=300))
def test_it_ends_for_every_text(text):
    assert isinstance(masked(text, NAMES), str)
