"""Queues of rooms: who stands where, and that a message which comes by several ways stands there once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.delivery.room_queues import RoomQueues, most_urgent_first
from bot.store.messages import Delivery, Queued

NOW = datetime(2026, 3, 6, 8, tzinfo=UTC)
ROOM, OTHER = "qq:group:1", "qq:group:2"


def message(key: str, room: str = ROOM, **more: Any) -> Queued:
    return Queued(key=key, adapter="qq", room=room, text=key, created_at=NOW, **more)


def keys(queues: RoomQueues, room: str = ROOM) -> list[str]:
    return [each.key for each in queues.of(room)]


def queued(*names: str) -> RoomQueues:
    queues = RoomQueues()
    for name in names:
        queues.add(message(name))
    return queues


def test_a_message_is_known_until_it_is_finished() -> None:
    queues = queued("a", "b")
    assert ("a" in queues, "b" in queues, len(queues)) == (True, True, 2)
    assert queues.finish(ROOM, message("a"), None)
    assert ("a" in queues, keys(queues)) == (False, ["b"])


def test_what_becomes_of_a_message_stands_in_its_place() -> None:
    queues = queued("a", "b")
    again = message("a", attempts=1)
    assert queues.finish(ROOM, message("a"), again)
    assert queues.of(ROOM)[0] == again
    assert len(queues) == 2


def test_who_stands_no_more_at_the_head_is_not_finished() -> None:
    queues = queued("a", "b")
    assert not queues.finish(ROOM, message("b"), None)
    assert not queues.finish(OTHER, message("a"), None)
    assert keys(queues) == ["a", "b"]


def test_a_message_that_moves_to_another_room_is_known_after_its_first_place_is_left() -> None:
    queues = queued("a")
    queues.add(message("a", OTHER))
    queues.finish(ROOM, message("a"), None)
    assert "a" in queues
    assert (keys(queues), keys(queues, OTHER)) == ([], ["a"])


def test_what_is_held_is_known_and_said_after_a_word_with_its_mark() -> None:
    queues = queued("a")
    queues.hold(message("a", state=Delivery.HELD, not_before=NOW))
    queues.finish(ROOM, message("a"), None)
    assert "a" in queues
    [released] = queues.unheld(ROOM)
    assert (released.state, released.was_held, released.not_before) == (Delivery.QUEUED, True, None)
    assert "a" not in queues
    assert queues.unheld(ROOM) == []


def test_who_is_not_held_after_all_stands_once() -> None:
    queues = queued("a", "b")
    held = message("a", state=Delivery.HELD)
    queues.hold(held)
    queues.unhold(held)
    assert queues.unheld(ROOM) == []
    assert keys(queues) == ["a", "b"]
    queues.finish(ROOM, message("a"), None)
    assert "a" not in queues


def test_who_was_released_before_it_could_be_noted_as_held_stands_once() -> None:
    queues = queued("a", "b")
    held = message("a", state=Delivery.HELD)
    queues.hold(held)
    for released in queues.unheld(ROOM):
        queues.add(released)
    assert keys(queues) == ["a", "b", "a"]
    queues.unhold(held)
    assert keys(queues) == ["a", "b"]
    queues.finish(ROOM, message("a"), None)
    assert ("a" in queues, keys(queues)) == (False, ["b"])


def test_what_goes_on_comes_before_what_waits_in_its_order() -> None:
    queues = queued("c")
    queues.go_on(ROOM, [message("a"), message("b")])
    assert keys(queues) == ["a", "b", "c"]
    assert len(queues) == 3


def test_what_is_let_go_or_cleared_is_known_no_more() -> None:
    queues = queued("a", "b", "c")
    queues.let_go(ROOM, "b")
    queues.let_go(OTHER, "a")
    assert (keys(queues), "b" in queues) == (["a", "c"], False)
    line = queues.of(ROOM)
    queues.hold(message("d"))
    queues.clear()
    assert (len(queues), list(line), queues.unheld(ROOM)) == (0, [], [])
    assert queues.of(ROOM) is line


def test_only_an_empty_queue_is_closed() -> None:
    queues = queued("a")
    queues.close(ROOM)
    queues.close(OTHER)
    assert [room for room, _ in queues] == [ROOM]
    queues.finish(ROOM, message("a"), None)
    queues.close(ROOM)
    assert list(queues) == []
    assert queues.length(ROOM) == 0


def test_who_calls_goes_before_who_tells_each_in_its_order() -> None:
    queues = queued("a", "b")
    for name in ("x", "y"):
        queues.add(message(name, is_urgent=True))
    most_urgent_first(queues.of(ROOM))
    assert keys(queues) == ["x", "y", "a", "b"]
    assert queues.is_queued(message("b"))
    assert not queues.is_queued(message("b", OTHER))
