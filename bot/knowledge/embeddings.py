"""Vectors of sentences from an address that speaks the embeddings protocol of OpenAI, as many servers and services do."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

import aiohttp
import msgspec

from bot.configuration.model import EmbeddingsConfig

_MOST_BYTES = 32 * 1024 * 1024  # of an answer
_MOST_AT_ONCE = 64
_REFUSED = 400


class EmbeddingsFault(Exception):
    """The address gives no vectors. The text says why, in a few words without key and address."""


class _Vector(msgspec.Struct, frozen=True):
    index: int
    embedding: tuple[float, ...]


class _Answer(msgspec.Struct, frozen=True):
    data: tuple[_Vector, ...]


_decoder = msgspec.json.Decoder(_Answer)


class Embeddings:
    """Asks one configured address and follows no redirection: the key goes nowhere else."""

    def __init__(self, config: EmbeddingsConfig) -> None:
        self._config = config
        self._session: aiohttp.ClientSession | None = None
        self.batch = _MOST_AT_ONCE

    @property
    def name(self) -> str:
        """What vectors are kept under: those of another model mean something else."""
        return f"{self._config.model}@{self._config.url}"

    @property
    def patience_seconds(self) -> float:
        """How long somebody who asks a question waits for its vector."""
        return self._config.within.total_seconds()

    @property
    def is_ready(self) -> bool:
        """Nothing has to be loaded here."""
        return True

    async def make_ready(self) -> None:
        """Nothing has to be loaded here."""

    async def __aenter__(self) -> Embeddings:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def vectors(self, texts: Sequence[str]) -> list[tuple[float, ...]]:
        """Return a vector for each text.

        Raises:
            EmbeddingsFault: The address is silent, refuses, or answers something else.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._config.batch_within.total_seconds()),
                headers={"Authorization": f"Bearer {self._config.key}"} if self._config.key else None,
            )
        asked = {"model": self._config.model, "input": list(texts), "encoding_format": "float"}
        try:
            async with self._session.post(
                f"{self._config.url.rstrip('/')}/embeddings", json=asked, allow_redirects=False
            ) as response:
                if response.status >= _REFUSED or response.status // 100 == 3:
                    raise EmbeddingsFault(f"HTTP {response.status}")
                body = await _whole(response)
        except TimeoutError as fault:
            raise EmbeddingsFault("timeout") from fault
        except (aiohttp.ClientError, OSError) as fault:
            raise EmbeddingsFault(type(fault).__name__) from fault
        return _checked(body, len(texts))

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _MOST_BYTES:
            raise EmbeddingsFault("too long an answer")
    return bytes(body)


def _checked(body: bytes, count: int) -> list[tuple[float, ...]]:
    try:
        answer = _decoder.decode(body)
    except msgspec.DecodeError as fault:
        raise EmbeddingsFault("not an embeddings answer") from fault
    found = {each.index: each.embedding for each in answer.data}
    sizes = {len(vector) for vector in found.values()}
    if set(found) != set(range(count)) or len(sizes) != 1 or not min(sizes):
        raise EmbeddingsFault("not a vector for each text")
    return [found[index] for index in range(count)]
