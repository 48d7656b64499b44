"""What the platform may say at `/hooks/NAME`: whether a call is genuine and fresh, and what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Protocol

import msgspec

from adapters.qq.frames import LARGEST, Data, Envelope, Op, Unreadable, decode, part
from adapters.qq.settings import Settings

# Narrow on purpose: what is signed for a challenge must never be the time and body of an event, which begins with `{`,
# or else anybody could have events signed by us.
_CHALLENGE_TIME: Final = re.compile(r"[0-9]{1,20}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_+/=-]{1,256}")


class Signer(Protocol):
    """What is asked of a signature scheme."""

    def sign(self, text: str) -> str:
        """Return the signature of a text."""
        ...

    def is_genuine(self, timestamp: str, body: bytes, signature: str) -> bool:
        """Say whether a signature is the platform's."""
        ...


class Event(msgspec.Struct, frozen=True):
    """Something happened."""

    envelope: Envelope


class Challenge(msgspec.Struct, frozen=True):
    """The platform wants to know whether the address is ours; `answer` proves it."""

    answer: Mapping[str, str]


class Refused(msgspec.Struct, frozen=True):
    """A call that is turned away with an HTTP status and a reason that helps whoever sets it up."""

    status: int
    reason: str


def admit(
    settings: Settings, seal: Signer, headers: Mapping[str, str], body: bytes, now: datetime
) -> Event | Challenge | Refused:
    """Say what a call is. `headers` ignores upper and lower case."""
    if len(body) > LARGEST:
        return Refused(413, f"larger than {LARGEST} bytes")
    if headers.get("X-Bot-Appid", "") != settings.app_id:
        return Refused(401, f"not for application {settings.app_id} (X-Bot-Appid)")
    try:
        envelope = decode(body)
    except Unreadable:
        return Refused(400, "not readable as an event")
    if type(envelope.op) is int and envelope.op == Op.CALLBACK_CHALLENGE:
        return _challenge(envelope, seal)
    timestamp = headers.get("X-Signature-Timestamp", "")
    signature = headers.get("X-Signature-Ed25519", "")
    if not timestamp or not signature:
        return Refused(401, "not signed")
    if not seal.is_genuine(timestamp, body, signature):
        return Refused(401, "signature wrong: is the secret that of this application?")
    if refused := _too_old(settings, timestamp, now):
        return refused
    return Event(envelope)


def _challenge(envelope: Envelope, seal: Signer) -> Challenge | Refused:
    data = part(Data, envelope.d)
    token, time = data.plain_token, data.event_ts
    if not (isinstance(token, str) and isinstance(time, str)):
        return Refused(400, "a challenge has plain_token and event_ts")
    if not (_CHALLENGE.fullmatch(token) and _CHALLENGE_TIME.fullmatch(time)):
        return Refused(400, "an odd challenge is not signed")
    return Challenge({"plain_token": token, "signature": seal.sign(time + token)})


def _too_old(settings: Settings, timestamp: str, now: datetime) -> Refused | None:
    if not settings.max_age_seconds:
        return None
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 20):
        return Refused(401, "no time in X-Signature-Timestamp")
    age = now.timestamp() - int(timestamp)
    if abs(age) > settings.max_age_seconds:
        return Refused(401, f"signed {round(age)} seconds ago: a replay, or a clock is wrong")
    return None
