"""Checks of configuration keys that several adapters have; pure."""

from __future__ import annotations

from yarl import URL

from adapters.wording import either, say


def check_address(key: str, address: str, *schemes: str) -> None:
    """Check that an address starts with one of the schemes and names a server.

    Raises:
        ValueError: In the form `key：words`; the address is not repeated, because it may carry a secret.
    """
    try:
        has_server = bool(URL(address).host)
    except ValueError:
        has_server = False
    if not has_server or not address.startswith(schemes) or any(each.isspace() for each in address):
        raise ValueError(say("{key}：应是以 {schemes} 开头的地址", key=key, schemes=either(*schemes)))
