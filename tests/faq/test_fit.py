"""The weights can be found again from the files they came from."""

from __future__ import annotations

import random
from math import exp
from pathlib import Path

import pytest

from faq.fit import Example, examples, fit, main
from faq.knowledge import Entry
from faq.rank import WEIGHTS


def test_a_known_model_is_recovered() -> None:
    chance = random.Random(7)
    made = []
    for _ in range(4000):
        value = chance.random()
        made.append(Example((1.0, value), chance.random() < 1 / (1 + exp(-(-3 + 6 * value)))))
    constant, slope = fit(made)
    assert constant == pytest.approx(-3, abs=0.4)
    assert slope == pytest.approx(6, abs=0.7)


def test_every_likeness_speaks_for_a_match() -> None:
    constant, *likeness = WEIGHTS.likeness
    assert constant < 0
    assert all(weight > 0 for weight in likeness)
    same_words = sum(WEIGHTS.likeness)
    assert 0.4 < 1 / (1 + exp(WEIGHTS.contradiction - same_words)) < 0.9
    assert 0.4 < 1 / (1 + exp(WEIGHTS.denial - same_words)) < 0.9


def test_both_right_and_wrong_pairs_are_made(example_entries: tuple[Entry, ...]) -> None:
    made = list(examples(example_entries[:12], random.Random(1)))
    right = sum(example.is_right for example in made)
    assert 0 < right < len(made)
    assert made == list(examples(example_entries[:12], random.Random(1)))


def test_the_program_prints_weights(capsys: pytest.CaptureFixture[str]) -> None:
    main([str(Path(__file__).with_name("helpdesk_en.md"))])
    assert "likeness=(" in capsys.readouterr().out
