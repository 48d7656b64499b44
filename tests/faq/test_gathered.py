"""How phrasings of one entry count together, and what decides without what was learned."""

from __future__ import annotations

import pytest

from faq.entries import Entry, Measured
from faq.features import NAMES
from faq.rank import gather, is_decided, sureness

ONE, OTHER = Entry(id="K-1", question="甲", answer="一"), Entry(id="K-2", question="乙", answer="二")


def measured(entry: Entry = ONE, text: str = "甲", **features: float) -> Measured:
    return Measured(entry, text, text, tuple(features.get(name, 0.0) for name in NAMES))


def told(gathered):
    return [(each.entry.id, each.text) for each, _ in gathered]


@pytest.mark.parametrize("turn", [1, -1])
def test_an_entry_is_shown_by_the_phrasing_that_speaks_most_for_it(turn: int) -> None:
    scored = [(measured(text="近"), 0.9), (measured(text="远"), 0.2), (measured(text="中"), 0.5)]
    assert told(gather(scored[::turn])) == [("K-1", "近")]


@pytest.mark.parametrize("turn", [1, -1])
def test_of_phrasings_that_say_as_much_it_is_always_the_same(turn: int) -> None:
    assert told(gather([(measured(text="b"), 0.5), (measured(text="a"), 0.5)][::turn])) == [("K-1", "a")]


def test_every_phrasing_counts_and_the_entry_with_most_comes_first() -> None:
    twice = [(measured(), 0.5), (measured(text="甲甲"), 0.5)]
    (first, evidence), (second, alone) = gather([(measured(OTHER), 0.5), *twice])
    assert (first.entry.id, second.entry.id) == ("K-1", "K-2")
    assert evidence > alone == pytest.approx(0.5)
    assert told(gather([(measured(OTHER), 0.5), (measured(), 0.5)])) == [("K-1", "甲"), ("K-2", "甲")]


@pytest.mark.parametrize(
    ("features", "is_so"),
    [
        ({"telling": 1.0, "alike": 0.9}, False),
        ({"telling": 1.0, "alike": 1.0}, True),
        ({"telling": 1.0, "denial": 1.0}, True),
        ({"telling": 1.0, "contradiction": 1.0}, True),
        ({"telling": 0.1}, True),
    ],
)
def test_what_is_the_same_denied_or_says_nothing_is_decided_by_rule(features, is_so: bool) -> None:
    assert is_decided(measured(**features)) is is_so


def test_what_is_meant_counts_by_the_side_that_has_less_of_it() -> None:
    def sure(**features: float) -> float:
        return sureness(measured(**features).features, 1.0, 0.0)[1]

    both, none = sure(meant_of_text=1.0, meant_of_phrase=1.0), sure()
    assert sure(meant_of_text=1.0) == sure(meant_of_phrase=1.0) == none
    assert both != none
