"""What the things of a configuration are called where one refers to another."""

from __future__ import annotations

from bot.configuration.mistakes import Wording

CUSTOMER = Wording("客户", "customer")
PERSON = Wording("工作人员（people 的 id）", "member of the staff")
CALENDAR = Wording("日历", "calendar")
LADDER = Wording("升级阶梯", "ladder")
TAKEN = Wording("这个 id 前面已经用过，应各不相同", "this id is taken already, each must be different")
