"""What people say is understood once before somebody says it: patterns are compiled in a thread, and not while a message waits."""

from __future__ import annotations

from typing import Final

from bot.asks import Result
from bot.meaning.complaints import is_about_us, wishes_to_complain
from bot.meaning.outcomes import outcome
from bot.meaning.promise_sentences import ALL as ASKS_FOR_PROMISES
from bot.meaning.results import told
from bot.meaning.said_secrets import without_said_secrets
from bot.meaning.sentences import IN_TWO_WORDS
from bot.meaning.short_answers import agreed, corrected, is_none_of_them, takes_over
from bot.meaning.spoken import spoken
from bot.meaning.wishes import is_over, is_pressing, wish

# Of each kind one that is nearly a sentence, so that every pattern is tried.
_SAID: Final = ("投影打不开怎么办", "the projector does not start", "1001 投影打不开怎么办")


def rehearse() -> None:
    """Understand a few sentences; for a thread, some 40 ms."""
    for text in _SAID:
        wish(text)
        agreed(text)
        is_none_of_them(text)
        takes_over(text)
        is_pressing(text)
        is_over(text)
        wishes_to_complain(text)
        is_about_us(text)
        outcome(text, _SAID)
        corrected(text)
        told(text, Result(ticket=1))
        for sentence in (*IN_TWO_WORDS, *ASKS_FOR_PROMISES):
            sentence.fullmatch(text)
        without_said_secrets(f"{text} password")
        spoken(text, lambda _: None, is_manager=True, is_addressed=True)
