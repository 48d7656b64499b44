"""Adapter types by name: built in, installed by others, unknown, and their keys."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import msgspec
import pytest

from adapters import registry
from adapters.console import ConsoleAdapter
from adapters.contract import HasPages, TakesCallbacks
from adapters.onebot import OneBotAdapter


def test_built_in_types_are_known():
    assert {"web", "console", "onebot"} <= set(registry.known_types())


@pytest.mark.parametrize("name", ["web", "console", "onebot"])
def test_every_built_in_type_can_be_made_without_keys_and_refuses_unknown_ones(name, surroundings):
    assert registry.create(name, {}, surroundings(name)).name == name
    assert issubclass(registry.settings_type(name), msgspec.Struct)
    with pytest.raises(msgspec.ValidationError, match="colour"):
        registry.create(name, {"colour": "red"}, surroundings(name))


def test_powers_are_asked_for_with_isinstance(surroundings):
    onebot = registry.create("onebot", {}, surroundings("qq"))
    assert isinstance(onebot, OneBotAdapter)
    assert isinstance(onebot, TakesCallbacks)
    console = registry.create("console", {}, surroundings("terminal"))
    assert isinstance(console, ConsoleAdapter)
    assert not isinstance(console, TakesCallbacks)
    assert not isinstance(console, HasPages)


def test_an_unknown_type_names_the_known_ones(surroundings):
    with pytest.raises(registry.UnknownAdapter) as unknown:
        registry.create("telegraph", {}, surroundings("t"))
    assert "telegraph" in str(unknown.value)
    assert "onebot" in str(unknown.value)
    assert unknown.value.known == registry.known_types()


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"self_id": 10001000}, r"\$\.self_id"),
        ({"mode": "sideways"}, r"\$\.mode"),
        ({"mode": "http"}, "url.*http://"),
        ({"mode": "forward"}, "url.*ws://"),
        ({"mode": "forward", "url": "http://127.0.0.1:3001"}, "url.*ws://"),
        ({"url": "ws://127.0.0.1:3001"}, "url.*forward"),
        ({"self_id": "bot"}, "self_id"),
        ({"api_timeout_seconds": 0}, r"\$\.api_timeout_seconds"),
    ],
)
def test_a_wrong_key_is_named(keys, words, surroundings):
    with pytest.raises(msgspec.ValidationError, match=words):
        registry.create("onebot", keys, surroundings("qq"))


def test_secrets_are_not_in_the_repr():
    settings = msgspec.convert(
        {"mode": "forward", "url": "ws://127.0.0.1:1/?access_token=hush", "access_token": "hush"},
        registry.settings_type("onebot"),
    )
    assert "hush" not in repr(settings)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Return a function that installs a package with an adapter named `pigeon`, as pip would leave it."""

    def package(name: str, code: str) -> None:
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
        )
        (info / "entry_points.txt").write_text(f"[shouwen.adapters]\npigeon = {name}\n", encoding="utf-8")

    monkeypatch.syspath_prepend(tmp_path)
    return package


PIGEON = """
    import msgspec
    from adapters.console import ConsoleAdapter

    class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
        loft: str

    def create(settings, surroundings):
        return ConsoleAdapter(surroundings, read=lambda: b"", screen=None)
"""


def test_an_installed_package_offers_a_type(install, surroundings):
    install("shouwen_pigeon_one", PIGEON)
    assert "pigeon" in registry.known_types()
    assert registry.create("pigeon", {"loft": "roof"}, surroundings("coo")).name == "coo"
    with pytest.raises(msgspec.ValidationError, match="loft"):
        registry.create("pigeon", {}, surroundings("coo"))


def test_two_packages_for_one_type_are_refused(install, surroundings):
    install("shouwen_pigeon_two", PIGEON)
    install("shouwen_pigeon_three", PIGEON)
    with pytest.raises(registry.BrokenAdapter, match=r"shouwen_pigeon_t.*shouwen_pigeon_t"):
        registry.create("pigeon", {"loft": "roof"}, surroundings("coo"))


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def create(settings, surroundings): ...", "Settings"),
        ("import msgspec\nclass Settings(msgspec.Struct): ...", "create"),
    ],
)
def test_a_package_without_the_contract_is_refused_by_name(install, code, words):
    name = f"shouwen_pigeon_without_{words.lower()}"
    install(name, code)
    with pytest.raises(registry.BrokenAdapter, match=words):
        registry.settings_type("pigeon")


def test_platforms_are_imported_only_when_configured():
    code = "import sys, adapters.registry; print([m for m in sys.modules if m.startswith('adapters.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "adapters.contract" in loaded
    assert "adapters.onebot" not in loaded
    assert "adapters.web" not in loaded
