"""Style sheets, scripts and icons: addresses that change with their content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec
from aiohttp import web

ROUTE = "/static/{digest}/{name:.+}"
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file as it is sent."""

    body: bytes
    content_type: str
    digest: str


class Assets:
    """The files of the dashboard, read once."""

    def __init__(self) -> None:
        self._assets = dict(_found(files("bot.dashboard").joinpath("static"), ""))

    def url(self, name: str) -> str:
        """Return the address of a file, for templates."""
        return f"/static/{self._assets[name].digest}/{name}"

    async def serve(self, request: web.Request) -> web.Response:
        """Answer with a file; under the digest of other content it is sent as it is now, not to be kept."""
        asset = self._assets.get(request.match_info["name"])
        if asset is None:
            raise web.HTTPNotFound
        is_current = request.match_info["digest"] == asset.digest
        return web.Response(
            body=asset.body,
            content_type=asset.content_type,
            charset="utf-8",
            headers={"Cache-Control": _FOR_EVER if is_current else "no-cache"},
        )


def _found(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for each in folder.iterdir():
        if each.is_dir():
            found += _found(each, f"{prefix}{each.name}/")
        elif (content_type := _TYPES.get(each.name.rpartition(".")[2])) is not None:
            body = each.read_bytes()
            digest = hashlib.sha256(body).hexdigest()[:16]
            found.append((f"{prefix}{each.name}", Asset(body, content_type, digest)))
    return found
