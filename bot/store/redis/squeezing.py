"""Bodies made small for memory: tickets and records say the same words over and over, and no script looks into them.

What is kept begins with the number of the words it was made small with, so that other words can be chosen later and old data is still read.
"""

from __future__ import annotations

import zlib
from functools import cache

# What most tickets and records have in common, the most frequent last. Never to be changed: a new version gets a number of its own.
_WORDS = {
    1: (
        b'[1,"2026-03-06T08:45:00Z",{"type":"Opened","number":,"kind":"question","kind":"callback","kind":"inspection",'
        b'"is_urgent":true,"owner":{"id":","name":"},"claimed_at":"{"type":"Claimed","by":{"id":"{"type":"Noted","by":{"id":"'
        b'{"type":"Responded","by":{"id":"{"type":"Escalated","clock":"respond","rung":0,"at":"2026-","told":[{"id":"'
        b'"tell":["owner","on_call"],"due_at":"","level_name":"\xe4\xb8\x89\xe7\xba\xa7\xc2\xb7\xe4\xb8\xaa\xe5\x88\xab\xe6\x9c\x8d\xe5\x8a\xa1",'
        b'{"message":"","account":"qq:","room":"qq:group:"}]{"number":,"version":,"head":"","kind":"fault","status":"open",'
        b'"customer":"","room":"","policy":"edu","level":"3","level_name":"","is_urgent":false,"level_before":"","requester":'
        b'{"id":"qq:","name":""},"account":"qq:","address":"qq:group:","text":"","tried":"","subject":null,"opened_at":"2026-'
        b'","owner":null,"claimed_at":null,"offer":null,"helpers":[],"handed_over":0,"promises":[{"kind":"respond","within":"PT3600S",'
        b'"calendar":"workday","ladder":"standard"},{"kind":"resolve","within":"PT28800S","calendar":"workday","ladder":"standard"}],'
        b'"happened":{},"pauses":[],"agreements":[],"grace":null,"told":{},"acknowledged":null,"waiting":null,"proposal":null,'
        b'"plan":"","announce_at":null,"appointment":null,"assets":[],"excuse":"","commander":null,"changed_at":null,'
        b'"last_said_at":null,"progress":"","resolution":null,"solved_at":null,"check_at":null,"close_at":null,"closed_at":null,'
        b'"closing":null,"survey":null,"reopened":0,"links":[],"undo":null}'
    ),
}
_NEWEST = 1
_WINDOW = -12  # bits: 4 KB, without a header; bodies are short
_BOX_WINDOW = -15  # 32 KB: a box holds some hundred kilobytes that say the same over and over


def squeezed(body: bytes) -> bytes:
    """Return a body made small."""
    small = _prepared().copy()
    return bytes((_NEWEST,)) + small.compress(body) + small.flush()


@cache
def _prepared() -> zlib._Compress:
    """Return what knows the words already; it is only ever copied, which takes half the time of learning them."""
    return zlib.compressobj(6, zlib.DEFLATED, _WINDOW, 5, zlib.Z_DEFAULT_STRATEGY, _WORDS[_NEWEST])


def restored(value: bytes) -> bytes:
    """Return the body that was made small."""
    return zlib.decompressobj(_WINDOW, _WORDS[value[0]]).decompress(value[1:])


def squeezed_box(box: bytes) -> bytes:
    """Return many bodies made small together; it takes its time."""
    small = zlib.compressobj(9, zlib.DEFLATED, _BOX_WINDOW, 9, zlib.Z_DEFAULT_STRATEGY, _WORDS[_NEWEST])
    return bytes((_NEWEST,)) + small.compress(box) + small.flush()


def restored_box(value: bytes) -> bytes:
    """Return what was made small together."""
    return zlib.decompressobj(_BOX_WINDOW, _WORDS[value[0]]).decompress(value[1:])
