"""What is measured of a question and a phrasing: the numbers that the model in `faq.rank` weighs."""

from __future__ import annotations

from rapidfuzz.fuzz import ratio

from faq.asked import Asked
from faq.index import Coverage
from faq.reading import Reading, length
from faq.wording import Conflict, conflict_between

NAMES = (
    "letters_of_text",
    "letters_of_phrase",
    "pieces_of_text",
    "pieces_of_phrase",
    "meant_of_text",
    "meant_of_phrase",
    "alike",
    "alike_in_sound",
    "alike_in_words",
    "alike_in_letters",
    "alike_in_content",
    "asks_the_same",
    "denial",
    "contradiction",
    "one_sided_name",
    "length",
    "length_of_phrase",
    "held",
    "telling",
)
# What is measured as well where whole sentences are compared: by words alone it does not make the answers better.
LEFT_OVER = (
    "left_of_text",
    "left_of_phrase",
    "rare_left_of_text",
    "rare_left_of_phrase",
    "unmet_of_text",
    "unmet_of_phrase",
    "one_sided_number",
    "asks_alone",
)

# What `at_most` does not measure, with the least and the most it can be.
UNMEASURED = {
    **dict.fromkeys(
        (
            "meant_of_text",
            "meant_of_phrase",
            "alike_in_sound",
            "alike_in_words",
            "alike_in_content",
            "denial",
            "contradiction",
            "one_sided_name",
            "held",
            "telling",
        ),
        (0.0, 1.0),
    ),
    "asks_the_same": (-1.0, 1.0),
}


def compared(
    question: Asked, phrase: Reading, shares: Coverage, *, with_left_over: bool = False
) -> tuple[float, ...]:
    """Return the features of a question and a phrasing in the order of `NAMES`, if wished with those of `LEFT_OVER` behind them."""
    asked = question.reading
    one, other = asked.text, phrase.text
    likes = question.likes(phrase)
    meant, meant_of_phrase = question.meant(likes), question.meant_of(phrase)
    conflict = conflict_between(asked.sense, phrase.sense)
    features = (
        shares.letters_of_text,
        shares.letters_of_phrase,
        shares.pieces_of_text,
        shares.pieces_of_phrase,
        meant.share,
        meant_of_phrase.share,
        ratio(one, other) / 100,
        ratio(asked.near, phrase.near) / 100,
        ratio(asked.sorted, phrase.sorted) / 100,
        ratio(asked.letters, phrase.letters) / 100,
        ratio(asked.content, phrase.content) / 100,
        _agreement(asked.kinds, phrase.kinds),
        float(conflict is Conflict.DENIAL),
        float(conflict is Conflict.CONTRADICTION),
        float(asked.sense.names != phrase.sense.names),
        asked.length,
        phrase.length,
        float(one in other),
        min(meant.most, meant_of_phrase.most),
    )
    if not with_left_over:
        return features
    lacking, lacking_of_phrase = question.lacking(likes), question.lacking_of(phrase)
    return (
        *features,
        lacking.left,
        lacking_of_phrase.left,
        lacking.rare_left,
        lacking_of_phrase.rare_left,
        lacking.unmet,
        lacking_of_phrase.unmet,
        float(asked.sense.numbers != phrase.sense.numbers),
        float(bool(asked.kinds) != bool(phrase.kinds)),
    )


def at_most(asked: str, phrase: str, shares: Coverage) -> tuple[float, ...]:
    """Return what `compared` gives at most for two texts: what costs little is measured, all else is taken to be alike."""
    likeness, in_any_order = ratio(asked, phrase) / 100, ratio(sorted(asked), sorted(phrase)) / 100
    return _at_most(shares, likeness, in_any_order, length(asked), length(phrase))


def _at_most(
    shares: Coverage, likeness: float, in_any_order: float, length: float, length_of_phrase: float
) -> tuple[float, ...]:
    return (
        shares.letters_of_text,
        shares.letters_of_phrase,
        shares.pieces_of_text,
        shares.pieces_of_phrase,
        1.0,
        1.0,
        likeness,
        1.0,
        1.0,
        in_any_order,
        1.0,
        1.0,
        0.0,  # what speaks against it is not looked for
        0.0,
        0.0,
        length,
        length_of_phrase,
        1.0,
        1.0,
    )


def _agreement(kinds: int, others: int) -> float:
    """Return 1 for the same kinds of question, -1 for none in common, 0 when one of the two has no kind."""
    if not kinds or not others:
        return 0.0
    common = (kinds & others).bit_count()
    return 2 * common / (kinds | others).bit_count() - 1
