"""What the outbox does with files: sent like any message, and said elsewhere or in words where they cannot come."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from adapters.contract import Capabilities, DeliveryFailed, File, Incoming, Outgoing
from bot.clock import StillClock
from bot.outbox import Outbox
from bot.store.contract import Change, Store
from bot.store.messages import Delivery, Queued, QueuedFile
from bot.store.registry import open_store

pytestmark = pytest.mark.asyncio
NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
GROUP, DUTY = "qq:group:1", "wecom:group:duty"
NAME = "育才-6月巡检.xlsx"


class TextOnly:
    """A chat that takes no files."""

    def __init__(self, name: str, said: list[tuple[str, str]]) -> None:
        self.name = name
        self.capabilities = Capabilities()
        self.said = said
        self.refusals: list[DeliveryFailed] = []  # of the next messages

    async def incoming(self) -> AsyncIterator[Incoming]:
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        return self._took(message.room, message.text)

    def _took(self, room: str, what: str) -> str:
        if self.refusals:
            raise self.refusals.pop(0)
        self.said.append((room, what))
        return f"id-{len(self.said)}"

    async def close(self) -> None:
        return None


class WithFiles(TextOnly):
    """A chat that takes files, up to 1000 bytes."""

    def __init__(self, name: str, said: list[tuple[str, str]]) -> None:
        super().__init__(name, said)
        self.capabilities = Capabilities(max_file_bytes=1000)
        self.content = b""

    async def send_file(self, message: Outgoing, file: File) -> str:
        self.content = file.content
        return self._took(message.room, f"📎{file.name}")


class Running(StillClock):
    """A clock on which waiting takes no real time."""

    async def sleep(self, length: timedelta) -> None:
        self.move_to(self.now() + length)
        await super().sleep(length)


class Case:
    """An outbox of two platforms on a real store, which may be started again."""

    def __init__(self, folder: Path) -> None:
        self._url = f"sqlite:{folder}/outbox.db"
        self.said: list[tuple[str, str]] = []
        self.qq: TextOnly = WithFiles("qq", self.said)
        self.wecom: TextOnly = WithFiles("wecom", self.said)
        self.clock = Running(NOW)
        self.store: Store

    async def start(self) -> None:
        self.store = await open_store(self._url, NOW)
        self.outbox = Outbox(self.store, self.clock, {"qq": self.qq, "wecom": self.wecom}, lambda _: str)
        await self.outbox.recover()
        await self.outbox.drain()

    async def stop(self) -> None:
        await self.outbox.close()
        await self.store.close()

    async def bring(
        self,
        key: str = "k",
        *,
        content: bytes = b"PK",
        fallback: str | None = DUTY,
        state: Delivery = Delivery.QUEUED,
        is_sent: bool = True,
    ) -> None:
        file = QueuedFile(NAME, await self.store.keep_file(content, NOW), len(content))
        message = Queued(
            key=key,
            adapter="qq",
            room=GROUP,
            text="文件在看板",
            created_at=NOW,
            file=file,
            fallback=fallback,
            state=state,
        )
        await self.store.commit(Change(at=NOW, outgoing=(message,)))
        if is_sent:
            self.outbox.deliver((message,))
            await self.settle()

    async def settle(self) -> None:
        for _ in range(2):  # what one platform refuses is handed to the other
            await self.outbox.drain()

    async def state(self) -> Delivery:
        found = await self.store.outgoing("k")
        assert found is not None
        return found.state


@pytest_asyncio.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    made = Case(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def test_a_file_is_sent_with_its_name_and_content(case: Case) -> None:
    await case.bring(content=b"PK\x00\xff")
    assert case.said == [(GROUP, f"📎{NAME}")]
    assert isinstance(case.qq, WithFiles)
    assert case.qq.content == b"PK\x00\xff"
    assert await case.state() is Delivery.SENT


async def test_a_file_comes_after_the_text_it_belongs_to_also_when_that_had_to_wait(case: Case) -> None:
    text = Queued(key="a", adapter="qq", room=GROUP, text="报告见文件", created_at=NOW)
    await case.store.commit(Change(at=NOW, outgoing=(text,)))
    await case.bring(is_sent=False)
    case.qq.refusals = [DeliveryFailed("稍等", retry_after=timedelta(seconds=1))]
    brought = await case.store.outgoing("k")
    assert brought is not None
    case.outbox.deliver((text, brought))
    await case.settle()
    assert [what for _, what in case.said] == ["报告见文件", f"📎{NAME}"]


async def test_what_was_committed_before_the_process_died_is_sent_by_the_next_one(case: Case) -> None:
    await case.bring(is_sent=False)
    await case.stop()
    await case.start()
    assert case.said == [(GROUP, f"📎{NAME}")]


async def test_a_file_that_may_have_arrived_is_sent_again_with_a_mark_in_its_name(case: Case) -> None:
    await case.bring(is_sent=False, state=Delivery.SENDING)
    await case.stop()
    await case.start()
    assert case.said == [(GROUP, f"📎（重发）{NAME}")]


@pytest.mark.parametrize("why", ["no power", "too large", "refused", "not in groups"])
async def test_where_a_file_cannot_come_it_comes_to_the_duty_room(case: Case, why: str) -> None:
    if why == "no power":
        case.outbox.change(TextOnly("qq", case.said))
        await case.stop()
        case.qq = TextOnly("qq", case.said)
        await case.start()
    elif why == "refused":
        case.qq.refusals = [DeliveryFailed("不收这种文件")]
    elif why == "not in groups":
        case.qq.capabilities = Capabilities(max_file_bytes=1000, files_in_groups=False)
    else:
        case.qq.capabilities = Capabilities(max_file_bytes=1)
    await case.bring()
    assert case.said == [(DUTY, f"📎（原群现在发不进去）{NAME}")]
    found = await case.store.outgoing("k")
    assert found is not None
    assert (found.state, found.room, found.text) == (Delivery.SENT, DUTY, "文件在看板（原群现在发不进去）")


async def test_where_no_file_can_come_at_all_the_duty_room_reads_where_it_is(case: Case) -> None:
    case.qq.capabilities = case.wecom.capabilities = Capabilities()
    await case.bring()
    assert case.said == [(DUTY, "文件在看板（原群现在发不进去）")]


async def test_what_is_kept_no_longer_is_said_in_words_in_the_duty_room(case: Case) -> None:
    await case.bring(is_sent=False)
    await case.store.tidy(NOW + timedelta(days=31))
    message = await case.store.outgoing("k")
    assert message is not None
    case.outbox.deliver((message,))
    await case.settle()
    assert case.said == [(DUTY, "文件在看板（原群现在发不进去）")]


async def test_where_the_bot_may_only_answer_a_file_waits_like_a_text(case: Case) -> None:
    case.qq.refusals = [DeliveryFailed("不能主动发言", until_heard=True)]
    await case.bring()
    assert await case.state() is Delivery.HELD
    case.outbox.heard(GROUP)
    await case.settle()
    assert case.said == [(GROUP, f"📎{NAME}")]


async def test_a_file_that_nobody_takes_is_a_dead_letter_that_can_be_tried_again(case: Case) -> None:
    case.qq.refusals = [DeliveryFailed("不收这种文件")]
    await case.bring(fallback=None)
    (letter,) = await case.store.dead_letters()
    assert letter.file is not None
    assert letter.file.name == NAME
    assert await case.outbox.retry("k")
    await case.settle()
    assert case.said == [(GROUP, f"📎{NAME}")]


async def test_a_file_whose_answer_is_lost_is_sent_again_with_a_mark(case: Case) -> None:
    case.qq.refusals = [DeliveryFailed("断了", retry_after=timedelta(seconds=1), is_unknown=True)]
    await case.bring()
    assert case.said == [(GROUP, f"📎（重发）{NAME}")]
    found = await case.store.outgoing("k")
    assert found is not None
    assert replace(found, position=0).attempts == 1
