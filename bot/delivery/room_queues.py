"""What one adapter has still to say: a queue for each room, and beside it what waits until somebody speaks there."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from bot.store.messages import Delivery, Queued


class RoomQueues:
    """A message that is being sent stays at the head of its queue until it is known what became of it.

    Meanwhile it may stand here once more: held, released, or moved to another room. `in` says whether a key is here at all,
    so that what is told by two ways (its commit, news of the store, a move) is said once.
    """

    def __init__(self) -> None:
        self._queues: dict[str, deque[Queued]] = {}
        self._held: dict[str, list[Queued]] = {}
        self._places: Counter[str] = Counter()  # in which a key stands

    def __len__(self) -> int:
        """Return how many messages are queued or held."""
        return len(self._places)

    def __contains__(self, key: str) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[tuple[str, deque[Queued]]]:
        """Return the rooms with what is queued for each; nobody else changes what stands there."""
        return iter(self._queues.items())

    def of(self, room: str) -> deque[Queued]:
        """Return the queue of a room; made when there is none."""
        return self._queues.setdefault(room, deque())

    def length(self, room: str) -> int:
        """Return how many messages are queued for a room."""
        return len(self._queues.get(room, ()))

    def is_queued(self, message: Queued) -> bool:
        """Say whether a message stands in the queue of its room."""
        return any(each.key == message.key for each in self._queues.get(message.room, ()))

    def add(self, message: Queued) -> None:
        """Put a message at the end of its room's queue."""
        self._places[message.key] += 1
        self.of(message.room).append(message)

    def go_on(self, room: str, messages: Iterable[Queued]) -> None:
        """Put messages at the beginning of a room's queue, in their order."""
        first = list(messages)
        self._places.update(message.key for message in first)
        self.of(room).extendleft(reversed(first))

    def finish(self, room: str, message: Queued, after: Queued | None) -> bool:
        """Take a message from the head of a queue, or put there what became of it; False when it stands there no more."""
        queue = self._queues.get(room)
        if not queue or queue[0].key != message.key:
            return False
        if after is None:
            self._leave(queue.popleft())
        else:
            queue[0] = after
        return True

    def let_go(self, room: str, key: str) -> None:
        """Forget a message that is somebody else's to send."""
        self._drop(room, key)

    def close(self, room: str) -> None:
        """Forget the queue of a room that is empty."""
        if not self._queues.get(room):
            self._queues.pop(room, None)

    def hold(self, message: Queued) -> None:
        """Keep a message until somebody speaks in its room."""
        self._places[message.key] += 1
        self._held.setdefault(message.room, []).append(message)

    def unhold(self, message: Queued) -> None:
        """Take back that the head of a queue is held, also where somebody has spoken meanwhile and it is queued already."""
        held = self._held.get(message.room, [])
        if message in held:
            held.remove(message)
            self._leave(message)
        else:
            self._drop(message.room, message.key, behind=1)

    def unheld(self, room: str) -> list[Queued]:
        """Take what was held for a room, to be said now."""
        held = self._held.pop(room, None)
        if held is None:
            return []
        for message in held:
            self._leave(message)
        return [replace(message, state=Delivery.QUEUED, was_held=True, not_before=None) for message in held]

    def clear(self) -> None:
        """Forget everything. The queues stay the same ones for whoever is at work in them."""
        for queue in self._queues.values():
            queue.clear()
        self._held.clear()
        self._places.clear()

    def _leave(self, message: Queued) -> None:
        self._places[message.key] -= 1
        if self._places[message.key] <= 0:
            del self._places[message.key]

    def _drop(self, room: str, key: str, *, behind: int = 0) -> None:
        """Take a message out of a queue, wherever it stands from a place on."""
        queue = self._queues.get(room, deque())
        for place in reversed(range(behind, len(queue))):
            if queue[place].key == key:
                self._leave(queue[place])
                del queue[place]


def most_urgent_first(
    queue: deque[Queued], is_first: Callable[[Queued], bool] = lambda message: message.is_urgent
) -> None:
    """Put what calls somebody before what only tells, each in its own order, after a platform has refused to listen."""
    if any(is_first(message) for message in queue):
        ordered = sorted(queue, key=lambda message: not is_first(message))
        queue.clear()
        queue.extend(ordered)
