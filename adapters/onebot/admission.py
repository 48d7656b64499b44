"""Who may connect as the QQ side of a reverse WebSocket; pure."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from adapters.onebot.settings import Settings


class Role(StrEnum):
    """What a connection is for."""

    UNIVERSAL = "universal"
    API = "api"
    EVENT = "event"


class Admitted(msgspec.Struct, frozen=True):
    """A connection that may stay; `account` is empty when the QQ side does not say it."""

    role: Role
    account: str


class Refused(msgspec.Struct, frozen=True):
    """A connection that is turned away with an HTTP status and a reason that helps whoever sets it up."""

    status: int
    reason: str


def admit(settings: Settings, headers: Mapping[str, str], query: Mapping[str, str]) -> Admitted | Refused:
    """Check token, account and role of a connection. `headers` ignores upper and lower case."""
    if refused := _check_token(settings.access_token, headers, query):
        return refused
    if not settings.access_token and is_of_a_page(headers):
        return Refused(403, "a page in a browser may not connect where no access_token is asked for")
    account = headers.get("X-Self-ID", "").strip()
    if settings.self_id and account != settings.self_id:
        return Refused(403, f"this adapter is for account {settings.self_id} (X-Self-ID)")
    role = headers.get("X-Client-Role", "").strip().lower() or Role.UNIVERSAL
    if role not in tuple(Role):
        return Refused(400, "X-Client-Role must be Universal, API or Event")
    return Admitted(Role(role), account)


def is_of_a_page(headers: Mapping[str, str]) -> bool:
    """Say whether a page of some site, open in a browser, makes this call: browsers name the site, and let any page connect to this machine.

    Programs that name a site name the one they call. A page can make its own name mean this machine, so a name other than
    localhost proves nothing.
    """
    origin = headers.get("Origin")
    if origin is None:
        return headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
    try:
        site = urlsplit(origin)
        return site.netloc != headers.get("Host", "") or not _is_no_name(site.hostname or "")
    except ValueError:
        return True


def _is_no_name(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _check_token(expected: str, headers: Mapping[str, str], query: Mapping[str, str]) -> Refused | None:
    if not expected:
        return None
    scheme, _, token = headers.get("Authorization", "").strip().partition(" ")
    given = token.strip() if scheme.lower() == "bearer" else query.get("access_token", "")
    if not given:
        return Refused(401, "access token missing")
    # As bytes, because compare_digest takes no text beyond ASCII; HTTP headers may hold anything.
    if not hmac.compare_digest(
        given.encode(errors="surrogateescape"), expected.encode(errors="surrogateescape")
    ):
        return Refused(403, "access token wrong")
    return None
