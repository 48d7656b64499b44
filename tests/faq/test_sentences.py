"""Vectors of sentences: found by meaning, kept up to date, and never in the way while they are being worked out."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from math import sqrt

import pytest

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.sentences import Sentences

pytest.importorskip("numpy", reason="comes with the extra `semantic`")

_TOPICS = ("密码口令", "打印纸张", "工资薪水")


def encode(texts: Sequence[str]) -> list[array[float]]:
    """Return a vector with a direction for each topic, so that texts about one topic are alike whatever their words."""
    found = []
    for text in texts:
        counts = [float(sum(text.count(letter) for letter in topic)) for topic in _TOPICS] + [0.1]
        length = sqrt(sum(count * count for count in counts))
        found.append(array("f", [count / length for count in counts]))
    return found


def base() -> KnowledgeBase:
    entries = [
        Entry(id="K-001", question="密码忘了", answer="重设"),
        Entry(id="K-002", question="打印没反应", answer="重启"),
    ]
    return KnowledgeBase(entries, sentences=Sentences(encode))


def understood(known: KnowledgeBase) -> KnowledgeBase:
    assert known.sentences is not None
    while known.sentences.work(1):
        pass
    return known


def test_a_text_without_a_common_word_is_found_by_its_meaning() -> None:
    assert base().match("口令想不起来") == []
    [best, *_] = understood(base()).match("口令想不起来")
    assert best.entry.id == "K-001"
    assert best.sentence == pytest.approx(1.0, abs=0.01)


def test_until_every_phrasing_is_understood_nothing_changes() -> None:
    known = understood(base())
    assert known.match("打印没反应")[0].sentence is not None
    known.put(Entry(id="K-003", question="薪水没到账", answer="问财务"))
    assert known.match("打印没反应")[0].sentence is None
    assert understood(known).match("工资呢")[0].entry.id == "K-003"


def test_what_was_taken_out_is_not_found_by_its_meaning() -> None:
    known = understood(base())
    known.remove("K-001")
    assert all(hit.entry.id != "K-001" for hit in known.match("口令想不起来"))


def test_a_phrasing_that_was_changed_meanwhile_keeps_no_old_vector() -> None:
    sentences = Sentences(encode)
    sentences.put(0, "密码忘了", "K-001")
    texts = sentences.waiting()
    sentences.put(0, "打印没反应", "K-001")
    sentences.take(texts, encode(list(texts.values())))
    assert not sentences.is_ready


def test_a_text_that_was_heard_in_a_thread_is_matched_without_the_encoder() -> None:
    asked: list[str] = []

    def noting(texts: Sequence[str]) -> list[array[float]]:
        asked.extend(texts)
        return encode(texts)

    entries = [Entry(id="K-001", question="密码忘了", answer="重设")]
    known = understood(KnowledgeBase(entries, sentences=Sentences(noting)))
    known.hear("口令想不起来")
    heard = list(asked)
    assert known.match("口令想不起来")[0].entry.id == "K-001"
    assert known.match("密码忘了")[0].sentence == pytest.approx(1.0, abs=0.01)  # a phrasing has its vector
    assert asked == heard
    known.put(Entry(id="K-002", question="口令过期", answer="改一个"))
    assert {each.entry.id for each in understood(known).compare("口令想不起来")} == {"K-001", "K-002"}
    assert asked.count("口令想不起来") == 1


def test_what_many_people_ask_is_not_remembered_for_ever() -> None:
    known = understood(base())
    assert known.sentences is not None
    for number in range(500):
        known.hear(f"第{number}个口令")
    assert len(known.sentences._vectors) <= 64
    assert len(known.sentences._liked) <= 16


def test_what_is_far_behind_by_its_meaning_is_not_compared_but_what_has_the_whole_text_in_it_is() -> None:
    known = understood(
        KnowledgeBase(
            [Entry(id=f"K-{n:03}", question=f"口令密码{n}想不起来要重设", answer="重设") for n in range(12)]
            + [Entry(id=f"P-{n:03}", question=f"打印纸张{n}口令", answer="重启") for n in range(8)]
            + [Entry(id="W", question="工资单上要写口令密码想不起来的日期", answer="财务")],
            sentences=Sentences(encode),
        )
    )
    found = {each.entry.id for each in known.measure("口令密码想不起来", is_brief=True)}
    assert len(found) <= 17
    assert "W" in found
    assert {f"K-{n:03}" for n in range(10)} <= found


def test_how_crowded_it_is_stays_known_while_little_changes() -> None:
    known = understood(
        KnowledgeBase(
            [Entry(id=f"K-{n:03}", question=f"密码{'口令' * (n % 7)}{n}", answer="重设") for n in range(450)],
            sentences=Sentences(encode),
        )
    )
    assert known.sentences is not None
    known.sentences.make_ready()
    assert not known.sentences.look_around()
    _, before = known.sentences._crowding
    known.put(Entry(id="K-900", question="打印口令", answer="重启"))
    assert not known.sentences.look_around()  # until everything is understood
    understood(known)
    assert known.match("打印口令")[0].entry.id == "K-900"
    assert known.sentences._crowding[1] is before
    for n in range(901, 905):
        known.put(Entry(id=f"K-{n}", question=f"打印纸张{n}", answer="重启"))
    understood(known).match("打印口令")
    assert known.sentences._crowding[1] is not before


def test_phrasings_are_held_against_each_other_by_their_meaning() -> None:
    known = understood(base())
    assert known.sentences is not None
    around = known.sentences.around("口令想不起来", [0, 1])
    assert around is not None
    assert list(around.numbers) == [0, 1]
    assert around.likes == pytest.approx([1.0, 0.01], abs=0.01)
    assert around.times([1.0, 0.0]) == pytest.approx([1.0, 0.01], abs=0.01)
    assert known.sentences.around("口令想不起来", []) is None


def test_what_several_phrasings_mean_together_counts_more_than_one_that_is_nearer() -> None:
    entries = [
        Entry(id="K-001", question="密码打印", aliases=("口令打印", "密码纸张", "口令打张"), answer="一"),
        Entry(id="K-002", question="薪水打印", aliases=("工资纸张", "工资打印", "薪水纸张"), answer="二"),
    ]
    known = understood(KnowledgeBase(entries, sentences=Sentences(encode)))
    found = {each.entry.id: each.behind for each in known.measure("密码打印薪")}
    assert found["K-001"] == 0.0
    assert found["K-002"] > 0.5
