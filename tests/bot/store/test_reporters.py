"""What the writer of a store remembers of reporters, against a plain list of every ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.reporters import Reporters
from bot.store.sqlite.store import open_sqlite
from bot.tickets.same_words import same_reports
from tests.bot.store.conftest import AT, Builder

build = Builder()
HOUR = timedelta(hours=1)
opened = st.builds(
    lambda who, text, second: (
        build.opened(1, account=who, text=text, opened_at=AT + timedelta(seconds=second)).ticket
    ),
    st.sampled_from("abc"),
    st.sampled_from(("打印机坏了", "打印机坏了 [图片]", "打印机，坏了。", "没网")),
    st.integers(0, 10_000),
)


@given(
    tickets=st.lists(opened, max_size=40),
    at_start=st.integers(0, 40),
    most=st.integers(1, 4),
    since=st.integers(-5, 10_005),
    text=st.sampled_from(("打印机坏了", "没网！", "没电")),
)
def test_nobody_who_reported_is_forgotten(tickets, at_start, most, since, text):
    begun, later = tickets[:at_start], tickets[at_start:]
    known_since = max((ticket.opened_at for ticket in begun), default=AT - HOUR)
    reporters = Reporters(known_since, most=most)
    for ticket in later:
        reporters.note(ticket)
    instant = AT + timedelta(seconds=since)
    found = {ticket.account for ticket in same_reports(tickets, text, instant)}
    assert found <= {who for who in "abc" if reporters.may_have(who, text, instant)}


def test_other_people_other_words_and_other_times_need_no_look_up():
    reporters = Reporters(AT - HOUR)
    reporters.note(build.opened(1).ticket)
    assert reporters.may_have(build.person, "打印机坏了！", AT)
    assert not reporters.may_have("qq:2", "打印机坏了！", AT)
    assert not reporters.may_have(build.person, "投影仪坏了", AT)
    assert not reporters.may_have(build.person, "打印机坏了！", AT + timedelta(seconds=1))


def test_who_is_remembered_is_forgotten_after_an_hour():
    reporters = Reporters(AT - HOUR)
    reporters.note(build.opened(1).ticket)
    reporters.note(build.opened(2, account="qq:2", opened_at=AT + 2 * HOUR).ticket)
    assert reporters.may_have("qq:3", "没网", AT)  # as nobody knows any more
    assert not reporters.may_have(build.person, "打印机坏了", AT + HOUR)


@pytest.mark.asyncio
async def test_what_was_reported_before_a_restart_is_known_after_it(tmp_path):
    store = await open_sqlite(tmp_path / "store.db", AT)
    await store.commit(build.change(tickets=(build.opened(1001),)))
    await store.close()
    again = await open_sqlite(tmp_path / "store.db", AT)
    assert [ticket.number for ticket in await again.same_reports(build.person, "打印机坏了", AT)] == [1001]
    await again.close()
