"""A whole case as people see it, for any platform: a question without an answer, a ticket, two owners, a deadline, a rating.

In the script a ticket is offered, opened, claimed, handed over, escalated, solved and rated. A platform gives a `Stage` on which it is played.
"""

from __future__ import annotations

from typing import Protocol

from bot.store.contract import Store
from bot.tickets.kinds import Closing, Status
from bot.tickets.records import first_break

CUSTOMER, DUTY = "customer", "duty"
WANG, ZHANG, LI, CHEN = "王老师", "老张", "小李", "陈经理"

# What follows `[[adapters]]` and the rooms' addresses are the platform's. Everything is open at all hours.
CONFIG = """
[store]
url = {{store}}
[web]
listen = "127.0.0.1:{{port}}"
[survey]
waking = "00:00-24:00"
{adapters}
[[people]]
id = "wang"
name = "王老师"
role = "contact"
accounts = ["{wang}"]
customer = "yucai"
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["{zhang}"]
[[people]]
id = "li"
name = "小李"
role = "engineer"
accounts = ["{li}"]
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
accounts = ["{chen}"]
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "{customer}"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "{duty}"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
default_level = "2"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
keywords = ["瘫痪"]
clocks = [{{{{ kind = "respond", within = "1s" }}}}]
[[policies.edu.levels]]
id = "2"
name = "二级·个别服务"
clocks = [{{{{ kind = "respond", within = "30m" }}}}, {{{{ kind = "resolve", within = "8h" }}}}]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
"""


class Stage(Protocol):
    """A platform on which the case is played: people speak in two rooms, and what the bot says there is read."""

    async def says(self, place: str, person: str, text: str) -> None:
        """Let somebody say something to the bot, in the customer's room or in the duty room."""
        ...

    async def touches(self, place: str, person: str, label: str, command: str) -> None:
        """Let somebody touch a button of the latest message there; where there are none, type what it stands for."""
        ...

    async def next_in(self, place: str) -> str:
        """Wait for the bot's next message in a room, and return its text."""
        ...


async def play(stage: Stage) -> None:
    """Play the case to its end; every message of the bot is expected."""
    await stage.says(CUSTOMER, WANG, "三楼的投影机不亮怎么办")
    offer = await stage.next_in(CUSTOMER)
    assert "要转给工程师吗" in offer, offer
    await stage.says(CUSTOMER, WANG, "1")
    told, card = await stage.next_in(CUSTOMER), await stage.next_in(DUTY)
    assert told.startswith("已建单 1001（二级·个别服务）"), told
    assert card.startswith("🆕 1001 二级｜育才小学｜王老师：三楼的投影机不亮怎么办"), card

    await stage.touches(DUTY, ZHANG, "接单", "接单 1001")
    claimed, owner = await stage.next_in(DUTY), await stage.next_in(CUSTOMER)
    assert claimed.startswith("1001 由 老张 接单（"), claimed
    assert owner.startswith("1001 由 老张 负责"), owner
    await stage.says(DUTY, LI, "接单 1001")
    refused = await stage.next_in(DUTY)
    assert "老张" in refused, refused

    await stage.says(DUTY, ZHANG, "转交 1001 小李 要懂投影的")
    offered = await stage.next_in(DUTY)
    assert "老张 请您接 1001（三楼的投影机不亮怎么办）：要懂投影的" in offered, offered
    await stage.touches(DUTY, LI, "接受", "接受 1001")
    given, changed = await stage.next_in(DUTY), await stage.next_in(CUSTOMER)
    assert given.startswith("1001 已由 老张 转给 小李（"), given
    assert changed.startswith("1001 现由 小李 处理"), changed

    await stage.says(DUTY, LI, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘")
    solved = await stage.next_in(CUSTOMER)
    assert solved.startswith("✅ 1001 已处理（小李）：灯泡老化，换灯泡。"), solved
    await stage.touches(CUSTOMER, WANG, "好了", "1")
    closed = await stage.next_in(CUSTOMER)
    assert closed.startswith("谢谢确认，1001 已关闭。"), closed
    await stage.says(CUSTOMER, WANG, "5 4 来得很快")

    # Said after the rating, which itself is met with silence; and the deadline comes while nobody claims.
    await stage.says(CUSTOMER, WANG, "报障 全校瘫痪")
    told = await stage.next_in(CUSTOMER)
    assert "已建单 1002（一级·瘫痪）" in told, told
    card = await stage.next_in(DUTY)
    assert "1002 一级" in card, card
    late = await stage.next_in(DUTY)
    assert "1002" in late, late
    assert "陈经理" in late, late


async def was_archived(store: Store) -> None:
    """Check what the store kept of the case, and close it."""
    ticket, records = await store.ticket(1001), await store.records(1001)
    await store.close()
    assert ticket is not None
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.CONFIRMED)
    assert (ticket.survey.speed, ticket.survey.quality, ticket.survey.comment) == (5, 4, "来得很快")
    assert first_break(records) is None
    happened = [type(record.event).__name__ for record in records]
    assert happened[:2] == ["Opened", "Claimed"]
    assert happened[-4:] == ["Resolved", "Closed", "SurveyAsked", "Rated"]
