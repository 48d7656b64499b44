"""How a message gets out: as an answer where something can be answered, else by speaking first where that is allowed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Never

import msgspec
import structlog

from adapters.contract import DeliveryFailed, File, Outgoing, Timekeeper
from adapters.qq import writing
from adapters.qq.api import Api, NotReached, Unanswered
from adapters.qq.outcome import Outcome, Verdict, fields_of, judge
from adapters.qq.tokens import NoToken
from adapters.qq.windows import Pushes, Source, Windows
from adapters.remembered import RememberedValues
from adapters.wording import say, words_of

_log = structlog.get_logger(__name__)

_SOON: Final = timedelta(seconds=5)
_AFTER_REFUSED_TOKEN: Final = timedelta(seconds=30)
_MOST_REQUESTS: Final = (
    20  # for one message: windows that turn out closed, text instead of markdown, no links
)
_REMEMBERED: Final = 10_000


class _Trial(msgspec.Struct):
    """How far a message has got."""

    style: writing.Style
    refusals: int = 0
    source: Source | None = None  # what it answers; None: it speaks first
    is_uncertain: bool = (
        False  # it may have been shown already: only the same number with the same source tells
    )

    def numbered(self) -> bool:
        """Say whether the platform would notice a repetition."""
        return self.source is not None and not self.source.is_event


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
        self._trials = RememberedValues[str, _Trial](_REMEMBERED)
        self._born_at = clock.monotonic()
        self._log = _log.bind(adapter=name)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Upload a file, send it like a message, and return the index by which quotes will name it.

        Raises:
            DeliveryFailed: As for `send`, or it was not taken.
        """
        to = writing.address(message, self._name)
        try:
            answer = await self._api.upload(to.kind, to.openid, file)
        except (NotReached, NoToken, Unanswered) as failure:  # nobody has seen anything of it
            raise DeliveryFailed(words_of(failure), retry_after=_SOON) from failure
        info = fields_of(answer.body).get("file_info")
        if answer.status >= 300 or not isinstance(info, str) or not info:
            verdict = judge(answer.status, answer.body, answer.headers)
            wait = verdict.retry_after if verdict.outcome is Outcome.BUSY else None
            raise DeliveryFailed(say("QQ 拒绝：{why}", why=verdict.said), retry_after=wait)
        return await self.send(message, info)

    async def send(self, message: Outgoing, media: str = "") -> str:
        """Deliver a message, or what was uploaded, and return the index by which quotes will name it.

        Raises:
            DeliveryFailed: It was refused, nothing can be answered and the bot may not speak first, or its fate is unknown.
        """
        to = writing.address(message, self._name)
        trial = self._trials.take(message.key, None) or _Trial(
            writing.Style(as_markdown=bool(message.buttons) and self._has_markdown)
        )
        may_repeat = True
        for _ in range(_MOST_REQUESTS):
            if not trial.is_uncertain:
                trial.source = self._source(message)
            try:
                answer = await self._api.send(to.kind, to.openid, self._request(message, to, trial, media))
            except Unanswered as lost:
                trial.is_uncertain = trial.numbered()
                if lost.is_cut and may_repeat and trial.is_uncertain:
                    may_repeat = False
                    continue
                self._trials.note(message.key, trial)
                raise DeliveryFailed(words_of(lost), retry_after=_SOON, is_unknown=True) from lost
            except (NotReached, NoToken) as failure:
                self._postpone(message.key, trial)
                is_refused = isinstance(failure, NoToken) and failure.is_refused
                wait = _AFTER_REFUSED_TOKEN if is_refused else _SOON
                raise DeliveryFailed(
                    words_of(failure), retry_after=wait, is_unknown=trial.is_uncertain
                ) from failure
            verdict = judge(answer.status, answer.body, answer.headers)
            if verdict.outcome is Outcome.SENT:
                return verdict.index or verdict.message_id or f"key:{message.key}"
            if verdict.outcome is Outcome.ALREADY_SENT and trial.numbered():
                return f"key:{message.key}"
            self._adapt(message, trial, verdict)
        raise DeliveryFailed(say("QQ 一再拒绝"), retry_after=_SOON)

    def _source(self, message: Outgoing) -> Source | None:
        """Take what is to be answered; None to speak first.

        Raises:
            DeliveryFailed: Neither is possible.
        """
        now = self._clock.monotonic()
        source = self.windows.take(message.room, message.quotes, now)
        if source is None and message.quotes is not None:
            # It may be a message of before this run. The platform knows, and its number is the same as then.
            source = self.windows.guess(message.room, message.quotes, now - self._born_at, now)
        if source is None and (why := self.pushes.why_not(message.room, now)) is not None:
            raise DeliveryFailed(say("没有可以回复的消息，也不能主动发言：{why}", why=why), until_heard=True)
        return source

    def _request(
        self, message: Outgoing, to: writing.Address, trial: _Trial, media: str
    ) -> Mapping[str, Any]:
        request = writing.media(media) if media else writing.body(message, self._name, to, trial.style)
        if message.quotes is not None and (index := self._index_of(message.quotes)) is not None:
            request["message_reference"] = {"message_id": index}
        source = trial.source
        if source is None:
            return request
        if source.is_event:
            return {**request, "event_id": source.id}
        while (number := writing.sequence(message.key, trial.refusals)) in source.numbers:
            if source.numbers[number] == message.key:
                break
            trial.refusals += 1
        source.numbers[number] = message.key
        return {**request, "msg_id": source.id, "msg_seq": number}

    def _adapt(self, message: Outgoing, trial: _Trial, verdict: Verdict) -> None:
        """Change after a refusal what can be changed for the next request.

        Raises:
            DeliveryFailed: Nothing can.
        """
        match verdict.outcome:
            case Outcome.WINDOW | Outcome.PUSH | Outcome.ALREADY_SENT if trial.source is not None:
                trial.source.close()
            case Outcome.PUSH:
                self.pushes.refused(message.room, verdict.said, self._clock.monotonic())
                self._log.warning(
                    "may not push", action="qq_push_refused", room=message.room, why=verdict.said
                )
                raise DeliveryFailed(
                    say("没有可以回复的消息，也不能主动发言：{why}", why=verdict.said), until_heard=True
                )
            case Outcome.MARKDOWN if trial.style.as_markdown:
                self._log.warning("no markdown", action="qq_markdown_refused", why=verdict.said)
                self._has_markdown = False
                trial.style = writing.Style(has_links=trial.style.has_links)
                self._give_back(trial)
            case Outcome.LINK if trial.style.has_links:
                trial.style = writing.Style(as_markdown=trial.style.as_markdown, has_links=False)
                self._give_back(trial)
            case _:
                self._fail(message.key, trial, verdict)
        trial.is_uncertain = False
        trial.refusals += 1

    def _fail(self, key: str, trial: _Trial, verdict: Verdict) -> Never:
        match verdict.outcome:
            case Outcome.BUSY | Outcome.TOKEN:
                trial.refusals += not trial.is_uncertain
                self._postpone(key, trial)
                wait = verdict.retry_after or _AFTER_REFUSED_TOKEN
                raise DeliveryFailed(
                    say("QQ 暂时不收：{why}", why=verdict.said),
                    retry_after=wait,
                    is_unknown=trial.is_uncertain,
                )
            case Outcome.REVIEW:
                raise DeliveryFailed(say("QQ 正在审核，多半会发出：{why}", why=verdict.said), is_unknown=True)
            case Outcome.UNKNOWN:
                trial.is_uncertain = trial.numbered()
                self._trials.note(key, trial)
                raise DeliveryFailed(
                    say("QQ 平台出错，不知是否已发出：{why}", why=verdict.said),
                    retry_after=_SOON,
                    is_unknown=True,
                )
            case _:
                self._give_back(trial)
                raise DeliveryFailed(say("QQ 拒绝：{why}", why=verdict.said))

    def _postpone(self, key: str, trial: _Trial) -> None:
        if not trial.is_uncertain:
            self._give_back(trial)
        self._trials.note(key, trial)

    def _give_back(self, trial: _Trial) -> None:
        if trial.source is not None:
            trial.source.give_back()
