"""Messages of the outbox, as stores keep them: what is to be said where, and how far it has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Delivery(StrEnum):
    """How far a message of the outbox has come."""

    QUEUED = "queued"
    SENDING = "sending"  # handed to the platform, or about to be; after a crash its fate is unknown
    SENT = "sent"
    HELD = "held"  # waits for the next message from that room
    DEAD = "dead"  # given up; shown on the dashboard
    DROPPED = "dropped"  # too late to be useful, or replaced


class QueuedMention(msgspec.Struct, frozen=True):
    name: str
    account: str


class QueuedButton(msgspec.Struct, frozen=True):
    label: str
    command: str


class QueuedFile(msgspec.Struct, frozen=True):
    """A file that a message brings; the store keeps its content under the digest, for a while.

    `text` of the message is what is said where no file can come.
    """

    name: str
    digest: str
    size: int  # in bytes


class Queued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message of the outbox. `room` and `fallback` are addresses; `adapter` is the first part of `room`."""

    key: str
    adapter: str
    room: str
    text: str
    created_at: datetime
    mentions: tuple[QueuedMention, ...] = ()
    buttons: tuple[QueuedButton, ...] = ()
    quotes: str | None = None  # platform id of the message it answers
    pictures: tuple[str, ...] = ()  # addresses
    file: QueuedFile | None = None
    edits: str | None = None  # key of an earlier message that this one replaces
    fallback: str | None = None  # where to say it when the platform forbids the room
    ticket: int | None = None
    useful_until: datetime | None = None
    state: Delivery = Delivery.QUEUED
    not_before: datetime | None = None
    attempts: int = 0  # that failed
    is_urgent: bool = False  # somebody must act: said before what only tells, once a platform listens again
    flow: str = ""  # key in `seen` of the message that brought it about; empty when time did
    is_unknown: bool = False  # an earlier attempt may have arrived
    was_held: bool = False  # the platform did not let the bot speak when it was due
    platform_id: str | None = None
    reason: str = ""  # of the latest failure
    reason_made: str = ""  # how it was put together, so that it can be said in another language
    position: int = 0  # given by the store; grows in the order of commits


class Delivered(msgspec.Struct, frozen=True):
    """A message of the outbox arrived; `platform_id` is what the platform calls it."""

    key: str
    platform_id: str
