"""Who may see the pages: one-time links, sessions, and the hosts and sites a request may come from.

All of it is kept in memory: when the program starts again a new link is printed, and everybody logs in again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.config import WebConfig
from scheduler.loop import Clock

LINK_LASTS = timedelta(hours=1)
SESSION_LASTS = timedelta(days=30)
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised here, not listened on


class Access:
    """The doorkeeper of one web server.

    `hosts` are further names under which a proxy asks for it, `tokens` what programs show that read the figures.
    """

    def __init__(
        self, web: WebConfig, clock: Clock, *, hosts: Iterable[str] = (), tokens: Iterable[str] = ()
    ) -> None:
        self._clock = clock
        self._tokens = [_digest(token) for token in tokens if token]
        self._is_loopback = _is_loopback(web.host)
        self._hosts = {*_LOOPBACK_NAMES, web.host.lower(), *(host.lower() for host in hosts)}
        self._links: dict[str, datetime] = {}  # digests of what was handed out, and until when they are good
        self._sessions: dict[str, datetime] = {}
        self.is_needed = not (self._is_loopback and web.time_travel)

    def welcome(self, base: str, translate: Callable[[str], str], *, has_chat: bool) -> str:
        """Return the line for whoever started the program: the address, or a link to log in with."""
        if not self.is_needed:
            says = (
                translate("看板 {address}/　试聊 {address}/chat")
                if has_chat
                else translate("看板 {address}/")
            )
            return says.format(address=_reachable(base))
        template = translate("登录看板（链接 1 小时内有效，只能用一次）：{link}")
        return template.format(link=self.link(_reachable(base)))

    def link(self, base: str) -> str:
        """Return a new address that logs in one browser, once, within the hour. `base` has no slash at its end."""
        token = secrets.token_urlsafe(32)
        self._links[_digest(token)] = self._clock.now() + LINK_LASTS
        return f"{base}/login?token={token}"

    def redeem(self, token: str) -> str | None:
        """Return a new session for the token of a link, which is then used up; None when it is not, or no longer, good."""
        self._forget_old()
        digest = _known(token, self._links)
        if digest is None:
            return None
        del self._links[digest]
        session = secrets.token_urlsafe(32)
        self._sessions[_digest(session)] = self._clock.now() + SESSION_LASTS
        return session

    def admits(self, session: str | None) -> bool:
        """Say whether a session, as the browser shows it, is one of ours and still good."""
        digest = _known(session or "", self._sessions)
        return digest is not None and self._clock.now() < self._sessions[digest]

    def knows_token(self, authorization: str) -> bool:
        """Say whether a header `Authorization: Bearer …` shows a token of a program that may read the figures."""
        scheme, _, token = authorization.partition(" ")
        digest = _digest(token.strip())
        return scheme.lower() == "bearer" and any(hmac.compare_digest(digest, each) for each in self._tokens)

    def end(self, session: str) -> None:
        """Forget a session."""
        digest = _known(session, self._sessions)
        if digest is not None:
            del self._sessions[digest]

    def knows_host(self, host: str) -> bool:
        """Say whether a `Host` header may ask for the pages.

        A page of another site can make its own name mean 127.0.0.1 and then read what is answered there (DNS rebinding), so
        on loopback only the names of this machine are answered.
        """
        return not self._is_loopback or (_name(host) or "") in self._hosts

    def _forget_old(self) -> None:
        now = self._clock.now()
        self._links = {digest: until for digest, until in self._links.items() if now < until}
        self._sessions = {digest: until for digest, until in self._sessions.items() if now < until}


def is_same_origin(headers: Mapping[str, str], host: str) -> bool:
    """Say whether a request that changes something comes from our own pages.

    Browsers say so themselves where the connection is trusted; elsewhere the origin must be the host that was asked. A
    program that says neither is no browser and carries nobody's cookies.
    """
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == host


def _known(secret: str, digests: Mapping[str, datetime]) -> str | None:
    """Return the digest of a secret if it is among these; the time it takes tells nothing about them."""
    wanted = _digest(secret)
    return next((digest for digest in digests if hmac.compare_digest(digest, wanted)), None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _reachable(base: str) -> str:
    """Return an address that a browser on this machine can open, where the server listens on all of them."""
    parts = urlsplit(base)
    if parts.hostname not in _EVERYWHERE:
        return base
    return f"{parts.scheme}://127.0.0.1:{parts.port}"
