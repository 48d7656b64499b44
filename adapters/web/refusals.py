"""Why the simulator does not do what a browser asked of it."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Every reason has a text `refused_…` in `texts.py` and a status in `pages.py`."""

    MALFORMED = "malformed"
    NOT_JSON = "not_json"
    TOO_LARGE = "too_large"
    CROSS_SITE = "cross_site"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNKNOWN_ROOM = "unknown_room"
    UNKNOWN_PERSON = "unknown_person"
    UNKNOWN_MESSAGE = "unknown_message"
    UNKNOWN_BUTTON = "unknown_button"
    NOT_YOURS = "not_yours"
    NO_TRAVEL = "no_travel"
    BUSY = "busy"
    CLOSED = "closed"


class Refused(Exception):
    """The simulator refuses; the browser shows the reason in its own language."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
