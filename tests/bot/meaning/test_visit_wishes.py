"""When and where somebody may come, said to nobody."""

import pytest

from bot.meaning.visit_wishes import is_of_a_visit


@pytest.mark.parametrize(
    "text",
    ["下午两点以后再来", "明天再来吧", "现在不方便，在上课，下课再来", "我下午不在，找李老师", "我在三楼机房等你", "来之前给我打电话", "到了联系我 13800001234", "钥匙在门卫", "好的师傅，下午来吧"],
)  # fmt: skip
def test_what_is_said_of_a_visit(text):
    assert is_of_a_visit(text)


@pytest.mark.parametrize(
    "text",
    ["下午有课", "明天考试", "我下午不在", "在开会", "找王老师", "什么时候来", "下午来吗", "等会儿再说", "下午两点开会", "我在群里等通知", "明天再说，先交材料", ""],
)  # fmt: skip
def test_what_may_be_about_anything(text):
    assert not is_of_a_visit(text)
