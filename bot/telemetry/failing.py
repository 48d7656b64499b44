"""What the program fails at: kept with its traceback, shown on the dashboard, tried again with a mended program."""

from __future__ import annotations

import traceback
from dataclasses import replace
from datetime import datetime, timedelta

import msgspec

from adapters.contract import Incoming
from bot.meaning.said_secrets import without_said_secrets
from bot.store.contract import Failure, Store
from bot.telemetry.metrics import Meters

_MOST_TRACE = 20_000  # characters; the end of a traceback says most
_MOST_KNOWN = 1000
_NOTED_EVERY = timedelta(minutes=1)  # a deadline fails again and again

_encoder = msgspec.json.Encoder()


class Failures:
    """Notes faults of the program. `message` and `deadline` never raise because of the fault they are given."""

    def __init__(self, store: Store, meters: Meters) -> None:
        self._store = store
        self._meters = meters
        self._known: dict[str, Failure] = {}

    async def load(self) -> None:
        """Learn what an earlier run has failed at, so that it is let go of when it goes well."""
        self._known = {each.key: each for each in await self._store.failures(limit=_MOST_KNOWN)}

    async def message(self, incoming: Incoming, now: datetime, fault: BaseException) -> None:
        """Keep a message that could not be handled."""
        self._meters.failed("message")
        await self._note(
            Failure(
                key=key_of(incoming),
                at=now,
                room=incoming.room,
                person=incoming.sender,
                text=without_said_secrets(_sayable(incoming.text[:1000])),
                trace=_trace(fault),
                message=_written(incoming),
            )
        )

    async def deadline(self, number: int, now: datetime, fault: BaseException) -> None:
        """Keep a ticket at whose deadline the program fails; it stays due and is tried again after half a minute."""
        self._meters.failed("deadline")
        await self._note(Failure(key=_key_of_deadline(number), at=now, ticket=number, trace=_trace(fault)))

    async def is_well(self, incoming: Incoming) -> None:
        """Let go of a message that went well."""
        if self._known:
            await self.forget(key_of(incoming))

    async def is_kept(self, number: int) -> None:
        """Let go of a deadline that went well."""
        if self._known:
            await self.forget(_key_of_deadline(number))

    async def forget(self, key: str) -> bool:
        """Let go of a failure; False when there is none of this key."""
        if self._known.pop(key, None) is None:
            return False
        await self._store.forget_failure(key)
        return True

    def again(self, key: str) -> Incoming | None:
        """Return a message to try once more; None when there is none, or it was a deadline."""
        failure = self._known.get(key)
        return _read(failure.message) if failure is not None and failure.message else None

    async def _note(self, failure: Failure) -> None:
        known = self._known.get(failure.key)
        if known is not None:
            failure = msgspec.structs.replace(failure, attempts=known.attempts + 1)
            if failure.trace == known.trace and not failure.message and failure.at - known.at < _NOTED_EVERY:
                return
        elif len(self._known) >= _MOST_KNOWN:
            self._known.pop(
                next(iter(self._known))
            )  # it stays in the store, and is only not let go of by itself
        self._known[failure.key] = failure
        await self._store.note_failure(failure)


def key_of(incoming: Incoming) -> str:
    """Return the key of a message in `seen`."""
    return f"{incoming.room}|{incoming.message_id}"


def _key_of_deadline(number: int) -> str:
    return f"due:{number}"


def _trace(fault: BaseException) -> str:
    return "".join(traceback.format_exception(fault))[-_MOST_TRACE:]


def _written(incoming: Incoming) -> str:
    values = msgspec.to_builtins(replace(incoming, receipt=None, text=_sayable(incoming.text)))
    values.pop("receipt")
    return _encoder.encode(values).decode()


def _sayable(text: str) -> str:
    """Return a text that can be stored whatever is in it: half a character may be what the program failed at."""
    return text.encode("utf-8", "backslashreplace").decode()


def _read(message: str) -> Incoming | None:
    try:
        return msgspec.json.decode(message, type=Incoming)
    except msgspec.MsgspecError:  # written by another version of the program
        return None
