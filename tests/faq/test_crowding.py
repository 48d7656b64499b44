"""How crowded it is around a phrasing: what is near to everything is less likely to be meant."""

from __future__ import annotations

import pytest

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.sentences import Sentences

numpy = pytest.importorskip("numpy", reason="comes with the extra `semantic`")
from faq.crowding import Crowding  # noqa: E402 - needs numpy


def rows(*turns: float):
    """Return vectors in a plane, each turned by some degrees."""
    angles = numpy.radians(numpy.array(turns))
    return numpy.stack([numpy.cos(angles), numpy.sin(angles)], axis=1).astype("float32")


def test_what_stands_in_a_crowd_owes_more_than_what_stands_alone() -> None:
    crowding = Crowding(rows(0, 1, 2, 3, 90), ["a", "b", "c", "d", "e"])
    assert crowding.surplus(1) > 0 > crowding.surplus(4)


def test_phrasings_of_one_entry_do_not_crowd_each_other() -> None:
    alone = Crowding(rows(0, 60, 120), ["a", "b", "c"])
    with_others = Crowding(rows(0, 60, 120, 120, 120), ["a", "b", "c", "c", "c"])
    assert with_others.surplus(2) <= with_others.surplus(1)
    assert alone.surplus(0) == pytest.approx(alone.surplus(2), abs=1e-6)


@pytest.mark.parametrize(
    ("turns", "entries"), [([0.0], ["a"]), ([0.0, 5.0], ["a", "a"]), ([0.0, 5.0], ["a", ""])]
)
def test_where_there_are_no_others_nothing_is_owed(turns: list[float], entries: list[str]) -> None:
    assert Crowding(rows(*turns), entries).surplus(0) == 0.0


def test_of_many_only_some_are_looked_at() -> None:
    many = rows(*(number / 10 for number in range(3_000)))
    crowding = Crowding(many, [str(number) for number in range(3_000)])
    assert abs(crowding.surplus(1_500)) < 0.1
    assert len(crowding._sample) <= 500


def test_between_two_that_are_as_near_the_lonely_one_is_meant() -> None:
    places = {"甲": 20.0, "乙": -20.0, "问": 0.0} | {f"丙{n}": 22.0 + n for n in range(12)}
    entries = [Entry(id=name, question=name, answer=name) for name in places if name != "问"]
    known = KnowledgeBase(entries, sentences=Sentences(lambda texts: rows(*(places[text] for text in texts))))
    assert known.sentences is not None
    while known.sentences.work():
        pass
    found = {each.entry.id: each.sentence for each in known.measure("问")}
    assert found["乙"] > found["甲"]


def test_a_phrasing_that_was_taken_out_crowds_nobody() -> None:
    places = {"甲": 0.0, "乙": 1.0, "丙": 90.0}
    known = KnowledgeBase(
        [Entry(id=name, question=name, answer=name) for name in places],
        sentences=Sentences(lambda texts: rows(*(places[text] for text in texts))),
    )
    assert known.sentences is not None
    while known.sentences.work():
        pass
    before = known.measure("甲")[0].sentence
    known.remove("乙")
    assert known.measure("甲")[0].sentence == pytest.approx(1.0)
    assert before is not None
    assert before < 1.0
