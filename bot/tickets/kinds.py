"""The kinds and states of a ticket and of what belongs to it, by the words under which they are kept."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What is owed to somebody."""

    FAULT = "fault"
    QUESTION = "question"
    REQUEST = "request"
    COMPLAINT = "complaint"
    CALLBACK = "callback"
    INSPECTION = "inspection"
    HAZARD = "hazard"
    IMPROVEMENT = "improvement"
    TRAINING = "training"
    MAINTENANCE = "maintenance"  # work at the customer's that is announced

    @property
    def is_planned(self) -> bool:
        """True for work that the calendar brings, not a customer."""
        return self in (Kind.INSPECTION, Kind.MAINTENANCE)

    @property
    def ends_in_one_word(self) -> bool:
        """True where nothing was broken, so that nobody tells cause, method and prevention of it."""
        return self in (Kind.IMPROVEMENT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING)


class Status(StrEnum):
    """Where a ticket is in its life; who owns it is a question of its own."""

    OPEN = "open"
    SOLVED = "solved"  # by staff; the requester has not confirmed yet
    CLOSED = "closed"


class Closing(StrEnum):
    """Why a ticket is closed."""

    CONFIRMED = "confirmed"  # the requester said that it works
    SILENCE = "silence"  # nobody answered; it does not count as satisfied
    WITHDRAWN = "withdrawn"
    DONE = "done"  # internal work such as a callback
    MERGED = "merged"  # goes on as another ticket of the same room
    DECLINED = "declined"  # no contract covers it, and nobody takes it on


class Milestone(StrEnum):
    """What engineers come to with a ticket, by the names that clocks count from or are kept by."""

    WORKED_AROUND = "worked_around"
    RECEIVED = "received"
    ORDERED = "replacement_ordered"
    RETURNED = "returned"
    REPLACED = "replaced"


class ClockKind(StrEnum):
    """The promises a ticket can carry."""

    RESPOND = "respond"
    ANSWER = "answer"
    PROMISE = "promise"  # an answer by an instant the engineer has named
    DISPATCH = "dispatch"
    ARRIVE = "arrive"
    DIAGNOSE = "diagnose"
    WORKAROUND = "workaround"
    LOAN = "loan"
    RESOLVE = "resolve"
    UPDATE = "update"
    REPORT = "report"
    REPAIR = "repair"
    REPLACE = "replace"
    CALLBACK = "callback"


class StartsAt(StrEnum):
    """The event from which a promise in the short form counts."""

    REPORTED = "reported"
    CLAIMED = "claimed"
    RESPONDED = "responded"
    DISPATCHED = "dispatched"
    ARRIVED = "arrived"
    ACCEPTED = "accepted"  # help outside of the contract was decided


class WaitsFor(StrEnum):
    """Why work on a ticket stands still; the words that policies use for it."""

    CUSTOMER = "customer"
    THIRD_PARTY = "third_party"
    PARTS = "parts"


class Telling(StrEnum):
    """What a customer adds that the owner must read at once."""

    CORRECTS = "corrects"  # what was told before is otherwise
    WISHES = "wishes"  # when somebody shall come
    ASKS = "asks"  # something of the work on it
    TELLS = "tells"  # the bot, by its name
    WORKS = "works"  # said to staff before the ticket was solved


class Standing(StrEnum):
    """How far it is decided what becomes of a report that no contract covers."""

    UNDECIDED = "undecided"
    QUOTED = "quoted"  # the customer is asked whether they pay
    FREE = "free"
    AGREED = "agreed"  # the customer pays
    OVER = "over"  # nothing becomes of it


class SurveyState(StrEnum):
    """How far asking for a rating has come."""

    PLANNED = "planned"
    ASKED = "asked"
    REMINDED = "reminded"
    RATED = "rated"
    COMMENTED = "commented"
    EXPIRED = "expired"
    VOID = "void"
    SKIPPED = "skipped"  # the person was asked today already
