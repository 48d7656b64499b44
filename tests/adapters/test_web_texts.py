"""The words of the simulator's page: complete in both languages, and given to the right browser."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import adapters.web
from adapters.web.refusals import Reason
from adapters.web.texts import LANGUAGES, pick_language

FOLDER = Path(adapters.web.__file__).parent
SCRIPT = (FOLDER / "static" / "chat.js").read_text(encoding="utf-8")
PAGE = (FOLDER / "templates" / "chat.html").read_text(encoding="utf-8")
WIRE = (FOLDER / "wire.py").read_text(encoding="utf-8")
PURPOSES = ("customer", "duty", "private")
ROLES = ("contact", "engineer", "leader", "manager", "director", "knowledge", "admin", "visitor")


def used() -> set[str]:
    computed = {f"{start}{purpose}" for start in ("", "empty_", "try_") for purpose in PURPOSES}
    return (
        set(re.findall(r"texts\.(\w+)", SCRIPT))
        | set(re.findall(r"\bt\.(\w+)", PAGE))
        | set(re.findall(r"texts\[\"(\w+)\"\]", WIRE))
        | {f"refused_{reason}" for reason in Reason}
        | {f"role_{role}" for role in ROLES}
        | computed
    )


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_a_language_has_exactly_the_words_that_are_used(language: str) -> None:
    assert set(LANGUAGES[language]) == used()
    assert all(text.strip() for text in LANGUAGES[language].values())


def test_both_languages_fill_in_the_same_things() -> None:
    def gaps(text: str) -> set[str | None]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    for key, chinese in LANGUAGES["zh"].items():
        assert gaps(chinese) == gaps(LANGUAGES["en"][key]), key


def test_a_week_has_seven_days_in_every_language() -> None:
    assert {len(texts["weekdays"].split()) for texts in LANGUAGES.values()} == {7}


@pytest.mark.parametrize(
    ("asked", "accepted", "otherwise", "picked"),
    [
        (None, "", "zh", "zh"),
        (None, "", "en", "en"),
        (None, "", "fr", "zh"),
        ("en", "zh-CN", "zh", "en"),
        ("zh", "en-US", "en", "zh"),
        ("fr", "en-GB,en;q=0.9", "zh", "en"),
        (None, "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        (None, "en-US,en;q=0.9,zh;q=0.8", "zh", "en"),
        (None, "fr, en;q=0.3, zh-TW;q=0.7", "en", "zh"),
        (None, "fr-FR", "zh", "zh"),
        (None, "en;q=0, *", "zh", "zh"),
        (None, "en;q=much;;,,", "zh", "zh"),
    ],
)
def test_which_language_a_browser_gets(asked: str | None, accepted: str, otherwise: str, picked: str) -> None:
    assert pick_language(asked, accepted, otherwise) == picked


def test_nothing_that_was_written_is_ever_read_as_markup() -> None:
    dangerous = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|eval\("
    )

    assert re.findall(dangerous, SCRIPT) == []


def test_the_page_has_no_inline_script_or_style_so_that_the_policy_can_forbid_them() -> None:
    assert re.findall(r"<style|\sstyle=|\son\w+=|javascript:", PAGE) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", PAGE) == []


def test_handles_of_the_page_are_documented_and_exist() -> None:
    documentation, code = SCRIPT.split("*/", 1)
    documented = set(re.findall(r"data-testid=([\w-]+)\]", documentation))
    marked = set(re.findall(r'data-testid="([\w-]+)"', PAGE)) | set(
        re.findall(r'dataset\.testid = "([\w-]+)"', code)
    )

    assert documented <= marked
    assert marked - documented == {"buttons", "composer", "rooms", "tabs", "travel"}
