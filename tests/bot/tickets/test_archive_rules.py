"""The archive: records in a chain that shows every change made behind the bot's back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.store.bodies import body_of_record, record_from
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.archive import folded
from bot.tickets.records import Record, Source, first_break, sealed

_fixed_case = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _lived(case: Any) -> list[Record]:
    case.does(s.Claim(case.zhang))
    case.does(s.Say(case.zhang, "在看"))
    case.does(s.ChangeLevel(case.zhang, "1", "全校都不行"))
    case.resolve()
    case.confirm()
    source = Source(message="m1", account="qq:1", room="qq:group:1")
    rated = Record(
        number=1024,
        seq=len(case.records) + 1,
        at=case.now,
        event=e.Rated(by=case.requester, speed=5, quality=4, comment="“好”", is_low=False),
        source=source,
    )
    return [*case.records, sealed(rated, case.records[-1].hash)]


def test_the_chain_of_a_ticket_holds(case: Any) -> None:
    records = _lived(case)
    assert first_break(records) is None
    assert first_break([]) is None
    # Sealed anew without the first one, every hash would fit.
    previous, rest = "", []
    for record in records[1:]:
        rest.append(sealed(record, previous))
        previous = rest[-1].hash
    assert first_break(rest) == 2
    assert len({record.hash for record in records}) == len(records)


@given(data=st.data())
@_fixed_case
def test_any_changed_byte_of_a_record_is_found(case: Any, data: st.DataObject) -> None:
    records = _lived(type(case)(case.rules))
    index = data.draw(st.integers(0, len(records) - 1))
    record = records[index]
    body = bytearray(body_of_record(record))
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] ^= data.draw(st.integers(1, 255))
    try:
        changed = record_from(bytes(body), record.hash)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return  # no record any more, which nobody can overlook
    if body_of_record(changed) == body_of_record(record):
        return  # another way to write the very same values
    assert first_break([*records[:index], changed, *records[index + 1 :]]) in (index + 1, changed.seq)


@pytest.mark.parametrize("index", range(7))
def test_a_missing_record_is_found(case: Any, index: int) -> None:
    records = _lived(case)
    gone = [*records[:index], *records[index + 1 :]]
    assert first_break(gone) == index + 2


def test_exchanged_and_repeated_records_are_found(case: Any) -> None:
    records = _lived(case)
    assert first_break([records[0], records[2], records[1], *records[3:]]) == 3
    assert first_break([*records[:2], records[1], *records[2:]]) == 2


def test_a_record_made_anew_breaks_the_chain_behind_it(case: Any) -> None:
    records = _lived(case)
    forged = sealed(replace(records[1], event=e.Claimed(by=case.li)), records[0].hash)
    assert first_break([records[0], forged, *records[2:]]) == 3


def test_a_forged_end_does_not_fit_the_head_of_the_ticket(case: Any) -> None:
    _lived(case)
    assert folded(case.records) == case.ticket
    assert folded(case.records[:-1]).head != case.ticket.head


def test_the_source_is_part_of_what_is_proved(case: Any) -> None:
    records = _lived(case)
    elsewhere = replace(records[-1], source=Source(message="m2", account="qq:1", room="qq:group:1"))
    assert first_break([*records[:-1], elsewhere]) == records[-1].seq


def test_an_archive_begins_with_its_opening(case: Any) -> None:
    records = _lived(case)
    with pytest.raises(ValueError, match="does not begin"):
        folded(records[1:])
    with pytest.raises(ValueError, match="empty"):
        folded([])
    with pytest.raises(ValueError, match="opened twice"):
        folded([records[0], records[0]])


def test_an_undoing_of_nothing_is_no_log_of_this_program(case: Any) -> None:
    undone = Record(number=1024, seq=2, at=case.now, event=e.Undone(by=case.zhang, word="Resolved"))
    with pytest.raises(ValueError, match="nothing to undo"):
        folded([case.records[0], undone])
