"""Files of the bot on their way to a platform: as a part of a form, before a message shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
import msgspec

from adapters.contract import DeliveryFailed, File


class Upload(msgspec.Struct, frozen=True):
    """A form with one file: `part` is what the platform calls it, `fields` stand beside it."""

    part: str
    file: File
    fields: Mapping[str, str] = msgspec.field(default_factory=dict)

    def form(self) -> aiohttp.FormData:
        """Return the form. Names of files go out as they are: what platforms show of an encoded one is its code."""
        form = aiohttp.FormData(quote_fields=False)
        for name, value in self.fields.items():
            form.add_field(name, value)
        safe = self.file.name.replace('"', "'").replace("\r", " ").replace("\n", " ")
        form.add_field(self.part, self.file.content, filename=safe, content_type="application/octet-stream")
        return form


@contextmanager
def nothing_shown_yet() -> Iterator[None]:
    """Make an upload whose fate is unknown one that simply failed: nobody has seen anything of it.

    Raises:
        DeliveryFailed: What was raised inside, without the doubt.
    """
    try:
        yield
    except DeliveryFailed as failed:
        if not failed.is_unknown:
            raise
        raise DeliveryFailed(failed.reason, retry_after=failed.retry_after) from failed
