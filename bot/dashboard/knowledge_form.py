"""The form of one entry: as the entry is, as somebody filled it in, and as the entry it makes by the rules that files are read by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from bot.learning.curator import Decide, Entries, known, unlike_others
from bot.tickets.errors import N_, Phrase, TicketError
from faq.entries import Entry
from faq.formats import Fault
from faq.formats.rows import DATES, SEVERAL, Draft, Row, check, split

_LINES = ("aliases", *SEVERAL)  # one value a line


class Form(msgspec.Struct, frozen=True):
    """The fields of an entry as they stand on the page."""

    id: str = ""
    is_enabled: bool = True
    question: str = ""
    answer: str = ""
    aliases: str = ""
    customer: str = ""
    category: str = ""
    tags: str = ""
    pictures: str = ""
    links: str = ""
    valid_from: str = ""
    valid_until: str = ""
    review_on: str = ""
    owner: str = ""
    seen: str = ""  # the form of the entry that this one began with


class Overtaken(TicketError):
    """Somebody else changed the entry while the form was being filled in."""


def form_of(entry: Entry) -> Form:
    """Return the form of an entry: one value a line where there are several."""
    return Form(
        id=entry.id,
        is_enabled=entry.is_enabled,
        question=entry.question,
        answer=entry.answer,
        aliases="\n".join(entry.aliases),
        customer=entry.customer or "",
        category=entry.category,
        tags="；".join(entry.tags),
        pictures="\n".join(entry.pictures),
        links="\n".join(entry.links),
        owner=entry.owner,
        seen=print_of(entry),
        **{name: str(getattr(entry, name) or "") for name in DATES},
    )


def filled_in(entry: Entry, posted: Mapping[str, object]) -> Form:
    """Return the form of an entry with what somebody typed; a field that was not sent is as the entry has it."""
    typed = {
        name: str(posted[name]).replace("\r\n", "\n").strip()
        for name in Form.__struct_fields__
        if name not in ("id", "is_enabled", "seen") and name in posted
    }
    return replace(form_of(entry), **typed)


def print_of(entry: Entry) -> str:
    """Return what tells one form of an entry from every other."""
    return hashlib.blake2b(msgspec.json.encode(entry), digest_size=8).hexdigest() if entry.id else ""


def made_of(form: Form) -> Row | Fault:
    """Return what a form says, or the first thing that is wrong with it."""
    found = check(
        [
            Draft(
                line=0,
                question=form.question,
                answer=form.answer,
                aliases=tuple(form.aliases.split("\n")),
                tags=split(form.tags),
                category=form.category,
                customer=form.customer,
                others={
                    **{name: tuple(filter(None, map(str.strip, getattr(form, name).split("\n")))) for name in SEVERAL},
                    **{name: getattr(form, name) for name in DATES},
                    "owner": form.owner,
                },
            )
        ]
    )  # fmt: skip
    return found.rows[0] if found.rows else found.faults[0]


def written(entry: Entry, row: Row) -> Entry:
    """Return an entry with what a form says."""
    return replace(
        entry,
        question=row.question,
        answer=row.answer,
        aliases=row.aliases or (),
        tags=row.tags or (),
        category=row.category or "",
        customer=row.customer,
        **row.others,
    )


def rewritten(id_: str, row: Row, seen: str) -> Decide:
    """Change an entry to what a form says, unless it is not any more as whoever filled it in has `seen` it (empty: never mind)."""

    def decide(entries: Entries) -> Entry:
        before = known(entries, id_)
        if seen and seen != print_of(before):
            raise Overtaken(
                N_(
                    "{entry} 刚被 {by} 改过。下面是您写的，还没有保存：历史里看得到改了什么，再保存一次就以您的为准。"
                ),
                entry=id_,
                by=before.changed_by or Phrase(N_("别人")),
            )
        return unlike_others(written(before, row), entries)

    return decide
