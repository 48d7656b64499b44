"""What staff say of planned work with the customer's name first."""

import pytest

from bot.meaning.planned_work import said_of_planned_work


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("育才升级完成", "/upgraded 育才"),
        ("育才的升级已经完成了，新增成绩分析", "/upgraded 育才 新增成绩分析"),
        ("育才升级已经回退，数据库锁住", "/rollback 育才 数据库锁住"),
        ("升级失败 育才 数据库锁住", "/upgrade 育才 失败 数据库锁住"),
        ("育才4月巡检做完了 一切正常", "/inspect 育才 完成 一切正常"),
        ("约育才4月27日下午3点", "/appoint 育才 4月27日下午3点"),
    ],
)
def test_the_command_that_is_meant(said: str, command: str) -> None:
    assert said_of_planned_work(said, {"育才"}.__contains__) == command


@pytest.mark.parametrize(
    "said",
    [
        "育才升级完成了吗",
        "育才升级完成？",
        "育才升级完成，告诉我一声",
        "育才升级完成后再测",
        "红星升级完成",
        "约育才明天吃饭",
    ],
)
def test_what_is_only_talk(said: str) -> None:
    assert said_of_planned_work(said, {"育才"}.__contains__) is None
