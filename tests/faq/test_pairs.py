"""Weights fitted to labelled pairs: how a file of pairs is read, the knowledge bases made of it, and what is shipped."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

import faq
from faq.asked import Asked
from faq.entries import Entry, Measured
from faq.features import NAMES, UNMEASURED, compared
from faq.knowledge import KnowledgeBase, wording
from faq.rank import SENTENCE, WITH_SENTENCE, evidence
from faq.reading import reading
from faq.training.bases import bases, pairs
from faq.training.examples import written

_DATA = Path(faq.__file__).parent / "data"


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of pairs made of the written questions: two wordings of a line, and a wording beside that of the next line."""
    known = written()[:120]
    lines = [f"desk\t{each.wordings[0]}\t{each.wordings[1]}\t1" for each in known]
    lines += [f"desk\t{one.wordings[0]}\t{other.wordings[0]}\t0" for one, other in pairwise(known)]
    path = tmp_path_factory.mktemp("pairs") / "pairs.tsv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_question_is_held_back_from_the_entry_that_answers_it(labelled: Path) -> None:
    drawn = list(bases(pairs(labelled), 2, random.Random(5)))
    assert drawn == list(bases(pairs(labelled), 2, random.Random(5)))
    assert sum(len(each.asked) for each in drawn) == 240
    for each in drawn:
        known = {
            entry.id: {wording(text) for text in (entry.question, *entry.aliases)} for entry in each.entries
        }
        assert all(wording(text) not in known[right] for text, right in each.asked)


def test_a_line_that_is_no_pair_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.tsv"
    path.write_text("a\tb\tc\t1\na\tb\tc\n", "utf-8")
    with pytest.raises(ValueError, match=r"bad\.tsv, line 2"):
        pairs(path)


@pytest.mark.parametrize("name", ["evidence.json", "evidence-semantic.json"])
def test_what_is_shipped_are_numbers_for_known_features(name: str) -> None:
    weights = msgspec.json.decode(_DATA.joinpath(name).read_bytes(), type=dict[str, float])
    assert weights.keys() <= set(WITH_SENTENCE if SENTENCE in weights else NAMES)
    assert weights["meant_of_text"] > 0
    assert weights["denial"] < 0
    assert (SENTENCE in weights) == ("semantic" in name)


def with_sentences(base: KnowledgeBase, text: str) -> Measured:
    [found] = base.measure(text)
    asked = base.asked(text)
    shares = base.index.coverage(base.index.weighed(base.index.weigh(asked)), 0)
    question = Asked(reading(asked), base.index.weight_of)
    features = compared(question, reading(found.text), shares, with_left_over=True)
    assert features[: len(NAMES)] == found.features
    return replace(found, features=features, sentence=0.6)


def test_a_rare_word_that_is_left_over_speaks_against_what_lacks_it() -> None:
    base = KnowledgeBase([Entry(id="a", question="怎么更换打印机墨盒", answer="")])
    same, other = (with_sentences(base, text) for text in ("如何更换打印机的墨盒", "怎么更换打印机放大镜"))
    for feature in ("rare_left_of_text", "unmet_of_text", "left_of_text"):
        place = WITH_SENTENCE.index(feature)
        assert same.features[place] < other.features[place]
    assert evidence(same) > evidence(other)


def test_what_is_not_measured_of_chatter_is_known_by_name() -> None:
    assert UNMEASURED.keys() <= set(NAMES)
