"""Rooms that are set up in chat: files of an FAQ, what the configuration says later, and accounts of one group only."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.contract import Attachment, File, Incoming, RoomKind
from adapters.powers import FileUnavailable
from bot.config import load
from bot.rooms.bound import by_chat
from bot.rooms.living import Living
from bot.rooms.set_up import (
    ACCOUNT,
    AccountNote,
    ContactNote,
    RoomNote,
    SetUp,
    contradictions,
    overlaid,
    read,
)
from bot.store.contract import Kept
from bot.terminal.replay import CHAT, address
from bot.tickets.model import Party
from bot.tickets.rules import Role
from tests.bot.office import DUTY

pytestmark = pytest.mark.asyncio

SHEET = "问题,答案\n如何选课,在教务页选\n,没有问题\n如何退课,找教务处\n如何选课,在教务页选\n"


def file(content: str, name: str = "faq.csv", person: str = "陈经理", number: int = 1) -> Incoming:
    return Incoming(
        room=address(DUTY),
        room_kind=RoomKind.GROUP,
        sender=f"{CHAT}:{person}",
        sender_name=person,
        message_id=f"f{number}",
        text="",
        attachments=(Attachment("file", name, None, content),),
    )


async def fetched(room: str, attachment: Attachment, most: int) -> bytes:
    if attachment.reference == "gone":
        raise FileUnavailable("已过期，请再发一次。")
    return attachment.reference.encode()[:most]


async def send(office, incoming: Incoming) -> list[str]:
    office.chat.fetch = fetched
    for _ in range(2):
        await office.bot.reception.receive(incoming)
    await office.bot.outbox.drain()
    return office.said(DUTY)


async def test_a_file_is_shown_first_and_imported_when_it_is_confirmed(office):
    before = len(await office.bot.store.entries())
    said = await send(office, file(SHEET))
    assert said == [
        "读到 4 条：新增 2、修改 0、重复 1、需看 1。\n需看：第 3 行缺问法\n导入好的部分请回“确认导入”。",
        "📎 faq-需看.xlsx",
    ]
    assert len(await office.bot.store.entries()) == before
    await office.hear(DUTY, "陈经理", "确认导入")
    assert office.said(DUTY) == ["已导入 2 条新的、0 条改过的（faq.csv）。"]
    assert len(await office.bot.store.entries()) == before + 2
    await office.hear(DUTY, "陈经理", "确认导入")
    assert "没有等着导入的文件" in office.said(DUTY)[0]
    await office.hear("育才群", "王老师", "@小首 如何选课")
    assert "在教务页选" in office.said("育才群")[0]


async def test_a_file_whose_name_only_its_platform_knows_is_read_by_that_name(office):
    names = iter(("", "", "合同.pdf", "合同.pdf", "常见问题.csv", "常见问题.csv"))

    async def fetch_named(room: str, attachment: Attachment, most: int) -> File:
        return File(next(names), await fetched(room, attachment, most))

    office.chat.fetch_named = fetch_named
    # Neither a name that nobody gives nor one of another kind of file is a list of questions.
    assert await send(office, file(SHEET, "4f5e", number=1)) == []
    assert await send(office, file(SHEET, "4f5e", number=2)) == []
    assert "读到 4 条" in (await send(office, file(SHEET, "4f5e", number=3)))[0]
    await office.hear(DUTY, "陈经理", "确认导入")
    assert office.said(DUTY) == ["已导入 2 条新的、0 条改过的（常见问题.csv）。"]


async def test_a_list_without_columns_shows_how_it_is_understood_and_conflicts_are_told(office):
    text = "常见问题\n1、如何选课\n在教务页选，\n选完点提交并等审核结果，一般两个工作日内会有短信通知。\n2、如何退课\n找教务处。\n"
    (said,) = await send(office, file(text, "常见问题.txt"))
    assert said == (
        "读到 2 条：新增 2、修改 0、重复 0、需看 0。\n"
        "认成这样：“如何选课”→“在教务页选，选完点提交并等审核结果，一般两个工作日内会有短信…”\n导入好的部分请回“确认导入”。"
    )
    twice = "问题,相似问法,答案\n如何选课,怎么选,在教务页选\n如何退课,怎么选,找教务处\n"
    said = await send(office, file(twice, number=2))
    assert "问法冲突 2 处，如第 2 行：“怎么选”也是" in said[0]


GUESSED = "工单号,用户咨询,标准话术,处理人\n1,如何选课,在教务页选,王丽\n2,如何退课,找教务处,王丽\n"


async def test_a_list_with_columns_of_its_own_shows_what_they_were_taken_for(office):
    (said,) = await send(office, file(GUESSED, "常见问题.csv"))
    assert said == (
        "读到 2 条：新增 2、修改 0、重复 0、需看 0。\n按列名猜的：“用户咨询”当作问法、“标准话术”当作答案。\n没有用到的列：工单号、处理人。\n"
        "认成这样：“如何选课”→“在教务页选”\n导入好的部分请回“确认导入”。"
    )
    await office.hear(DUTY, "陈经理", "确认导入")
    assert office.said(DUTY) == ["已导入 2 条新的、0 条改过的（常见问题.csv）。"]


async def test_a_table_whose_columns_would_have_to_be_guessed_is_left_alone_where_nobody_meant_it(office):
    assert await send(office, file(GUESSED, "本周工单.csv")) == []


async def test_columns_that_are_not_clear_are_asked_about(office):
    (said,) = await send(office, file("事项,处理经过,答复口径\n甲,一,二\n", "faq.csv"))
    assert "A 事项（甲）、B 处理经过（一）、C 答复口径（二）" in said
    assert "回“列 A=问法 B=答案”" in said


async def test_a_file_without_faulty_rows_brings_no_table(office):
    said = await send(office, file("问题,答案\n如何选课,在教务页选\n"))
    assert len(said) == 1
    assert "📎" not in said[0]


async def test_the_entries_of_a_file_belong_to_the_customer_whose_room_is_set_up(office):
    await office.bot.reception.noticed(office.chat.added("新群", is_removed=False))
    await office.hear(DUTY, "陈经理", "绑定 育才小学")
    office.said(DUTY)
    said = await send(office, file(SHEET))
    assert "只给 育才小学 用" in said[0]
    await office.hear(DUTY, "陈经理", "确认导入")
    office.said(DUTY)
    assert {entry.customer for entry in await office.bot.store.entries() if "课" in entry.question} == {
        "yucai"
    }


@pytest.mark.parametrize(
    ("incoming", "words"),
    [
        (file("gone"), "已过期"),
        (file("\x00\x01", "faq.xlsx"), "读不了"),
        (file("随便一句话", "faq.csv"), "读不了"),
        (replace(file("姓名,电话\n老张,1", "名单.csv"), is_addressed=True), "没看出哪列"),
        (replace(file("gone", "名单.csv"), is_addressed=True), "已过期"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(office, incoming, words):
    said = await send(office, incoming)
    assert len(said) == 1
    assert words in said[0]


async def test_a_file_that_cannot_be_read_is_refused_while_a_group_is_set_up(office):
    await office.bot.reception.noticed(office.chat.added("新群", is_removed=False))
    await office.hear(DUTY, "陈经理", "绑定 育才小学")
    office.said(DUTY)
    (said,) = await send(office, file("\x00\x01", "名单.xlsx"))
    assert "名单.xlsx 读不了" in said


@pytest.mark.parametrize(
    "incoming",
    [
        file(SHEET, person="工程师01"),
        file("x", "a.exe"),
        file("x", "照片.png"),
        file("姓名,电话\n老张,1", "通讯录.csv"),
        file("gone", "排班.xlsx"),
    ],
)
async def test_other_files_and_files_of_others_are_nothing_to_import(office, incoming):
    assert await send(office, incoming) == []


async def test_what_the_file_says_wins_over_what_was_set_up_in_chat(tmp_path):
    config = load(_written(tmp_path), {})
    set_up = SetUp(
        {
            "web:group:yucai": RoomNote(name="别的名字", customer="other", engineers=("e1",)),
            "web:group:new": RoomNote(name="新群", customer="yucai", engineers=("e1", "gone")),
            "web:group:half": RoomNote(name="没绑定"),
        },
        {},
        {
            "web:e1": AccountNote(person="e2"),
            "web:x": AccountNote(person="e1"),
            "web:y": AccountNote(person="gone"),
        },
    )
    now = overlaid(config, set_up)
    assert [room.name for room in now.rooms] == ["育才群", "值班群", "新群"]
    assert now.rooms[0] == config.rooms[0]
    new = now.rooms[2]
    assert (new.customer, new.duty, new.on_call) == ("yucai", "duty", new.id)
    assert {person.id: person.accounts for person in now.people} == {"e1": ("web:e1", "web:x"), "e2": ()}
    assert contradictions(config, set_up) == [("web:group:yucai", "育才群"), ("web:e1", "工程师一")]
    assert overlaid(config, read({})) == config


async def test_contacts_that_were_registered_in_chat_are_people_of_their_customer(tmp_path):
    config = load(_written(tmp_path), {})
    contacts = {
        "kf:wm1": ContactNote(name="钱老师", customer="yucai"),
        "kf:wm2": ContactNote(name="孙老师", customer="gone"),
        "web:e1": ContactNote(name="别人", customer="yucai"),
    }
    set_up = SetUp({}, {}, {}, contacts)
    (new,) = overlaid(config, set_up).people[len(config.people) :]
    assert (new.name, new.accounts, new.customer, new.role) == ("钱老师", ("kf:wm1",), "yucai", Role.CONTACT)
    assert contradictions(config, set_up) == [("web:e1", "工程师一")]
    assert by_chat(config, set_up)[1] == [("kf:wm1", "钱老师")]


async def test_an_account_of_one_group_is_used_in_that_group_only(tmp_path, office):
    store = office.bot.store
    for key, room in (("q:in-a", "q:group:a"), ("q:in-b", "q:group:b"), ("q:p", "q:private:p")):
        await store.commit(_change(Kept(f"{ACCOUNT}{key}", f'{{"person":"e1","room":"{room}"}}')))
    living = Living(load(_written(tmp_path), {}), store)
    await living.load()
    someone = Party("e1", "工程师一")
    directory = living.directory
    assert directory.account(someone, "q", "q:group:a") == "q:in-a"
    assert directory.account(someone, "q", "q:group:b") == "q:in-b"
    assert directory.private_address(someone, "q") != "q:private:in-a"
    assert directory.person("q:in-b").id == "e1"


def _change(*kept: Kept):
    from bot.store.contract import Change
    from tests.bot.office import START

    return Change(at=START, kept=kept)


def _written(tmp_path):
    text = """
[[adapters]]
name = "web"
type = "web"
[[people]]
id = "e1"
name = "工程师一"
role = "engineer"
accounts = ["web:e1"]
[[people]]
id = "e2"
name = "工程师二"
role = "engineer"
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "web:group:yucai"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "web:group:duty"
kind = "duty"
[[ladders.standard]]
at = "100%"
tell = ["owner"]
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "1"
name = "一级"
clocks = [ { kind = "respond", within = "30m" } ]
"""
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path
