"""The questions the bot has asked and still waits for: what a bare number means, and to whom."""

from __future__ import annotations

from datetime import datetime

import msgspec


class About(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """Base of what a question can be about; `AnyAbout` is the closed union."""


class Menu(About, frozen=True, kw_only=True, tag=True):
    """Candidates by number; 0 opens a ticket with the question."""

    question: str
    entries: tuple[str, ...]


class Offer(About, frozen=True, kw_only=True, tag=True):
    """No answer was found, or what is wanted is none of the contract's (`outside` names it): 1 opens a ticket with the question."""

    question: str
    outside: str = ""
    earlier: tuple[str, ...] = ()  # what was offered just before and not answered, oldest first: 两个都报


class Answered(About, frozen=True, kw_only=True, tag=True):
    """An answer was given: 1 opens a ticket that names the entry, thanks mark the entry as helpful."""

    question: str
    entry: str
    entries: tuple[str, ...] = ()  # of the menu it was picked from; another number picks again
    form: int = 0  # of the text that was given; none where it was only pointed to


class Details(About, frozen=True, kw_only=True, tag=True):
    """A new ticket lacks something: the requester's next message belongs to it."""

    ticket: int


class Afterthought(About, frozen=True, kw_only=True, tag=True):
    """A ticket has just been opened: what its requester goes on to tell belongs to it. It asks nothing and is never answered."""

    ticket: int


class Describe(About, frozen=True, kw_only=True, tag=True):
    """Somebody wants to report something and has not said what: their next message is the report."""

    is_urgent: bool = False
    kind: str = ""  # of the ticket, where it reports nothing broken


class Progress(About, frozen=True, kw_only=True, tag=True):
    """An owner has been silent for long: their next message there is passed on to the customer."""

    ticket: int


class DayDraft(About, frozen=True, kw_only=True, tag=True):
    """The report of a day of an incident, as the bot would hand it in; 提交 does, and may bring other words."""

    ticket: int
    text: str


class CallList(About, frozen=True, kw_only=True, tag=True):
    """The calls of a day, in the order of the list: 回访 1 … means the first of these tickets."""

    tickets: tuple[int, ...]


class Result(About, frozen=True, kw_only=True, tag=True):
    """What was wrong, what helped and what prevents it: as far as its owner has told, what they say next is the rest.

    `others` had the same trouble, and what is told holds for them too.
    """

    ticket: int
    cause: str = ""
    method: str = ""
    prevention: str = ""
    others: tuple[int, ...] = ()
    because: str = ""  # what they told of the cause, before they were asked of which kind it is

    @property
    def whole_cause(self) -> str:
        """The cause with its kind: 硬件，主板损坏."""
        return f"{self.cause}，{self.because}" if self.because else self.cause

    @property
    def tickets(self) -> tuple[int, ...]:
        """All of them."""
        return self.ticket, *self.others


class Check(About, frozen=True, kw_only=True, tag=True):
    """Does it work? 1 yes, 2 no."""

    ticket: int


class Needed(About, frozen=True, kw_only=True, tag=True):
    """A ticket waits for something of its requester: their next message brings it."""

    ticket: int


class Agree(About, frozen=True, kw_only=True, tag=True):
    """Is another time all right? 1 yes, 2 no."""

    ticket: int


class Remote(About, frozen=True, kw_only=True, tag=True):
    """May somebody look at the computer from afar? 1 yes, 2 no."""

    ticket: int


class Times(About, frozen=True, kw_only=True, tag=True):
    """At which of these times may somebody come? Any other may be written."""

    ticket: int
    times: tuple[datetime, ...]


class Rating(About, frozen=True, kw_only=True, tag=True):
    """Two scores from 1 to 5."""

    ticket: int


class Choices(About, frozen=True, kw_only=True, tag=True):
    """Something else works instead: the number runs the command that stands there."""

    commands: tuple[str, ...]


class Suggestion(About, frozen=True, kw_only=True, tag=True):
    """Did you mean this command? 1 runs it."""

    command: str


class Rest(About, frozen=True, kw_only=True, tag=True):
    """A command lacks its last words: what is said next is them."""

    command: str


class Gaps(About, frozen=True, kw_only=True, tag=True):
    """The list of what was not answered: a number says which one is dealt with now. Each is the ids of its lessons."""

    groups: tuple[tuple[str, ...], ...]


class Gap(About, frozen=True, kw_only=True, tag=True):
    """What is the answer to this question? The next message is, or names the entry that answers it; 0 drops it."""

    lessons: tuple[str, ...]


class Joining(About, frozen=True, kw_only=True, tag=True):
    """Somebody was added to a ticket that others had opened: 0 says that theirs is another trouble."""

    ticket: int
    question: str


AnyAbout = (
    Menu
    | Offer
    | Answered
    | Details
    | Afterthought
    | Describe
    | Progress
    | Needed
    | Agree
    | Remote
    | CallList
    | Result
    | Check
    | DayDraft
    | Times
    | Rating
    | Choices
    | Suggestion
    | Rest
    | Joining
    | Gaps
    | Gap
)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One open question of the bot. `room` and `person` are addresses; only that person may answer, in that room.

    `outgoing` is the key of the message that asks it, so that quoting the message finds the question.
    """

    id: str
    room: str
    person: str
    about: AnyAbout
    asked_at: datetime
    expires_at: datetime
    outgoing: str = ""
    outcome: str = ""  # empty while open
