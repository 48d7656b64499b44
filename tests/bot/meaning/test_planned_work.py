"""What is said of planned work in other words than its commands."""

import pytest

from bot.meaning.planned_work import other_time_wished, said_of_planned_work


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


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("那天有考试，改期", "那天有考试"),
        ("改个时间吧，那天有考试", "那天有考试"),
        ("今晚有考试，能换个时间升级吗", "今晚有考试"),
        ("能不能改期", ""),
        ("那天不行，请改天再来吧", "那天不行"),
        ("we have an exam that day, can we reschedule?", "we have an exam that day"),
        ("can it be moved to another day?", ""),
        ("We have an exam. Please postpone the upgrade", "We have an exam"),
    ],
)
def test_another_time_is_wished(said: str, why: str) -> None:
    assert other_time_wished(said) == why


@pytest.mark.parametrize(
    "said",
    [
        "考试能不能改期",
        "考试改期了怎么办",
        "会议改期了",
        "改天请你吃饭",
        "电脑时间不对，怎么改时间",
        "投影时间改不了",
        "换个时间段试试",
        "we moved to another building",
        "can you move the printer?",
        "can you move it?",
    ],
)
def test_nothing_is_wished(said: str) -> None:
    assert other_time_wished(said) is None
