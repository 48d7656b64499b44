"""What several phrasings of one entry say together."""

from __future__ import annotations

from math import sqrt

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.knowledge.measured import NAMES, told
from faq.entries import Entry
from faq.explanation import account
from faq.knowledge import KnowledgeBase
from faq.rank import BEHIND
from faq.together import AT_MOST, OF_ONE, WORTH, Around, behind, counts, explained, shared

_RIDGE = 0.3
_STATUS = (
    "why has my card been refused at the shop",
    "card refused when paying in a restaurant",
    "the terminal refused my card today",
    "shop says card refused",
)
_LOST = ("my card is gone", "i left my card in a taxi", "somebody took my card", "card stolen on holiday")
_TEXTS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=5).map(" ".join)


def entry(id_: str, *wordings: str) -> Entry:
    return Entry(id=id_, question=wordings[0], aliases=wordings[1:], answer=f"answer {id_}")


def exact(around: Around) -> list[float]:
    """Return the solution of `times(x) + _RIDGE * x = likes`, by elimination."""
    size = len(around.likes)
    units = [[float(place == other) for other in range(size)] for place in range(size)]
    columns = [around.times(unit) for unit in units]
    rows = [[columns[c][r] + _RIDGE * (r == c) for c in range(size)] + [around.likes[r]] for r in range(size)]
    for pivot in range(size):
        for row in rows[pivot + 1 :]:
            part = row[pivot] / rows[pivot][pivot]
            row[pivot:] = [
                value - part * above for value, above in zip(row[pivot:], rows[pivot][pivot:], strict=True)
            ]
    found = [0.0] * size
    for place in reversed(range(size)):
        known = sum(rows[place][c] * found[c] for c in range(place + 1, size))
        found[place] = (rows[place][size] - known) / rows[place][place]
    return found


def likeness(one: str, other: str, rarity: dict[str, float]) -> float:
    pieces, others = set(one.split()), set(other.split())

    def length(of: set[str]) -> float:
        return sqrt(sum((1 + rarity[piece]) ** 2 for piece in of))

    return sum((1 + rarity[piece]) ** 2 for piece in pieces & others) / length(pieces) / length(others)


_RARITY = {letter: 0.5 * place for place, letter in enumerate("abcdef")}


@given(_TEXTS, st.lists(_TEXTS, min_size=1, max_size=4))
def test_few_phrasings_explain_a_text_as_elimination_says(text: str, phrasings: list[str]) -> None:
    around = shared(text, dict(enumerate(phrasings)), _RARITY.__getitem__)
    # The last step is not taken where so little is left.
    assert explained(around) == pytest.approx(exact(around), abs=5e-3)


@given(_TEXTS, st.lists(_TEXTS, min_size=1, max_size=8))
def test_phrasings_are_held_against_each_other_by_all_they_have(text: str, phrasings: list[str]) -> None:
    around = shared(text, dict(enumerate(phrasings)), _RARITY.__getitem__)
    in_order = [phrasings[number] for number in around.numbers]
    assert sorted(around.numbers) == list(range(len(phrasings)))
    assert around.likes == pytest.approx([likeness(text, each, _RARITY) for each in in_order])
    for place, one in enumerate(in_order):
        unit = [float(place == other) for other in range(len(in_order))]
        assert around.times(unit) == pytest.approx([likeness(one, each, _RARITY) for each in in_order])


@given(_TEXTS, st.lists(st.tuples(st.sampled_from("XYZ"), _TEXTS), min_size=1, max_size=12))
@example("a b", [*[("X", "a")] * 6, *[("X", "b")] * 5, ("Y", "c")])  # each has half of the text: 1.31 in all
def test_nothing_gets_more_than_it_had_and_the_first_lacks_nothing(
    text: str, phrasings: list[tuple[str, str]]
) -> None:
    around = shared(text, {n: words for n, (_, words) in enumerate(phrasings)}, _RARITY.__getitem__)
    lacks = behind({n: owner for n, (owner, _) in enumerate(phrasings)}, around)
    assert min(lacks.values()) == 0.0
    assert all(0.0 <= lack <= WORTH for lack in lacks.values())


def test_an_entry_of_which_nothing_lies_around_is_given_nothing() -> None:
    around = shared("card refused", dict(enumerate(_STATUS)), lambda _: 1.0)
    lacks = behind({**dict.fromkeys(range(len(_STATUS)), "K-1"), 99: "K-2"}, around)
    assert lacks["K-1"] == 0.0 < lacks["K-2"]


def test_it_is_the_same_in_whatever_order_phrasings_came() -> None:
    there = {n: f"{_STATUS[n % 4]} {n}" for n in range(12)}
    back = {n: there[11 - n] for n in range(12)}
    one, other = (shared("card refused", each, lambda _: 1.0) for each in (there, back))
    assert explained(one) == explained(other)
    assert [there[n] for n in one.numbers] == [back[n] for n in other.numbers]


@pytest.mark.parametrize(
    ("owners", "counted"),
    [
        ("", 0.0),
        ("abcd", 0.0),
        ("aabcdefghi", 0.0),
        ("aabbccdd", 1 / 9),
        ("aaaabbbbcc", 2 / 3),
        (20 * "ab", 1.0),
    ],
)
def test_it_counts_only_where_entries_have_several_phrasings(owners: str, counted: float) -> None:
    assert counts(owners) == pytest.approx(counted)


def test_an_entry_whose_phrasings_all_say_a_little_beats_one_that_says_it_once() -> None:
    known = KnowledgeBase([entry("K-1", *_STATUS), entry("K-2", *_LOST, "my card today at the shop")])
    asked = "my card has been refused today at the shop"
    found = known.compare(asked)
    assert [each.entry.id for each in found] == ["K-1", "K-2"]
    assert found[0].behind == 0.0 < found[1].behind


def test_entries_with_one_phrasing_each_are_compared_as_ever() -> None:
    known = KnowledgeBase(entry(f"K-{n}", wording) for n, wording in enumerate((*_STATUS, *_LOST)))
    found = known.compare("card refused today in a restaurant")
    assert len(found) > 3
    assert {each.behind for each in found} == {0.0}


def test_what_is_left_out_does_not_speak() -> None:
    known = KnowledgeBase([entry("K-1", *_STATUS), entry("K-2", *_LOST)])
    text = "card stolen and refused"
    all_, without = (
        {each.entry.id: each.behind for each in known.measure(text, left_out=out)} for out in ((), (1, 2, 3))
    )
    assert without["K-1"] > all_["K-1"]


def test_a_large_entry_is_looked_at_in_part() -> None:
    many = [f"card refused at till {number} of the shop" for number in range(3 * OF_ONE)]
    known = KnowledgeBase([entry("K-1", *many), entry("K-2", *_LOST)])
    found = known.compare("my card was refused at till 7")
    assert found[0].entry.id == "K-1"
    numbers = shared("card refused", dict(enumerate(many)), lambda _: 1.0).numbers
    assert len(numbers) == AT_MOST


def test_the_laboratory_says_what_it_took_off() -> None:
    known = KnowledgeBase([entry("K-1", *_STATUS), entry("K-2", *_LOST, "my card today at the shop")])
    asked = "my card has been refused today at the shop"
    [first, second] = account(known, asked, customer=None, answer_at=0.9, suggest_at=0.4).nearest
    assert NAMES[BEHIND] not in [name for name, _, _ in told(first, str)]
    [(_, value, speaks)] = [each for each in told(second, str) if each[0] == NAMES[BEHIND]]
    assert float(value) > 0
    assert float(speaks) == -float(value)
