"""Workers on one Redis: one sender per adapter, one taker per deadline, and whoever is late is kept out."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.store.faults import Conflict, LeaseLost, MovedAway
from bot.store.messages import Delivered, Delivery
from bot.store.redis.store import RedisStore
from bot.store.sharing import Lease, Wake
from tests.bot.store.conftest import AT
from tests.redis_servers import Server

pytestmark = pytest.mark.asyncio
MINUTE = timedelta(minutes=1)


def keys(messages):
    return [message.key for message in messages]


def rooms(build, count):
    """Return messages for different rooms, so that they lie in different shards."""
    return [build.message(f"o{n}", room=f"qq:group:{n}") for n in range(count)]


async def die(store: RedisStore, server: Server, adapter: str) -> None:
    """Let a worker's lease end as it does when nobody renews it any more."""
    for task in store._tasks:
        task.cancel()
    server.ask("DEL", f"shouwen:{{0}}:lease:{adapter}")


class TestAdapters:
    async def test_one_worker_has_an_adapter_at_a_time(self, one, other):
        assert await one.hold("qq")
        assert not await other.hold("qq")
        assert (one.term("qq"), other.term("qq")) == (1, 0)
        await one.let_go("qq")
        assert await other.hold("qq")
        assert (one.term("qq"), other.term("qq")) == (0, 2)

    async def test_a_lease_that_is_renewed_keeps_its_number_and_lasts_anew(self, one, other, redis_server):
        await one.hold("qq")
        redis_server.ask("PEXPIRE", "shouwen:{0}:lease:qq", 4000)
        assert await one._take("qq")
        assert one.term("qq") == 1
        assert 9000 < int(redis_server.ask("PTTL", "shouwen:{0}:lease:qq")) <= 10_000
        assert not await other.hold("qq")

    async def test_a_server_that_forgot_how_often_it_was_taken_silences_nobody(
        self, one, other, build, redis_server
    ):
        """Nine holders later the server of the first shard comes back as it was before them, which shows in the other shards."""
        shard = one._shards.all()[-1]
        await one._servers.ask(shard, "SET", "fence:qq", 9)
        assert await one.hold("qq")
        await other.commit(build.change(outgoing=tuple(rooms(build, 8))))
        assert sorted(keys(await one.news("qq", []))) == sorted(keys(rooms(build, 8)))
        assert one.term("qq") > 9
        assert await one._take("qq")  # kept, and no other number for it
        term = one.term("qq")
        await die(one, redis_server, "qq")
        assert await other.hold("qq")
        assert other.term("qq") == term + 1
        with pytest.raises(LeaseLost):
            await one.news("qq", [])

    async def test_an_earlier_holder_that_makes_itself_known_late_takes_nothing_back(
        self, one, other, build, redis_server
    ):
        await one.hold("qq")
        await die(one, redis_server, "qq")
        await other.hold("qq")
        message = build.message("o1")
        await one.commit(build.change(outgoing=(message,)))
        for shard in one._shards.all():
            assert await one._servers.written(shard, "fence", "qq", 1) == [2]
        with pytest.raises(LeaseLost):
            await one.update_outgoing([replace(message, state=Delivery.SENDING)], under=Lease("qq", 1))
        assert keys(await other.news("qq", [])) == ["o1"]

    async def test_nobody_gives_back_what_another_has_by_now(self, one, other, redis_server):
        await one.hold("qq")
        await die(one, redis_server, "qq")
        await other.hold("qq")
        await one.let_go("qq")
        assert not await one.hold("qq")
        assert (one.term("qq"), other.term("qq")) == (0, 2)

    async def test_one_that_ends_gives_back_what_it_has(self, one, other):
        assert await one.alive() == 1
        assert await other.alive() == 2
        await other.hold("qq")
        await other.close()
        assert await one.hold("qq")
        assert await one.workers() == [one.worker]
        assert await one.alive() == 1

    async def test_one_that_was_silent_for_eight_seconds_is_gone(self, one, redis_server):
        await one.alive()
        now = int(redis_server.ask("TIME")[0]) * 1000
        redis_server.ask("ZADD", "shouwen:{0}:workers", now - 2000, "quiet", now - 9000, "gone")
        assert await one.workers() == ["quiet", one.worker]
        redis_server.ask("ZADD", "shouwen:{0}:workers", now - 9000, "gone")
        assert await one.alive() == 2

    async def test_the_holder_gets_what_waits_and_then_what_others_queue(self, one, other, build):
        for message in rooms(build, 6):
            await other.commit(build.change(outgoing=(message,)))
        await one.hold("qq")
        assert keys(await one.news("qq", ())) == [f"o{n}" for n in range(6)]
        assert keys(await one.news("qq", (), limit=2)) == ["o0", "o1"]
        assert keys(await one.news("qq", ["o0", "o3"])) == ["o1", "o2", "o4", "o5"]
        await other.commit(build.change(outgoing=(build.message("o6"),)))
        await one.commit(build.change(outgoing=(build.message("own"),)))
        assert keys(await one.news("qq", [f"o{n}" for n in range(6)])) == ["o6"]

    async def test_a_place_in_the_outbox_is_an_instant_of_the_server_so_that_shards_agree(
        self, one, build, redis_server
    ):
        for message in rooms(build, 6):
            await one.commit(build.change(outgoing=(message,)))
        scores = await one._in_every_shard("ZRANGE", "outbox-in-order", 0, -1, "WITHSCORES")
        places = [int(place) for found in scores for place in found[1::2]]
        now = int(redis_server.ask("TIME")[0])
        assert len(places) == 6
        assert all(now - 300 <= place // 1_000_000 <= now for place in places)

    async def test_what_another_says_about_a_message_is_news(self, one, other, build):
        await one.hold("qq")
        message = build.message("o1")
        await one.commit(build.change(outgoing=(message,)))
        await one.update_outgoing([replace(message, state=Delivery.DEAD)])
        assert await one.news("qq", ()) == []
        await other.update_outgoing([message])
        assert keys(await one.news("qq", ())) == ["o1"]

    async def test_what_is_given_up_or_moved_elsewhere_is_no_news(self, one, other, build):
        await one.hold("qq")
        messages = [build.message("o1"), build.message("o2"), build.message("o3")]
        await other.commit(build.change(outgoing=tuple(messages)))
        await other.update_outgoing(
            [
                replace(messages[0], state=Delivery.DEAD),
                replace(messages[1], adapter="tg", room="tg:private:7"),
            ]
        )
        assert keys(await one.news("qq", ())) == ["o3"]
        await one.note_delivered([Delivered("o3", "p3")])
        assert await one.news("qq", ()) == []

    async def test_a_worker_that_lost_its_lease_says_nothing_about_messages(
        self, one, other, build, redis_server
    ):
        await one.hold("qq")
        sending = build.message("o1", state=Delivery.SENDING)
        await one.commit(build.change(outgoing=(sending,)))
        await die(one, redis_server, "qq")
        assert await other.hold("qq")
        assert [message.state for message in await other.news("qq", ())] == [Delivery.SENDING]
        for late in (
            one.note_delivered([Delivered("o1", "p1")]),
            one.update_outgoing([sending], under=Lease("qq", 1)),
            one.update_outgoing([replace(sending, adapter="tg", room="tg:private:7")], under=Lease("qq", 1)),
            one.news("qq", ()),
        ):
            with pytest.raises(LeaseLost) as lost:
                await late
            assert lost.value.adapter == "qq"
        assert (await other.outgoing("o1")).platform_id is None
        assert keys(await other.waiting("qq")) == ["o1"]

    async def test_what_an_attempt_came_to_after_its_lease_is_refused_also_once_the_worker_knows(
        self, one, other, build, redis_server
    ):
        """It would put back into the queue what the next holder has delivered, or give it up."""
        await one.hold("qq")
        sending = build.message("o1", state=Delivery.SENDING)
        await one.commit(build.change(outgoing=(sending,)))
        await die(one, redis_server, "qq")
        await other.hold("qq")
        await other.note_delivered([Delivered("o1", "p1")])
        one._lose("qq")  # as when it looks after its lease the next time
        with pytest.raises(LeaseLost):
            await one.update_outgoing([replace(sending, state=Delivery.QUEUED)], under=Lease("qq", 1))
        assert (await other.outgoing("o1")).state is Delivery.SENT

    async def test_whoever_moved_a_message_away_knows_better_than_its_sender(self, one, other, build):
        await one.hold("qq")
        message = build.message("o1")
        await one.commit(build.change(outgoing=(message,)))
        await other.update_outgoing([replace(message, adapter="tg", room="tg:private:7")])
        with pytest.raises(MovedAway, match="o1"):
            await one.update_outgoing([message], under=Lease("qq", one.term("qq")))

    async def test_what_a_manager_says_on_the_sender_itself_is_news_there(self, one, build):
        """Its answer may be lost, and then nobody has put the message into a queue."""
        await one.hold("qq")
        message = build.message("o1")
        await one.commit(build.change(outgoing=(message,)))
        await one.update_outgoing([replace(message, state=Delivery.DEAD)], under=Lease("qq", 1))
        await one.update_outgoing([message])
        assert keys(await one.news("qq", ())) == ["o1"]

    async def test_what_it_commits_is_left_to_the_new_holder(self, one, other, build, redis_server):
        await one.hold("qq")
        await die(one, redis_server, "qq")
        await other.hold("qq")
        await one.commit(build.change(outgoing=(build.message("o1", state=Delivery.SENDING),)))
        assert one.term("qq") == 0
        assert [(each.key, each.state) for each in await other.news("qq", ())] == [("o1", Delivery.QUEUED)]

    async def test_a_message_that_moves_to_another_adapter_is_news_there(self, one, other, build):
        await one.hold("qq")
        await other.hold("tg")
        message = build.message("o1")
        await one.commit(build.change(outgoing=(message,)))
        await one.update_outgoing([replace(message, adapter="tg", room="tg:private:7")])
        assert keys(await other.news("tg", ())) == ["o1"]
        assert await one.waiting("qq") == []


class TestDeadlines:
    async def test_each_is_given_to_one_worker(self, one, other, build):
        tickets = tuple(build.opened(n, due=AT, address=f"qq:group:{n}") for n in range(1, 31))
        for ticket in tickets:
            await one.commit(build.change(tickets=(ticket,)))
        taken = await asyncio.gather(*(store.claim_due(AT, limit=7) for store in (one, other) * 4))
        numbers = [each.ticket.number for batch in taken for each in batch]
        assert sorted(numbers) == list(range(1, 31))
        assert await one.claim_due(AT + MINUTE) == []
        assert len(await one.due(AT)) == 30

    async def test_one_that_is_saved_can_be_taken_again(self, one, other, build):
        opened = build.opened(1, due=AT)
        await one.commit(build.change(tickets=(opened,)))
        ((ticket, _),) = await one.claim_due(AT)
        await one.commit(build.change(tickets=(build.goes_on(ticket, due=AT + MINUTE),)))
        assert await other.claim_due(AT) == []
        assert [each.ticket.number for each in await other.claim_due(AT + MINUTE)] == [1]

    async def test_one_that_its_taker_never_saved_is_given_to_somebody_else(
        self, one, other, build, redis_server
    ):
        await one.commit(build.change(tickets=(build.opened(1, due=AT),)))
        assert len(await one.claim_due(AT)) == 1
        claims, member = f"shouwen:{{{await one._shards.of_number(1)}}}:claims", f"{1:016d}"
        now = int(redis_server.ask("TIME")[0]) * 1000
        until = int(redis_server.ask("ZSCORE", claims, member))
        assert now + 20_000 < until <= now + 31_000
        redis_server.ask("ZADD", claims, until - 20_000, member)
        assert await other.claim_due(AT) == []
        redis_server.ask("ZADD", claims, until - 31_500, member)  # half a minute later
        assert len(await other.claim_due(AT)) == 1


class TestAcrossShards:
    async def test_a_change_of_several_rooms_is_saved_whole_or_not_at_all(self, one, other, build):
        opened = [build.opened(n, address=f"qq:group:{n}") for n in range(1, 9)]
        await one.commit(build.change(seen="qq:group:900|m1", tickets=tuple(opened)))
        assert await other.ticket(5) == opened[4].ticket
        late = build.noted(opened[7].ticket)
        await other.commit(build.change(tickets=(late,)))
        noted = tuple(build.noted(each.ticket, "新") for each in opened)
        with pytest.raises(Conflict):
            await one.commit(
                build.change(seen="qq:group:900|m2", tickets=noted, outgoing=(build.message("o"),))
            )
        assert [(await one.ticket(n)).version for n in range(1, 9)] == [1] * 7 + [2]
        assert not await one.is_seen("qq:group:900|m2")
        assert await one.outgoing("o") is None

    async def test_of_many_who_change_the_same_tickets_each_time_one_wins(self, one, other, build):
        opened = [build.opened(n, address=f"qq:group:{n}") for n in range(1, 5)]
        await one.commit(build.change(tickets=tuple(opened)))

        async def attempt(store, name):
            noted = tuple(build.noted(each.ticket, name) for each in opened)
            await store.commit(build.change(tickets=noted))

        outcomes = await asyncio.gather(
            *(attempt(store, str(n)) for n, store in enumerate((one, other) * 5)), return_exceptions=True
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        assert {type(outcome) for outcome in outcomes} == {type(None), Conflict}
        texts = {(await one.records(n))[1].event.text for n in range(1, 5)}
        assert len(texts) == 1


async def test_workers_hear_of_what_others_bring(one, other, build):
    heard: asyncio.Queue[tuple[Wake, str]] = asyncio.Queue()
    one.listen(lambda wake, what: heard.put_nowait((wake, what)))
    async with asyncio.timeout(10):
        while (await one._servers.ask_at("shouwen:{0}:", "PUBSUB", "NUMSUB", one._shards.channel))[1] == 0:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
        await one.commit(build.change(tickets=(build.opened(9, due=AT),)))  # its own: not told
        await other.commit(build.change(tickets=(build.opened(1, due=AT - MINUTE),)))
        await other.commit(build.change(tickets=(build.opened(2, due=AT),)))  # not the earliest
        await other.commit(build.change(outgoing=(build.message("o1"), build.message("o2"))))
        letters = [build.message(key, state=Delivery.DEAD) for key in ("o1", "o2")]
        await other.update_outgoing(letters)
        await other.update_dead([replace(each, adapter="tg", state=Delivery.QUEUED) for each in letters])
        await other.learn(build.learning(entries=(build.entry("K-1"),)))
        await other.hold("qq")
        await other.commit(build.change(outgoing=(build.message("o3"),)))  # its own to send
        await other.let_go("qq")
        told = [await heard.get() for _ in range(5)]
    assert told == [
        (Wake.DUE, "1772786640000"),
        (Wake.OUTGOING, "qq"),
        (Wake.OUTGOING, "tg"),
        (Wake.KNOWLEDGE, "1"),
        (Wake.LEASE, "qq"),
    ]
