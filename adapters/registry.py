"""Which adapter types there are, and how to make one from its block in the configuration."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, Protocol, cast

import msgspec

from adapters.contract import Adapter, Surroundings

ENTRY_POINTS = "shouwen.adapters"

# Paths, not modules: a platform's libraries are loaded only when it is configured.
_BUILT_IN: Mapping[str, str] = {
    "console": "adapters.console",
    "dingtalk": "adapters.dingtalk",
    "feishu": "adapters.feishu",
    "onebot": "adapters.onebot",
    "qq": "adapters.qq",
    "satori": "adapters.satori",
    "telegram": "adapters.telegram",
    "web": "adapters.web",
    "wechat-kf": "adapters.wechat.kf",
    "wechat-mp": "adapters.wechat.mp",
    "wecom-aibot": "adapters.wecom.aibot",
    "wecom-app": "adapters.wecom.app",
    "wecom-robot": "adapters.wecom.robot",
}


class AdapterModule(Protocol):
    """What an adapter package exports."""

    Settings: type[msgspec.Struct]  # frozen, forbid_unknown_fields, kw_only: the keys of its block

    # `Any`, because every module takes its own Settings; `create` below sees to it that it gets them.
    def create(self, settings: Any, surroundings: Surroundings) -> Adapter:
        """Make an adapter; it connects only when `incoming` is read."""
        ...


class UnknownAdapter(Exception):
    """The configuration names an adapter type that nobody offers."""

    def __init__(self, type_name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"没有叫 {type_name} 的适配器。可用：{'、'.join(known)}")
        self.type_name = type_name
        self.known = known


class BrokenAdapter(Exception):
    """A package offers an adapter, but not one that can be used."""


def known_types() -> tuple[str, ...]:
    """Return the names of all adapter types, built in and installed, in order."""
    installed = {point.name for point in entry_points(group=ENTRY_POINTS)}
    return tuple(sorted(installed.union(_BUILT_IN)))


def settings_type(type_name: str) -> type[msgspec.Struct]:
    """Return the type that describes the keys of a block of this type, without `name` and `type`.

    Raises:
        UnknownAdapter: Nobody offers this type.
        BrokenAdapter: Whoever offers it does not follow the contract.
    """
    return _module(type_name).Settings


def create(type_name: str, settings: Mapping[str, object], surroundings: Surroundings) -> Adapter:
    """Make an adapter from the keys of its block, without `name` and `type`.

    Raises:
        UnknownAdapter: Nobody offers this type.
        BrokenAdapter: Whoever offers it does not follow the contract.
        msgspec.ValidationError: A key is unknown, missing or wrong; the message ends with its path.
    """
    module = _module(type_name)
    return module.create(msgspec.convert(dict(settings), module.Settings), surroundings)


def _module(type_name: str) -> AdapterModule:
    if path := _BUILT_IN.get(type_name):
        return _checked(type_name, import_module(path))
    points = tuple(entry_points(group=ENTRY_POINTS, name=type_name))
    if not points:
        raise UnknownAdapter(type_name, known_types())
    if len(points) > 1:
        offers = "、".join(point.value for point in points)
        raise BrokenAdapter(f"适配器 {type_name} 有多个软件包提供：{offers}。请只留一个。")
    return _checked(type_name, points[0].load())


def _checked(type_name: str, module: ModuleType) -> AdapterModule:
    settings = getattr(module, "Settings", None)
    if not (isinstance(settings, type) and issubclass(settings, msgspec.Struct)):
        raise BrokenAdapter(f"适配器 {type_name}（{module!r}）没有导出 msgspec.Struct 类型的 Settings。")
    if not callable(getattr(module, "create", None)):
        raise BrokenAdapter(f"适配器 {type_name}（{module!r}）没有导出 create(settings, surroundings)。")
    return cast(AdapterModule, module)
