"""Which of many vectors are nearest: as looking at each of them would say, or nearly."""

from __future__ import annotations

from typing import Any

import pytest

numpy = pytest.importorskip("numpy", reason="comes with the extra `semantic`")

from faq.vectors import Vectors  # noqa: E402 - needs numpy


def _rows(count: int, seed: int = 1) -> Any:
    """Return rows that differ most in some directions, as sentences do."""
    chance = numpy.random.default_rng(seed)
    rows = chance.standard_normal((count, 96)) * (0.97 ** numpy.arange(96))
    return (rows / numpy.linalg.norm(rows, axis=1, keepdims=True)).astype("float32")


def _filled(rows: Any, *, many: int) -> Vectors:
    vectors = Vectors(many=many)
    for row in rows:
        vectors.append(row)
    return vectors


def test_of_few_the_nearest_are_found_exactly() -> None:
    rows, asked = _rows(5_000), _rows(1, seed=2)[0]
    found = _filled(rows, many=10_000).nearest(asked, 10)
    assert set(found) == set(numpy.argsort(rows @ asked)[-10:].tolist())


def test_of_many_nearly_all_of_the_nearest_are_found() -> None:
    rows = _rows(6_000)
    vectors, found = _filled(rows, many=1_000), 0
    for asked in _rows(20, seed=3):
        found += len(set(vectors.nearest(asked, 10)) & set(numpy.argsort(rows @ asked)[-10:].tolist()))
    assert found >= 190


def test_what_comes_and_goes_later_is_known_in_the_few_directions_too() -> None:
    rows = _rows(5_000)
    vectors = _filled(rows, many=1_000)
    vectors.nearest(rows[0], 1)  # from here on they are seen in few directions
    new = _rows(1, seed=4)[0]
    place = vectors.append(new)
    assert vectors.nearest(new, 1) == [place]
    vectors.clear(place)
    assert vectors.nearest(new, 1) != [place]
    assert len(vectors) == 5_001


def test_rows_are_copied_from_wherever_they_stand() -> None:
    rows = _rows(9_000)
    vectors = _filled(rows, many=10_000)
    places = [8_999, 0, 4_095, 4_096, 4_096, 17]
    assert (vectors[places] == rows[places]).all()
    assert vectors[[]].shape == (0, 96)


def test_where_very_many_are_the_same_one_of_them_is_found_and_what_is_nearer_too() -> None:
    rows = numpy.repeat(_rows(1), 3_000, axis=0)
    vectors = _filled(rows, many=1_000)
    new = _rows(1, seed=4)[0]
    place = vectors.append(new)
    assert vectors.nearest(new, 1) == [place]
    assert len(vectors.nearest(rows[0], 10)) == 10
