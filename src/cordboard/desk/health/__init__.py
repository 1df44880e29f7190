"""Whether the process lives, and whether it can carry calls."""

from cordboard.desk.health.answers import Checks, Health
from cordboard.desk.health.gws_probe import GwsProbe

__all__ = ["Checks", "GwsProbe", "Health"]
