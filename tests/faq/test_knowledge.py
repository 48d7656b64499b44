"""The knowledge base finds entries, keeps customers apart and changes one entry at a time."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faq.grams import grams
from faq.knowledge import Answer, Entry, Hit, KnowledgeBase, Nothing, Suggest, judge

WORDS = [
    "打印",
    "打印机",
    "登录",
    "密码",
    "投影",
    "没信号",
    "怎么",
    "打不开",
    "2号楼",
    "3号楼",
    "vpn",
    "wifi",
    "reset",
    "the",
    "不能",
    "课表",
    "导出",
]
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map("".join) | st.text(max_size=30)
customers = st.sampled_from([None, "yucai", "shiyan"])
entries = st.builds(
    Entry,
    id=st.sampled_from([f"K-{number:03d}" for number in range(8)]),
    question=texts,
    aliases=st.lists(texts, max_size=3).map(tuple),
    answer=st.sampled_from(["甲", "乙", "丙"]),
    customer=customers,
    is_enabled=st.sampled_from([True, True, True, False]),
)


def entry(id_: str, question: str, *aliases: str, answer: str = "", customer: str | None = None) -> Entry:
    return Entry(id=id_, question=question, aliases=aliases, answer=answer or f"答 {id_}", customer=customer)


def hit(score: float, answer: str = "甲", id_: str = "K-001") -> Hit:
    return Hit(Entry(id=id_, question="问", answer=answer), score, "问")


def test_the_same_words_are_all_but_certain() -> None:
    base = KnowledgeBase([entry("K-001", "打印机找不到"), entry("K-002", "投影仪没有信号")])
    [first, *_] = base.match("打印机找不到")
    assert first.entry.id == "K-001"
    assert first.score > 0.98


def test_an_entry_is_found_once_by_its_best_phrasing() -> None:
    base = KnowledgeBase([entry("K-001", "打印机找不到", "搜不到打印机", "打印机列表是空的")])
    [only] = base.match("电脑搜不到打印机")
    assert only.phrase == "搜不到打印机"


@pytest.mark.parametrize(
    ("written", "asked"), [("用户密码忘记了", "⽤⼾密码忘记了"), ("常见问题在哪看", "常⻅问题在哪看")]
)
def test_radicals_match_characters(written: str, asked: str) -> None:
    [only] = KnowledgeBase([entry("K-001", written)]).match(asked)
    assert only.score > 0.98
    [only] = KnowledgeBase([entry("K-001", asked)]).match(written)
    assert only.score > 0.98


@pytest.mark.parametrize(
    ("known", "asked"),
    [
        ("能不能打印成绩单", "不能打印成绩单"),
        ("2号楼的网络断了", "3号楼的网络断了"),
        ("怎么开启自动录播", "怎么关闭自动录播"),
        ("VPN 密码是多少", "OA 密码是多少"),
    ],
)
def test_a_conflict_is_never_answered(known: str, asked: str) -> None:
    hits = KnowledgeBase([entry("K-001", known), entry("K-002", "投影画面模糊")]).match(asked)
    assert not isinstance(judge(hits, answer_at=0.9, suggest_at=0.4), Answer)


@pytest.mark.parametrize(
    "text", ["", " ", "？？？", "😂", "[流泪]", "啊", "1", "x" * 10_000, "打印" * 5_000, "\x00\ud800"]
)
def test_any_text_may_be_asked(example: KnowledgeBase, text: str) -> None:
    assert all(0 <= found.score <= 1 for found in example.match(text))


def test_an_empty_base_finds_nothing() -> None:
    assert KnowledgeBase().match("打印机找不到") == []
    assert len(KnowledgeBase()) == 0


@pytest.mark.parametrize("text", ["好的", "怎么办", "是什么", "录", "what is it"])
def test_a_text_that_says_next_to_nothing_finds_nothing(example: KnowledgeBase, text: str) -> None:
    assert example.match(text) == []


def test_an_entry_of_punctuation_alone_is_kept_but_never_found() -> None:
    base = KnowledgeBase([entry("K-001", "？？？")])
    assert base.match("？？？") == []
    assert base.get("K-001") is not None


def test_a_disabled_entry_is_kept_but_never_found() -> None:
    whole = entry("K-001", "打印机找不到")
    base = KnowledgeBase([whole])
    base.put(msgspec.structs.replace(whole, is_enabled=False))
    assert base.match("打印机找不到") == []
    assert [known.id for known in base.entries()] == ["K-001"]
    base.put(whole)
    assert len(base.match("打印机找不到")) == 1


def test_a_replaced_entry_forgets_its_old_phrasings() -> None:
    base = KnowledgeBase([entry("K-001", "打印机找不到")])
    base.put(entry("K-001", "投影没有信号"))
    assert len(base) == 1
    assert base.match("打印机找不到") == []
    assert base.match("投影没有信号")[0].entry.id == "K-001"


def test_removing_what_is_not_there_does_nothing() -> None:
    base = KnowledgeBase([entry("K-001", "打印机找不到")])
    base.remove("K-999")
    base.remove("K-001")
    assert len(base) == 0
    assert base.get("K-001") is None
    assert base.match("打印机找不到") == []


def test_the_customers_own_entry_takes_the_place_of_the_general_one() -> None:
    base = KnowledgeBase(
        [entry("K-001", "Wi-Fi 密码是多少"), entry("K-002", "Wi-Fi 密码是多少", customer="yucai")]
    )
    assert [found.entry.id for found in base.match("wifi密码是多少", customer="yucai")] == ["K-002"]
    assert [found.entry.id for found in base.match("wifi密码是多少", customer="shiyan")] == ["K-001"]
    assert [found.entry.id for found in base.match("wifi密码是多少")] == ["K-001"]


def test_many_entries_of_others_do_not_crowd_out_ones_own() -> None:
    others = [entry(f"X-{number}", "打印机找不到怎么办", customer="other") for number in range(100)]
    base = KnowledgeBase([*others, entry("K-001", "打印机找不到怎么处理呢", customer="yucai")])
    assert [found.entry.id for found in base.match("打印机找不到怎么办", customer="yucai")] == ["K-001"]
    found = base.compare("打印机找不到怎么办", customer="other")
    assert found
    assert all(each.entry.customer == "other" for each in found)


@given(st.lists(entries, max_size=12), texts, customers)
def test_no_entry_of_another_customer_is_ever_found(
    known: list[Entry], asked: str, customer: str | None
) -> None:
    found = KnowledgeBase(known).match(asked, customer=customer, limit=99)
    assert all(each.entry.customer in (None, customer) and each.entry.is_enabled for each in found)
    assert len({each.entry.id for each in found}) == len(found)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(0 <= each.score <= 1 for each in found)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), entries), max_size=20), texts, customers)
def test_changes_one_by_one_equal_a_new_base(
    changes: list[tuple[bool, Entry]], asked: str, customer: str | None
) -> None:
    base, kept = KnowledgeBase(), dict[str, Entry]()
    for is_put, changed in changes:
        if is_put:
            base.put(changed)
            kept[changed.id] = changed
        else:
            base.remove(changed.id)
            kept.pop(changed.id, None)
        base.match(asked)  # what is remembered between questions must not outlive a change
    fresh = KnowledgeBase(reversed(kept.values()))
    assert base.entries() == fresh.entries()
    assert base.match(asked, customer=customer, limit=99) == fresh.match(asked, customer=customer, limit=99)


def test_removing_leaves_nothing_behind() -> None:
    base = KnowledgeBase([entry("K-001", "打印机找不到")])
    before = base.match("打印机找不到了怎么办")
    base.put(entry("K-002", "打印机卡纸了怎么办"))
    base.remove("K-002")
    assert base.match("打印机找不到了怎么办") == before


def test_chinese_is_cut_into_pairs_and_english_into_words() -> None:
    pieces = grams("vpn连不上")
    assert {"vpn", "连不", "不上", "连"} <= set(pieces)
    assert grams("怎么办")["怎么"] < grams("打印机")["打印"]
    assert "~^pa" in grams("password")
    assert "~^20" not in grams("2026")


def test_a_sure_hit_is_answered() -> None:
    assert judge([hit(0.95)], answer_at=0.9, suggest_at=0.4) == Answer(hit(0.95))


def test_a_hit_exactly_at_the_threshold_is_answered() -> None:
    assert judge([hit(0.9)], answer_at=0.9, suggest_at=0.4) == Answer(hit(0.9))


def test_two_different_answers_side_by_side_are_offered() -> None:
    hits = [hit(0.95), hit(0.94, "乙", "K-002")]
    assert judge(hits, answer_at=0.9, suggest_at=0.4) == Suggest(tuple(hits))


def test_a_clear_lead_is_answered() -> None:
    hits = [hit(0.99), hit(0.95, "乙", "K-002")]
    assert judge(hits, answer_at=0.9, suggest_at=0.4) == Answer(hits[0])


def test_the_same_answer_twice_is_no_rival() -> None:
    hits = [hit(0.95), hit(0.95, "甲", "K-002")]
    assert judge(hits, answer_at=0.9, suggest_at=0.4) == Answer(hits[0])


def test_at_most_three_candidates_are_offered_and_only_likely_ones() -> None:
    hits = [hit(score, str(score), f"K-{score}") for score in (0.8, 0.7, 0.6, 0.5)]
    assert judge(hits, answer_at=0.9, suggest_at=0.4) == Suggest(tuple(hits[:3]))
    assert judge(hits, answer_at=0.9, suggest_at=0.65) == Suggest(tuple(hits[:2]))


def test_unlikely_hits_are_nothing() -> None:
    assert judge([hit(0.39)], answer_at=0.9, suggest_at=0.4) == Nothing()
    assert judge([], answer_at=0.9, suggest_at=0.4) == Nothing()


@given(st.lists(st.floats(0, 1), max_size=5))
def test_whatever_is_answered_is_above_the_threshold(scores: list[float]) -> None:
    hits = [
        hit(score, f"答 {number}", f"K-{number}") for number, score in enumerate(sorted(scores, reverse=True))
    ]
    match judge(hits, answer_at=0.9, suggest_at=0.4):
        case Answer(best):
            assert best.score >= 0.9
        case Suggest(offered):
            assert 1 <= len(offered) <= 3
            assert all(each.score >= 0.4 for each in offered)
        case Nothing():
            assert all(score < 0.4 for score in scores)
