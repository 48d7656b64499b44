"""What the writer of a store remembers of reporters, against a plain list of every ticket."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.reporters import Reporters
from bot.store.sqlite import open_sqlite
from tests.bot.store.conftest import AT, Builder

build = Builder()
opened = st.builds(
    lambda who, second: build.opened(1, account=who, opened_at=AT + timedelta(seconds=second)).ticket,
    st.sampled_from("abcdef"),
    st.integers(0, 100),
)


@given(
    tickets=st.lists(opened, max_size=40).map(lambda found: sorted(found, key=lambda one: one.opened_at)),
    at_start=st.integers(0, 40),
    read=st.integers(1, 20),
    most=st.integers(1, 4),
    since=st.integers(-5, 105),
)
def test_nobody_who_reported_is_forgotten(tickets, at_start, read, most, since):
    begun, later = tickets[:at_start], tickets[at_start:]
    latest = begun[-read:]
    reporters = Reporters(reversed(latest), are_all=len(latest) == len(begun), most=most)
    for ticket in later:
        reporters.note(ticket)
    instant = AT + timedelta(seconds=since)
    found = {ticket.account for ticket in tickets if ticket.opened_at >= instant}
    assert found <= {who for who in "abcdef" if reporters.may_have(who, instant)}


def test_a_stranger_needs_no_look_up():
    reporters = Reporters([build.opened(1).ticket], are_all=True)
    assert reporters.may_have(build.person, AT)
    assert not reporters.may_have("qq:2", AT)
    assert not reporters.may_have(build.person, AT + timedelta(seconds=1))


@pytest.mark.asyncio
async def test_what_was_reported_before_a_restart_is_known_after_it(tmp_path):
    store = await open_sqlite(tmp_path / "store.db", AT)
    await store.commit(build.change(tickets=(build.opened(1001),)))
    await store.close()
    again = await open_sqlite(tmp_path / "store.db", AT)
    assert [ticket.number for ticket in await again.reported_since(build.person, AT)] == [1001]
    await again.close()
