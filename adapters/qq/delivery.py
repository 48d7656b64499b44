"""How a message gets out: as an answer where something can be answered, else by speaking first where that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Never

import structlog

from adapters.contract import DeliveryFailed, Outgoing, Timekeeper
from adapters.qq import wire
from adapters.qq.api import Api, NotReached, Unanswered
from adapters.qq.outcome import Outcome, Verdict, judge
from adapters.qq.tokens import NoToken
from adapters.qq.windows import Pushes, Source, Windows

_log = structlog.get_logger(__name__)

_SOON: Final = timedelta(seconds=5)
_AFTER_REFUSED_TOKEN: Final = timedelta(seconds=30)
_MOST_REQUESTS: Final = (
    20  # for one message: windows that turn out closed, text instead of markdown, no links
)
_REMEMBERED: Final = 10_000


@dataclass(slots=True)
class _Trial:
    """How far a message has got."""

    style: wire.Style
    refusals: int = 0
    pending: Source | None = None  # answered with this message, perhaps: the platform did not say


class Delivery:
    """Sends messages. Remembers what is needed to send one again without showing it twice."""

    def __init__(
        self,
        name: str,
        clock: Timekeeper,
        api: Api,
        *,
        has_markdown: bool,
        index_of: Callable[[str], str | None],  # by which the platform knows a message; None: do not quote it
    ) -> None:
        self.windows = Windows()
        self.pushes = Pushes()
        self._name = name
        self._clock = clock
        self._api = api
        self._has_markdown = has_markdown
        self._index_of = index_of
        self._trials: dict[str, _Trial] = {}
        self._log = _log.bind(adapter=name)

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return the index by which quotes will name it.

        Raises:
            DeliveryFailed: It was refused, nothing can be answered and the bot may not speak first, or its fate is unknown.
        """
        to = wire.address(message, self._name)
        trial = self._trials.pop(message.key, None) or _Trial(
            wire.Style(as_markdown=bool(message.buttons) and self._has_markdown)
        )
        may_repeat = True
        for _ in range(_MOST_REQUESTS):
            source = trial.pending or self._source(message)
            trial.pending = None
            request = self._request(message, to, trial, source)
            try:
                answer = await self._api.send(to.kind, to.openid, request)
            except Unanswered as lost:
                trial.pending = source if source is not None and not source.is_event else None
                if lost.is_cut and may_repeat and trial.pending is not None:
                    may_repeat = False
                    continue
                self._remember(message.key, trial)
                raise DeliveryFailed(str(lost), retry_after=_SOON, is_unknown=True) from lost
            except (NotReached, NoToken) as failure:
                self._postponed(message.key, trial, source)
                is_refused = isinstance(failure, NoToken) and failure.is_refused
                wait = _AFTER_REFUSED_TOKEN if is_refused else _SOON
                raise DeliveryFailed(str(failure), retry_after=wait) from failure
            verdict = judge(answer.status, answer.body, answer.headers)
            if verdict.outcome is Outcome.SENT:
                return verdict.index or verdict.message_id or f"key:{message.key}"
            if verdict.outcome is Outcome.ALREADY_SENT and source is not None and not source.is_event:
                return f"key:{message.key}"
            self._refused(message, trial, source, verdict)
        raise DeliveryFailed("QQ 一再拒绝", retry_after=_SOON)

    def _source(self, message: Outgoing) -> Source | None:
        """Take what is to be answered; None to speak first.

        Raises:
            DeliveryFailed: Neither is possible.
        """
        now = self._clock.monotonic()
        source = self.windows.take(message.room, message.quotes, now)
        if source is None and (why := self.pushes.why_not(message.room, now)) is not None:
            raise DeliveryFailed(f"没有可以回复的消息，也不能主动发言：{why}")
        return source

    def _request(
        self, message: Outgoing, to: wire.Address, trial: _Trial, source: Source | None
    ) -> Mapping[str, Any]:
        request = wire.body(message, self._name, to, trial.style)
        if message.quotes is not None and (index := self._index_of(message.quotes)) is not None:
            request["message_reference"] = {"message_id": index}
        if source is None:
            return request
        if source.is_event:
            return {**request, "event_id": source.id}
        while (number := wire.sequence(message.key, trial.refusals)) in source.numbers:
            if source.numbers[number] == message.key:
                break
            trial.refusals += 1
        source.numbers[number] = message.key
        return {**request, "msg_id": source.id, "msg_seq": number}

    def _refused(self, message: Outgoing, trial: _Trial, source: Source | None, verdict: Verdict) -> None:
        """Change what can be changed for the next request.

        Raises:
            DeliveryFailed: Nothing can.
        """
        trial.refusals += 1
        match verdict.outcome:
            case Outcome.WINDOW | Outcome.PUSH | Outcome.ALREADY_SENT if source is not None:
                source.close()
            case Outcome.PUSH:
                self.pushes.refused(message.room, verdict.said, self._clock.monotonic())
                self._log.warning(
                    "may not push", action="qq_push_refused", room=message.room, why=verdict.said
                )
                raise DeliveryFailed(f"没有可以回复的消息，也不能主动发言：{verdict.said}")
            case Outcome.MARKDOWN if trial.style.as_markdown:
                self._log.warning("no markdown", action="qq_markdown_refused", why=verdict.said)
                self._has_markdown = False
                trial.style = wire.Style(has_links=trial.style.has_links)
                self._give_back(source)
            case Outcome.LINK if trial.style.has_links:
                trial.style = wire.Style(as_markdown=trial.style.as_markdown, has_links=False)
                self._give_back(source)
            case _:
                self._failed(message.key, trial, source, verdict)

    def _failed(self, key: str, trial: _Trial, source: Source | None, verdict: Verdict) -> Never:
        match verdict.outcome:
            case Outcome.BUSY:
                self._postponed(key, trial, source)
                raise DeliveryFailed(f"QQ 限流：{verdict.said}", retry_after=verdict.retry_after or _SOON)
            case Outcome.TOKEN:
                self._postponed(key, trial, source)
                raise DeliveryFailed(
                    f"QQ 不认 access token：{verdict.said}", retry_after=_AFTER_REFUSED_TOKEN
                )
            case Outcome.REVIEW:
                raise DeliveryFailed(f"QQ 正在审核，多半会发出：{verdict.said}", is_unknown=True)
            case Outcome.UNKNOWN:
                trial.refusals -= 1  # not refused: the same number must be used again
                trial.pending = source if source is not None and not source.is_event else None
                self._remember(key, trial)
                raise DeliveryFailed(
                    f"QQ 平台出错，不知是否已发出：{verdict.said}", retry_after=_SOON, is_unknown=True
                )
            case _:
                self._give_back(source)
                raise DeliveryFailed(f"QQ 拒绝：{verdict.said}")

    def _postponed(self, key: str, trial: _Trial, source: Source | None) -> None:
        self._give_back(source)
        self._remember(key, trial)

    def _give_back(self, source: Source | None) -> None:
        if source is not None:
            source.give_back()

    def _remember(self, key: str, trial: _Trial) -> None:
        self._trials[key] = trial
        while len(self._trials) > _REMEMBERED:
            del self._trials[next(iter(self._trials))]
