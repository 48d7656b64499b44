"""Words of adapters are Chinese, and can be said in another language with everything that stands in them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from adapters.wording import packed, said_about, say, translated, unpacked, words_of

ENGLISH = {
    "{why}。请核对 {key}": "{why}. Check {key}",
    "连不上 {server}": "{server} cannot be reached",
    "、": ", ",
}


def english(template: str) -> str:
    return ENGLISH.get(template, template)


def test_a_wording_is_its_chinese() -> None:
    assert (
        say("{why}。请核对 {key}", why=say("连不上 {server}", server="x"), key="url")
        == "连不上 x。请核对 url"
    )


def test_what_stands_inside_is_said_in_the_same_language() -> None:
    words = say("{why}。请核对 {key}", why=say("连不上 {server}", server=("a", "b")), key="url")
    assert words == "连不上 a、b。请核对 url"
    assert translated(words, english) == "a, b cannot be reached. Check url"


def test_the_words_of_somebody_else_stay_as_they_are() -> None:
    assert translated("连不上 {server}", english) == "连不上 {server}"
    assert said_about(None, "{x} 坏了") == "{x} 坏了"
    assert said_about(None, "") == "没有说原因"
    assert translated(said_about("、", "x"), english) == ", "


def test_braces_in_values_are_no_gaps() -> None:
    assert translated(say("{why}。请核对 {key}", why="{key}", key="{why}"), english) == "{key}. Check {why}"


def test_what_is_kept_can_be_said_in_every_language_later() -> None:
    words = say("{why}。请核对 {key}", why=say("连不上 {server}", server=("a", 7)), key=OSError("url"))
    again = unpacked(packed(words))

    assert again == words == "连不上 a、7。请核对 url"
    assert translated(again, english) == "a, 7 cannot be reached. Check url"


def test_nothing_is_kept_of_the_words_of_somebody_else() -> None:
    assert packed("连不上 {server}") == ""
    assert [unpacked(kept) for kept in ("", "x", "7", "{}", '{"say":"{a}","with":{}}')] == [None] * 5


def test_an_error_keeps_how_its_words_were_made() -> None:
    assert translated(words_of(OSError(say("连不上 {server}", server="x"))), english) == "x cannot be reached"
    assert words_of(OSError(2, "gone")) == "[Errno 2] gone"


_REASONS = {"DeliveryFailed", "FileUnavailable", "Rejected", "TokenRefused", "Unanswered", "NotReached", "NoToken", "Unsuitable"}  # fmt: skip


def test_every_reason_that_reaches_people_can_be_translated() -> None:
    raw = []
    for path in sorted(Path("adapters").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _called(node) in _REASONS:
                raw += [
                    f"{path}:{node.lineno}" for text in _texts(node) if re.search("[\u4e00-\u9fff]", text)
                ]
    assert raw == []


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _texts(call: ast.Call) -> list[str]:
    """Return the texts in a call that no `say` or `N_` stands around."""
    found, waiting = [], list(ast.iter_child_nodes(call))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and _called(node) in ("say", "N_"):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.append(node.value)
        waiting += ast.iter_child_nodes(node)
    return found
