"""The figures of predictions, worked out by hand, and matching from files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from faq.batch import UnusableLine, evaluate_files, match_files
from faq.evaluate import Asked, Coverage, answered, coverage, figures

ASKED = [
    Asked("1", frozenset({"a"})),
    Asked("2", frozenset({"b", "c"})),
    Asked("3", frozenset({"d"})),
    Asked("4", frozenset()),
]
PREDICTED = {"1": [("a", 0.9)], "2": [("x", 0.8), ("c", 0.3)], "4": [("a", 0.2)]}


def test_the_figures_of_four_questions() -> None:
    got = figures(ASKED, PREDICTED)
    assert (got.answerable, got.unanswerable) == (3, 1)
    assert got.top1 == pytest.approx(1 / 3)
    assert got.recall == pytest.approx(2 / 3)
    assert got.mrr == pytest.approx((1 + 1 / 2) / 3)
    assert got.at_95 == Coverage(pytest.approx(1 / 3), 0.9)
    assert got.calibration_error == pytest.approx((0.1 + 0.8 + 0.2) / 3)
    assert got.auroc == pytest.approx(2 / 3)  # 0.9 and 0.8 are above 0.2, nothing is not


def test_what_comes_of_answering_from_a_score_on() -> None:
    asked = [*ASKED, Asked("5", frozenset(), "chitchat"), Asked("6", frozenset(), "chitchat")]
    got = answered(asked, PREDICTED | {"5": [("b", 0.8)]}, 0.8)
    assert got.precision == pytest.approx(1 / 3)
    assert got.coverage == pytest.approx(1 / 3)
    assert got.false_answers == (("", 0.0), ("chitchat", 0.5))


def test_who_answers_nothing_says_nothing_wrong() -> None:
    got = answered(ASKED, PREDICTED, 0.95)
    assert (got.precision, got.coverage) == (1.0, 0.0)


def test_equal_scores_are_answered_together_or_not_at_all() -> None:
    assert coverage([(0.9, True), (0.9, False)], 0.95, 1) == Coverage(0.0, None)
    assert coverage([(0.9, True), (0.9, True), (0.8, False)], 0.95, 4) == Coverage(0.5, 0.9)


def test_a_lower_threshold_counts_when_precision_recovers() -> None:
    said = [(0.9, False), *((0.5, True) for _ in range(19))]
    assert coverage(said, 0.95, 19) == Coverage(1.0, 0.5)


def test_no_questions_give_zeros() -> None:
    got = figures([], {})
    assert (got.top1, got.mrr, got.calibration_error) == (0.0, 0.0, 0.0)


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return written(
        tmp_path / "kb.jsonl",
        {"id": "K-1", "question": "打印机找不到", "aliases": ["搜不到打印机"], "answer": "重新搜索"},
        {"id": "K-2", "question": "投影没有信号", "aliases": [], "answer": "插紧"},
    )


def test_matching_writes_a_line_for_every_query(tmp_path: Path, kb: Path) -> None:
    queries = written(
        tmp_path / "q.jsonl", {"id": "1", "text": "电脑搜不到打印机"}, {"id": "2", "text": "吃什么"}
    )
    match_files(kb, queries, tmp_path / "p.jsonl")
    first, second = map(json.loads, (tmp_path / "p.jsonl").read_text("utf-8").splitlines())
    assert first["id"] == "1"
    assert first["hits"][0][0] == "K-1"
    assert 0 < first["hits"][0][1] <= 1
    assert second == {"id": "2", "hits": []}


def test_evaluating_tells_the_figures(tmp_path: Path, kb: Path) -> None:
    rows = [
        {"id": "1", "text": "投影没有信号", "gold": ["K-2"]},
        {"id": "2", "text": "今天吃什么", "gold": []},
    ]
    queries = written(tmp_path / "q.jsonl", *rows)
    lines = evaluate_files(kb, queries, queries)
    assert "top-1                      100.0%" in lines
    assert any(line.startswith("coverage at 98 % precision 100.0%") for line in lines)
    assert "own threshold 0.90         precision 100.0%, coverage 100.0%" in lines
    assert "  of those without an answer answered 0.0%" in lines


def test_a_faulty_line_is_named_and_nothing_written(tmp_path: Path, kb: Path) -> None:
    queries = written(tmp_path / "q.jsonl", {"id": "1", "text": "投影"}, {"id": "2"})
    with pytest.raises(UnusableLine, match=r"q\.jsonl, line 2: .*text"):
        match_files(kb, queries, tmp_path / "p.jsonl")
    assert not (tmp_path / "p.jsonl").exists()
