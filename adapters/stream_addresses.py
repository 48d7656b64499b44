"""Addresses of long connections that a platform names when it is asked: only its own hosts are connected to; pure."""

from __future__ import annotations

from yarl import URL

from adapters.wording import say


class Unsuitable(Exception):
    """A platform named no address that we would connect to, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def stream_address(endpoint: str, api: URL, domains: tuple[str, ...], platform: str) -> URL:
    """Return the address to connect to: encrypted, unless the interface is not either, at the interface's host or below `domains`.

    Raises:
        Unsuitable: It is none; the text does not repeat its query, which carries a secret.
    """
    try:
        url = URL(endpoint)
    except ValueError:
        url = URL()
    host = url.host or ""
    is_secure = url.scheme == "wss" or (url.scheme == "ws" and api.scheme == "http")
    if not is_secure or not (host == api.host or host.endswith(tuple(f".{domain}" for domain in domains))):
        address = f"{url.scheme}://{host}"
        raise Unsuitable(say("{platform}给的长连接地址不能用：{address}", platform=platform, address=address))
    return url
