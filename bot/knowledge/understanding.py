"""What phrasings and questions mean: vectors kept in the store, worked out in the background, and never waited for long."""

from __future__ import annotations

import asyncio
import hashlib
import random
from asyncio import to_thread
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, Protocol

import structlog

from adapters.backoff import delay_after
from bot.beside import beside
from bot.configuration.model import FaqConfig
from bot.knowledge.embeddings import Embeddings, EmbeddingsFault
from faq.arrays import arrays
from faq.sentences import Encode, Sentences, bundled

_ANY = "好"  # a text to load an encoder with
_REMEMBERED = 512  # questions whose vectors are at hand: people ask the same again
# Of what nobody asked: few such texts are like anything, and each takes some milliseconds of a core, for which questions would wait. Where
# more come, all of them go without until there are fewer.
_UNASKED_A_SECOND, _UNASKED_AT_ONCE = 10, 16


class Shelf(Protocol):
    """Where vectors are kept; a store, or one that is only read."""

    async def vectors(self, model: str, keys: Sequence[str]) -> dict[str, bytes]: ...

    async def keep_vectors(self, model: str, vectors: Mapping[str, bytes]) -> None: ...


class Encoder(Protocol):
    """Works out vectors; `name` tells its vectors from those of others."""

    batch: int

    @property
    def name(self) -> str: ...

    @property
    def patience_seconds(self) -> float: ...

    @property
    def is_ready(self) -> bool:
        """Whether no question has to wait until it is loaded."""
        ...

    async def make_ready(self) -> None:
        """Load what it needs, before somebody asks."""
        ...

    async def vectors(self, texts: Sequence[str]) -> Any:
        """Return a row for each text.

        Raises:
            EmbeddingsFault: It cannot now.
        """
        ...

    async def close(self) -> None: ...


_Asked = tuple[Sequence[str], asyncio.Future[Sequence[Any]]]


class Bundled:
    """The encoder of the extra `semantic`, in a thread: messages are answered meanwhile. It is read from disk, for a second or two, with the
    first texts.

    Who comes while it is at work waits for its next turn, which is for all of them: a text costs less than half among sixteen.
    """

    name = "usem3"
    batch = 32
    patience_seconds = 5.0

    def __init__(self, encode: Encode) -> None:
        self._encode = encode
        self._waiting: list[_Asked] = []
        self._work: asyncio.Task[None] | None = None
        self.is_ready = False

    async def make_ready(self) -> None:
        """Read it from disk."""
        if not self.is_ready:
            await self.vectors([_ANY])

    async def vectors(self, texts: Sequence[str]) -> Any:
        found: asyncio.Future[Sequence[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((texts, found))
        if self._work is None:
            self._work = asyncio.create_task(self._go_on())
        return await found

    async def _go_on(self) -> None:
        """Work as long as somebody waits."""
        try:
            while self._waiting:
                await self._turn(self._next())
        finally:
            self._work = None

    def _next(self) -> list[_Asked]:
        """Return who has the next turn: as many as have room in a batch, one at least, nobody who has given up."""
        waiting = [each for each in self._waiting if not each[1].done()]
        counts = accumulate(len(texts) for texts, _ in waiting)
        many = max(1, sum(count <= self.batch for count in counts))
        self._waiting = waiting[many:]
        return waiting[:many]

    async def _turn(self, asked: Sequence[_Asked]) -> None:
        texts = [text for each, _ in asked for text in each]
        if not texts:
            return
        try:
            rows = await (to_thread if self.is_ready else beside)(self._encode, texts)
        except Exception as fault:  # noqa: BLE001 - whoever waits is to know it
            for _, found in asked:
                if not found.done():
                    found.set_exception(fault)
            return
        self.is_ready, start = True, 0
        for each, found in asked:
            if not found.done():
                found.set_result(rows[start : start + len(each)])
            start += len(each)

    async def close(self) -> None:
        """Nothing is held."""


class Understanding:
    """Keeps vectors in the store and asks the encoder for the rest. While the encoder is silent everything works without it."""

    def __init__(self, encoder: Encoder, shelf: Shelf, *, is_levelled: bool) -> None:
        self._encoder = encoder
        self._shelf = shelf
        self._is_levelled = is_levelled
        self._asked: OrderedDict[str, Any] = OrderedDict()
        self._failures = 0
        self._silent_until = 0.0
        self._unasked_until = 0.0  # when a bucket for them would be empty
        self.fault = ""  # why there are no vectors now; empty while all is well
        self._log = structlog.get_logger("knowledge")

    @property
    def name(self) -> str:
        """Whose vectors they are."""
        return self._encoder.name

    def sentences(self) -> Sentences:
        """Return an empty set of phrasings for this encoder."""
        return Sentences(is_levelled=self._is_levelled)

    async def of(self, text: str, *, is_asked: bool = True) -> Any:
        """Return the vector of a question, or None when it cannot be had soon; of what nobody asked only while there is little of it."""
        if (known := self._asked.get(text)) is not None:
            self._asked.move_to_end(text)
            return known
        if not text or not self._encoder.is_ready or self._is_silent():
            return None
        if not is_asked and not self._has_time_for_more():
            return None
        try:
            async with asyncio.timeout(self._encoder.patience_seconds):
                vector = _rows(await self._encoder.vectors([text]))[0]
        except (EmbeddingsFault, TimeoutError) as fault:
            self._failed(fault)
            return None
        self._well()
        self._asked[text] = vector
        if len(self._asked) > _REMEMBERED:
            self._asked.popitem(last=False)
        return vector

    async def work(self, sentences: Sentences) -> int:
        """Give phrasings that wait their vectors, from the store where it has them, and make the encoder ready for questions; return how
        many got one."""
        done = 0
        if sentences.left:
            await to_thread(arrays)  # a tenth of a second, the first time
        while texts := sentences.waiting(self._encoder.batch):
            kept = await self._shelf.vectors(self._encoder.name, [_key(text) for text in texts.values()])
            known = {number: text for number, text in texts.items() if _key(text) in kept}
            sentences.take(known, [_unpacked(kept[_key(text)]) for text in known.values()])
            done += len(known)
            missing = {number: text for number, text in texts.items() if number not in known}
            if missing and not await self._worked_out(sentences, missing):
                break
            done += len(missing)
        if done:
            await to_thread(sentences.make_ready)
        if not sentences.is_empty:
            await self._encoder.make_ready()
        return done

    async def _worked_out(self, sentences: Sentences, texts: dict[int, str]) -> bool:
        if self._is_silent():
            return False
        try:
            vectors = _rows(await self._encoder.vectors(list(texts.values())))
        except (EmbeddingsFault, TimeoutError) as fault:
            self._failed(fault)
            return False
        self._well()
        packed = {_key(text): _packed(vector) for text, vector in zip(texts.values(), vectors, strict=True)}
        await self._shelf.keep_vectors(self._encoder.name, packed)
        sentences.take(texts, vectors)
        return True

    async def close(self) -> None:
        """Let go of the encoder."""
        await self._encoder.close()

    def _has_time_for_more(self) -> bool:
        """Say whether one more text that nobody asked may be worked out now, and count it."""
        now, most = asyncio.get_running_loop().time(), _UNASKED_AT_ONCE / _UNASKED_A_SECOND
        filled, one = max(self._unasked_until - now, 0.0), 1 / _UNASKED_A_SECOND
        self._unasked_until = now + min(filled, most) + one
        return filled < most

    def _is_silent(self) -> bool:
        return asyncio.get_running_loop().time() < self._silent_until

    def _failed(self, fault: Exception) -> None:
        """Leave the encoder alone for a while, longer each time: nobody shall wait for it with every question.

        All who waited for it together have failed once.
        """
        if self._is_silent():
            return
        self._failures += 1
        pause = delay_after(self._failures, random.random())  # noqa: S311 - spreads many bots, nothing secret
        self._silent_until = asyncio.get_running_loop().time() + pause.total_seconds()
        self.fault = str(fault) or "timeout"
        self._log.warning(
            "no vectors, answers go on without",
            action="embeddings_silent",
            why=self.fault,
            again_in=pause.total_seconds(),
        )

    def _well(self) -> None:
        if self._failures:
            self._log.info("vectors again", action="embeddings_back", after=self._failures)
        self._failures, self.fault, self._silent_until = 0, "", 0.0


def understanding_of(config: FaqConfig, shelf: Shelf) -> Understanding | None:
    """Return what works out meanings: an address where one is configured, else the extra where it is installed; or nothing."""
    if config.embeddings is not None:
        return Understanding(Embeddings(config.embeddings), shelf, is_levelled=True)
    encode = bundled() if config.semantic else None
    return Understanding(Bundled(encode), shelf, is_levelled=False) if encode is not None else None


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _rows(vectors: Any) -> Any:
    """Return vectors as rows of unit length."""
    numpy = arrays()
    rows = numpy.asarray(vectors, dtype="float32")
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / numpy.where(lengths == 0, 1, lengths)


def _packed(vector: Any) -> bytes:
    return bytes(vector.astype("<f2").tobytes())


def _unpacked(body: bytes) -> Any:
    return arrays().frombuffer(body, dtype="<f2").astype("float32")
