"""Powers that only some platforms give a bot, and what only some settings leave open. Asked for with `isinstance`."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from adapters.contract import Attachment, Capabilities, File, Outgoing


class FileUnavailable(Exception):
    """A file that somebody sent cannot be had; `why` says so in one sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@runtime_checkable
class FetchesFiles(Protocol):
    """An adapter that can get the content of a file that somebody sent."""

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:
        """Return the content of a file of at most `most` bytes.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        ...


@runtime_checkable
class NamesFiles(Protocol):
    """An adapter of a platform that says how a file is called only to whoever fetches it."""

    async def fetch_named(self, room: str, attachment: Attachment, most: int) -> File:
        """Return a file of at most `most` bytes, with the name that its sender gave it; empty where nobody says.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        ...


@runtime_checkable
class SendsFiles(Protocol):
    """An adapter that can send a file; how large, and where, stands in its capabilities."""

    capabilities: Capabilities

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return the platform's id for it, empty when there is none.

        `message` says where it goes, what it answers and its key; its text is for places where no file can come, and is not said.

        Raises:
            DeliveryFailed: The platform did not take it, or it is unknown whether it did.
        """
        ...


@runtime_checkable
class Recalls(Protocol):
    """An adapter that can take back what the bot has said."""

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: It is too late, or the message is not known any more.
        """
        ...


@runtime_checkable
class TellsPushes(Protocol):
    """An adapter of a platform that counts only what the bot says first, and that can tell it from answers."""

    def is_push(self, room: str, quotes: str | None) -> bool:
        """Say whether a message to a room, or an answer to a message there, would be said first now."""
        ...


@runtime_checkable
class TellsChanges(Protocol):
    """An adapter of a platform that lets a message be changed only at times."""

    def can_change(self, platform_id: str) -> bool:
        """Say whether a message of the bot could be changed now."""
        ...


def is_push(adapter: object, room: str, quotes: str | None) -> bool:
    """Say whether a message would be said first; where nobody can tell, it would."""
    return not isinstance(adapter, TellsPushes) or adapter.is_push(room, quotes)


def takes_file(adapter: object, room: str, size: int) -> bool:
    """Say whether a file of so many bytes can be sent to a room through an adapter."""
    if not isinstance(adapter, SendsFiles):
        return False
    capabilities = adapter.capabilities
    if ":group:" in room and not capabilities.files_in_groups:
        return False
    return capabilities.max_file_bytes is not None and size <= capabilities.max_file_bytes


@runtime_checkable
class MayBeOpen(Protocol):
    """Settings of an adapter that takes calls also where nothing proves who makes them."""

    def unproved(self) -> tuple[str, ...]:
        """Return the keys that would have to be set; none when all is proved."""
        ...
