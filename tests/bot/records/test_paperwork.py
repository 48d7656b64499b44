"""The service record: what it says, and what it never says, whoever asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.records.paperwork import Paperwork
from bot.store.messages import Delivery, Queued
from bot.tickets import events as e
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Party, Resolution, Ticket
from bot.tickets.papers import Paper
from bot.tickets.presence_events import TakenBack
from bot.tickets.records import Record, Source
from bot.tickets.rules import Role, Rules
from bot.tickets.service_records import Words, service_record
from bot.tickets.simulating import Course
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Outcome, Verdict

AT = datetime(2026, 3, 6, 2, tzinfo=UTC)


def test_what_was_kept_and_what_was_told_stand_in_it(rules_of_yucai: Rules) -> None:
    ticket = Ticket(
        number=1001, version=4, kind=Kind.FAULT, room="yucai", customer="yucai", requester=Party("w", "王老师"),
        account="qq:1", text="打印机坏了", opened_at=AT, owner=Party("z", "老张"), claimed_at=AT, head="ab12",
        progress="客户很难缠", tried="骂人",
    )  # fmt: skip
    kept = Outcome(verdict=Verdict.KEPT, due_at=AT + timedelta(minutes=30), met_at=AT)
    course = Course("3", {"respond": kept}, {"respond": ClockKind.RESPOND}, ())
    words = (Words(AT, "已建单 1001"),)
    speaker = Speaker(str, ZoneInfo("Asia/Shanghai"), AT)
    made = service_record(ticket, course, words, speaker, rules_of_yucai)
    paper = made.of
    assert isinstance(paper, Paper)
    assert (made.name, made.is_internal) == ("育才小学-工作单1001.xlsx", False)
    assert dict(paper.facts)["接单时间"] == "2026-03-06 10:00"
    assert [table.rows for table in paper.tables] == [
        (("响应", "10:30 前，按时"),),
        (("2026-03-06 10:00", "已建单 1001"),),
    ]
    assert paper.notes == ("档案共 4 条，指纹 ab12",)
    every = f"{paper}"
    assert "难缠" not in every
    assert "骂人" not in every


@pytest.mark.asyncio
async def test_what_was_done_there_and_from_afar_stands_in_it_without_secrets(rules_of_yucai: Rules) -> None:
    ticket = Ticket(
        number=1001, version=4, kind=Kind.FAULT, room="yucai", customer="yucai", requester=Party("w", "王老师"),
        account="qq:1", text="打印机坏了", opened_at=AT, owner=Party("z", "老张"), sent=Party("x", "小周"),
        happened={
            "remote_allowed": (AT + timedelta(minutes=5),),
            "arrived": (AT + timedelta(hours=1), AT + timedelta(hours=5)),
            "loaned": (AT + timedelta(hours=2),),
        },
        assets=("SN1", "SN2"), resolution=Resolution(by=Party("z", "老张"), cause="主板坏", method="换主板，密码改成 8x7k", prevention="无"),
    )  # fmt: skip
    rooms: Any = SimpleNamespace(room_at=lambda _: None)
    made = await Paperwork(store=OneTicket(ticket), directory=rooms, rules=rules_of_yucai).record(
        ticket, Speaker(str, ZoneInfo("Asia/Shanghai"), AT)
    )
    assert isinstance(made.of, Paper)
    facts = dict(made.of.facts)
    assert {name: facts[name] for name in ("同意远程", "上门工程师", "到场时间", "设备", "代用设备", "方法")} == {
        "同意远程": "2026-03-06 10:05", "上门工程师": "小周", "到场时间": "2026-03-06 15:00", "设备": "SN1、SN2",
        "代用设备": "2026-03-06 12:00", "方法": "换主板，密码改成 ***",
    }  # fmt: skip


@pytest.fixture
def rules_of_yucai() -> Any:
    return SimpleNamespace(
        customers={"yucai": "育才小学"},
        calendars={},
        policies={},
        grace=timedelta(),
        role=lambda _: Role.CUSTOMER,
    )


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[store]\nurl = "sqlite:{tmp_path}/none.db"\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["record", "-c", str(config), "1001", "--out", str(tmp_path / "x.xlsx")])
    assert done.exit_code == 1
    assert not (tmp_path / "x.xlsx").exists()


class OneTicket:
    """A shelf with the records of one ticket, and what the bot said of it."""

    def __init__(self, ticket: Ticket, *records: Record) -> None:
        self._ticket, self._records = ticket, list(records)
        self.said: list[Queued] = []

    async def ticket(self, number: int) -> Ticket | None:
        return self._ticket if number == self._ticket.number else None

    async def records(self, number: int) -> list[Record]:
        return self._records if number == self._ticket.number else []

    async def said_about(self, number: int) -> list[Queued]:
        return self.said if number == self._ticket.number else []


def _words(text: str, who: str, room: str = "qq:group:1") -> Record:
    event = e.Supplemented(by=Party(who, who), text=text)
    source = Source(message=text, account=who, room=room)
    return Record(number=1001, seq=2, at=AT, event=event, source=source)


async def _told(rules: Rules, *records: Record, kind: str | None = "customer") -> list[str]:
    ticket = Ticket(
        number=1001, version=4, kind=Kind.FAULT, room="yucai", customer="yucai", requester=Party("w", "王老师"),
        account="qq:1", address="qq:group:1", text="打印机坏了", opened_at=AT,
    )  # fmt: skip
    rooms: Any = SimpleNamespace(room_at=lambda _: SimpleNamespace(kind=kind) if kind else None)
    papers = Paperwork(store=OneTicket(ticket, *records), directory=rooms, rules=rules)
    made = await papers.record(ticket, Speaker(str, ZoneInfo("Asia/Shanghai"), AT))
    assert isinstance(made.of, Paper)
    return [row[1] for table in made.of.tables if table.heading == "群里的经过" for row in table.rows]


@pytest.mark.asyncio
async def test_what_the_customer_told_in_the_group_stands_in_it_without_secrets(
    rules_of_yucai: Rules,
) -> None:
    said = await _told(rules_of_yucai, _words("SN5521，电话13812345678，密码 8x7k", "王老师"))
    assert said == ["王老师：SN5521，电话***，密码 ***"]


@pytest.mark.asyncio
async def test_the_problem_and_what_the_bot_said_stand_in_it_without_secrets(rules_of_yucai: Rules) -> None:
    ticket = Ticket(
        number=1001, version=1, kind=Kind.FAULT, room="yucai", customer="yucai", requester=Party("w", "王老师"),
        account="qq:1", address="qq:group:1", text="登不上，密码 8x7k", opened_at=AT,
    )  # fmt: skip
    rooms: Any = SimpleNamespace(room_at=lambda _: SimpleNamespace(kind="customer"))
    shelf = OneTicket(ticket)
    shelf.said = [
        Queued(
            key="1",
            adapter="qq",
            room="qq:group:1",
            text="进展：密码改成 8x7k",
            created_at=AT,
            state=Delivery.SENT,
        )
    ]
    made = await Paperwork(store=shelf, directory=rooms, rules=rules_of_yucai).record(
        ticket, Speaker(str, ZoneInfo("Asia/Shanghai"), AT)
    )
    assert "8x7k" not in f"{made.of}"
    assert "登不上，密码 ***" in f"{made.of}"


@pytest.mark.asyncio
async def test_what_was_told_elsewhere_or_by_who_took_words_back_is_not_in_it(rules_of_yucai: Rules) -> None:
    back = Record(number=1001, seq=3, at=AT, event=TakenBack(by=Party("李老师", "李老师")))
    privately = _words("在家", "王老师", "qq:private:1")
    assert await _told(rules_of_yucai, privately, _words("骂人", "李老师"), back) == []


@pytest.mark.parametrize("kind", ["duty", None], ids=["of the duty room", "of a room that is no more"])
@pytest.mark.asyncio
async def test_words_that_are_no_customers_stand_in_none(rules_of_yucai: Rules, kind: str | None) -> None:
    assert await _told(rules_of_yucai, _words("SN5521", "王老师"), kind=kind) == []
