"""Due tickets that were given out: until when, and what frees them before."""

from __future__ import annotations

from bot.store.claims import CLAIMED_SECONDS, Claim, Claims

ONE, TWO = Claim(1, 100), Claim(2, 100)


def test_a_ticket_that_is_never_saved_is_free_after_half_a_minute():
    claims = Claims()
    claims.give([ONE], 5.0)
    claims.give([TWO], 6.0)
    assert claims.held(5.0 + CLAIMED_SECONDS - 0.1) == [ONE, TWO]
    assert claims.held(5.0 + CLAIMED_SECONDS) == [TWO]
    claims.give([ONE], 40.0)
    assert claims.held(40.0) == [ONE]


def test_what_was_saved_is_free_and_all_is_when_the_store_failed():
    claims = Claims()
    claims.give([ONE, TWO], 0.0)
    claims.let_go([1, 7])
    assert claims.held(1.0) == [TWO]
    claims.let_all_go()
    assert claims.held(1.0) == []


def test_one_given_again_is_held_from_then_on():
    claims = Claims()
    claims.give([ONE, TWO], 0.0)
    claims.give([ONE], 10.0)
    assert claims.held(CLAIMED_SECONDS + 1) == [ONE]
