"""The robot of a WeCom group: speaks into one group through a webhook and hears nothing; for duty rooms."""

from __future__ import annotations

from adapters.contract import Surroundings
from adapters.wecom.robot.connection import RobotAdapter
from adapters.wecom.robot.settings import Settings

__all__ = ["RobotAdapter", "Settings", "create"]


def create(settings: Settings, surroundings: Surroundings) -> RobotAdapter:
    """Make an adapter for the robot of one group."""
    return RobotAdapter(settings, surroundings)
