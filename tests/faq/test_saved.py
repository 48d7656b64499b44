"""A saved knowledge base answers as one made anew, whatever became of the entries or of the file since."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.entries import Entry
from faq.knowledge import KnowledgeBase
from faq.saved import packed, restored
from faq.sections import Unusable, sealed, sections_of

_WORDS = [
    "打印机",
    "投影仪",
    "密码",
    "wifi",
    "打不开",
    "怎么改",
    "没有声音",
    "在哪里",
    "VPN",
    "錄播",
    "  ",
    "请问",
]
_BY = "this program"


def _entries(seed: int, count: int = 12) -> list[Entry]:
    chance = random.Random(seed)

    def wording() -> str:
        return "".join(chance.choices(_WORDS, k=chance.randrange(1, 4)))

    return [
        Entry(
            id=f"K-{number}",
            question=wording(),
            aliases=tuple(wording() for _ in range(chance.randrange(3))),
            answer=f"答{number}",
            customer=chance.choice((None, None, "yucai")),
            is_enabled=chance.random() > 0.1,
        )
        for number in range(count)
    ]


def _file(base: KnowledgeBase) -> bytes:
    return b"".join(sealed(packed(base), _BY))


def _read(file: bytes, entries: list[Entry]) -> KnowledgeBase | None:
    return restored(sections_of(memoryview(file), _BY), entries)


def _answers(base: KnowledgeBase) -> list[object]:
    return [
        [(hit.entry, hit.phrase, round(hit.score, 9)) for hit in base.match(text, customer=customer)]
        for text in ("打印机", "投影仪打不开", "wifi密码怎么改", "打印机没有声音在哪里")
        for customer in (None, "yucai")
    ]


def _changed(entries: list[Entry], others: list[Entry], which: list[int]) -> list[Entry]:
    return [others[number] if number in which else entry for number, entry in enumerate(entries)]


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 11), max_size=2))
def test_what_was_saved_answers_as_the_entries_are_now(seed: int, which: list[int]) -> None:
    base = KnowledgeBase(_entries(seed))
    base.remove("K-3")
    base.put(_entries(seed + 1)[5])
    now = _changed(_entries(seed), _entries(seed + 2), which)
    found = _read(_file(base), now)
    if found is not None:
        assert _answers(found) == _answers(KnowledgeBase(now))
        assert len(found.index) == len(KnowledgeBase(now).index)
        assert found.entries() == KnowledgeBase(now).entries()


def test_a_base_that_was_read_is_changed_and_saved_like_any_other() -> None:
    entries = _entries(1)
    read = _read(_file(KnowledgeBase(entries)), entries)
    assert read is not None
    assert read.changes == 0
    fresh = KnowledgeBase(entries)
    for base in (read, fresh):
        base.put(Entry(id="K-99", question="录播没有声音", answer="新"))
        base.remove("K-1")
    again = _read(_file(read), read.entries())
    assert again is not None
    assert _answers(again) == _answers(read) == _answers(fresh)


def test_one_that_has_little_to_do_with_the_entries_is_made_anew() -> None:
    assert _read(_file(KnowledgeBase(_entries(1))), _entries(2)) is None


def test_separators_in_wordings_are_never_taken_for_others() -> None:
    saved = [Entry(id="K-1", question="打印\1机", aliases=("怎么改",), answer="答"), *_entries(1)[2:]]
    now = [Entry(id="K-1", question="打印", aliases=("机\1怎么改",), answer="答"), *_entries(1)[2:]]
    found = _read(_file(KnowledgeBase(saved)), now)
    assert found is not None
    assert _answers(found) == _answers(KnowledgeBase(now))


@given(st.data())
def test_a_file_that_was_cut_off_or_changed_is_refused(data: st.DataObject) -> None:
    file = bytearray(_FILE)
    if data.draw(st.booleans()):
        del file[data.draw(st.integers(0, len(file) - 1)) :]
    else:
        file[data.draw(st.integers(0, len(file) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unusable):
        sections_of(memoryview(bytes(file)), _BY)


def test_a_file_of_another_program_is_refused() -> None:
    with pytest.raises(Unusable, match="another version"):
        sections_of(memoryview(_FILE), "that program")


_FILE = _file(KnowledgeBase(_entries(7)))


def test_no_bit_of_writing_goes_over_all_of_a_large_base() -> None:
    many = KnowledgeBase(
        Entry(id=f"K-{n}", question=f"{n}号打印机连不上", answer="看网线") for n in range(2_600)
    )
    bits = list(sealed(packed(many), "x"))
    assert (
        sum(not bit for bit in bits) >= 5
    )  # between two of these are 500 entries, whose numbers are gathered
