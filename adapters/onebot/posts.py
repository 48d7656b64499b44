"""Who may post events as the QQ side: signed, fresh and readable, or refused; pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from adapters.admission import Refused
from adapters.onebot.admission import is_of_a_page
from adapters.onebot.frames import Frame, Unreadable, decode
from adapters.onebot.settings import Settings
from adapters.onebot.wire import identity, instant

OLDEST: Final = timedelta(minutes=5)


def signature(secret: str, body: bytes) -> str:
    """Return what stands in `X-Signature` over a body."""
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def admit(settings: Settings, headers: Mapping[str, str], body: bytes, now: datetime) -> Frame:
    """Return the event in a post. `headers` ignores upper and lower case.

    Raises:
        Refused: Not signed, wrongly signed, from a page in a browser, of another account, no event, or older than five minutes.
    """
    if settings.secret:
        _check_signature(settings.secret, headers.get("X-Signature", ""), body)
    elif is_of_a_page(headers):
        raise Refused(403, "a page in a browser may not post where no secret is asked for")
    try:
        frame = decode(body.decode())
    except (Unreadable, UnicodeError):
        raise Refused(400, "not readable as an event") from None
    if frame.post_type is None:
        raise Refused(400, "no post_type")
    account = headers.get("X-Self-ID", "").strip() or identity(frame.self_id)
    if settings.self_id and account != settings.self_id:
        raise Refused(403, f"this adapter is for account {settings.self_id}")
    at = instant(frame.time)
    if settings.secret and (at is None or abs(now - at) > OLDEST):
        raise Refused(403, "its time is more than five minutes away: a replay, or a clock is wrong")
    return frame


def _check_signature(secret: str, given: str, body: bytes) -> None:
    if not given:
        raise Refused(401, "not signed (X-Signature)")
    # As bytes, because compare_digest takes no text beyond ASCII; HTTP headers may hold anything.
    if not hmac.compare_digest(given.encode(errors="surrogateescape"), signature(secret, body).encode()):
        raise Refused(403, "signature wrong: is the secret the same on both sides?")
