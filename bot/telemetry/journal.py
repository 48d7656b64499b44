"""One line of the log for every step of the road, with the same `flow` from a message that came in to what was said because of it."""

from __future__ import annotations

import structlog

from bot.store.contract import Change
from bot.store.messages import Queued


class Journal:
    """Writes nothing unless it is on: look at `is_on` first, so that a busy road pays one look."""

    def __init__(self, *, is_on: bool) -> None:
        self.is_on = is_on
        self._log = structlog.get_logger("road")

    def received(self, flow: str, sender: str) -> None:
        """A message came in; `flow` is its key in `seen`."""
        self._log.info("received", action="received", flow=flow, sender=sender)

    def saved(self, change: Change) -> None:
        """What followed from a message or from time is durable."""
        self._log.info(
            "saved",
            action="saved",
            flow=change.seen or "",
            tickets=[f"{saved.ticket.number}.{saved.ticket.version}" for saved in change.tickets],
            events=[type(record.event).__name__ for saved in change.tickets for record in saved.records],
            outgoing=[message.key for message in change.outgoing],
        )

    def delivered(self, message: Queued, platform_id: str) -> None:
        """A message of the bot arrived."""
        self._log.info("delivered", action="delivered", platform_id=platform_id, **_named(message))

    def undelivered(self, message: Queued, outcome: str) -> None:
        """A message of the bot did not arrive, for now or for good."""
        self._log.info(outcome, action=outcome, reason=message.reason, **_named(message))


def _named(message: Queued) -> dict[str, object]:
    return {
        "flow": message.flow,
        "key": message.key,
        "room": message.room,
        "ticket": message.ticket,
        "attempts": message.attempts,
    }
