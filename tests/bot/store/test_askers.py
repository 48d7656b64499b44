"""What the writer of a store remembers of questions, against a plain list of all of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.store.askers import Askers
from bot.store.contract import ClosedAsk
from bot.store.instants import milliseconds
from bot.store.sqlite.store import open_sqlite
from tests.bot.store.conftest import AT, Builder

build = Builder()
asked = st.builds(
    lambda who, second, length: replace(
        build.ask(f"{who}{second}{length}"),
        room="r",
        person=who,
        asked_at=AT + timedelta(seconds=second),
        expires_at=AT + timedelta(seconds=second + length),
    ),
    st.sampled_from("abcdef"),
    st.integers(0, 100),
    st.integers(1, 60),
)


@given(
    asks=st.lists(asked, max_size=40),
    at_start=st.integers(0, 40),
    most=st.integers(1, 6),
    now=st.integers(-5, 165),
)
def test_nobody_who_was_asked_is_forgotten(asks, at_start, most, now):
    askers = Askers(
        ((one.room, one.person, milliseconds(one.expires_at)) for one in asks[:at_start]), most=most
    )
    for one in asks[at_start:]:
        askers.note(one)
    instant = AT + timedelta(seconds=now)
    found = {one.person for one in asks if one.expires_at > instant}
    assert found <= {who for who in "abcdef" if askers.may_have("r", who, milliseconds(instant))}


def test_nobody_else_is_looked_up():
    ask = build.ask("1")
    askers = Askers([])
    askers.note(ask)
    at, until = milliseconds(ask.asked_at), milliseconds(ask.expires_at)
    assert askers.may_have(ask.room, ask.person, at)
    assert not askers.may_have(ask.room, "qq:somebody", at)
    assert not askers.may_have(ask.room, ask.person, until)


@pytest.mark.asyncio
async def test_a_store_that_is_opened_again_knows_who_was_asked(tmp_path):
    store = await open_sqlite(tmp_path / "a.db", AT)
    open_ask, done = build.ask("1"), replace(build.ask("2"), person="qq:other")
    await store.commit(build.change(asks=(open_ask, done)))
    await store.commit(build.change(closed_asks=(ClosedAsk(done.id, "told"),)))
    await store.close()
    again = await open_sqlite(tmp_path / "a.db", AT)
    try:
        assert [ask.id for ask in await again.open_asks(open_ask.room, open_ask.person, AT)] == [open_ask.id]
        assert await again.open_asks(done.room, done.person, AT) == []
    finally:
        await again.close()
