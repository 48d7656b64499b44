"""Trees are read from data and evaluated; evidence is gathered over the phrasings of an entry."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import msgspec
import pytest

from faq.entries import Entry, Measured
from faq.features import NAMES
from faq.rank import Confidence, gather, judged
from faq.trees import forest_from, planted

GROWN = {
    "tree_structure": {
        "split_feature": 0,
        "threshold": 0.5,
        "left_child": {"leaf_value": -1.0},
        "right_child": {
            "split_feature": 1,
            "threshold": 2.0,
            "left_child": {"leaf_value": 1.0},
            "right_child": {"leaf_value": 3.0},
        },
    }
}
LEAF = {"tree_structure": {"leaf_value": 0.25}}

Make = Callable[..., Measured]


@pytest.fixture
def measured() -> Make:
    def make(id_: str, text: str = "甲", **features: float) -> Measured:
        entry = Entry(id=id_, question=text, answer="")
        return Measured(entry, text, text, tuple(features.get(name, 0.5) for name in NAMES))

    return make


@pytest.mark.parametrize(("values", "logit"), [((0.5, 9.0), -0.75), ((0.6, 2.0), 1.25), ((0.6, 2.1), 3.25)])
def test_values_lead_to_leaves(values: tuple[float, float], logit: float) -> None:
    forest = planted(("a", "b"), [GROWN, LEAF])
    assert forest.logit(values) == logit
    assert forest_from(msgspec.json.encode(forest)) == forest


def test_the_shipped_trees_know_the_features_of_today() -> None:
    forest = forest_from(resources.files("faq").joinpath("data/likeness.json").read_bytes())
    assert forest.names == NAMES
    assert all(place < len(NAMES) for tree in forest.trees for place in tree.features)


def test_further_phrasings_add_evidence(measured: Make) -> None:
    alone = gather([(measured("K-1"), 1.0)])
    both = gather([(measured("K-1"), 1.0), (measured("K-1", "乙"), 1.0)])
    assert both[0][1] > alone[0][1]
    assert len(both) == 1


def test_the_order_is_that_of_the_evidence(measured: Make) -> None:
    found = gather([(measured("K-2"), 0.5), (measured("K-1"), 0.5), (measured("K-3"), 2.0)])
    assert [each.entry.id for each, _ in found] == ["K-3", "K-1", "K-2"]


def certain(logit: float) -> Confidence:
    return Confidence((logit, *([0.0] * 10)))


def test_a_conflict_limits_how_sure_one_can_be(measured: Make) -> None:
    sure = certain(9.0)
    plain, denied, other = (
        judged([(measured("K-1", alike=0.9, denial=no, contradiction=against, of_text=0.8), 9.0)], sure)
        for no, against in ((0.0, 0.0), (1.0, 0.0), (0.0, 1.0))
    )
    assert plain[0].score > 0.98
    assert denied[0].score == 0.86
    assert other[0].score == 0.69


def test_the_very_same_words_are_answered_whatever_was_learned(measured: Make) -> None:
    [found] = judged([(measured("K-1", alike=1.0, denial=0.0, contradiction=0.0), -3.0)], certain(-3.0))
    assert found.score == 0.99


def test_weak_evidence_is_never_sure(measured: Make) -> None:
    [found] = judged([(measured("K-1", alike=0.5, denial=0.0, contradiction=0.0), -4.0)], certain(9.0))
    assert found.score < 0.1


def test_a_text_that_stands_whole_in_phrasings_is_offered_the_shorter_one_first(measured: Make) -> None:
    whole = {"of_text": 1.0, "pairs_of_text": 1.0, "denial": 0.0, "contradiction": 0.0, "length": 0.2}
    long, short = (
        (measured(id_, length_of_phrase=length, **whole), -4.0)
        for id_, length in (("K-1", 0.8), ("K-2", 0.4))
    )
    found = judged([long, short], certain(-4.0))
    assert [each.entry.id for each in found] == ["K-2", "K-1"]
    assert found[0].score == pytest.approx(0.45)
    assert found[1].score == pytest.approx(0.425)
