"""Every setting once: type, unit, default, help, and where its value came from."""

from cordboard.config.reading import ConfigError, lab_settings, load, parse
from cordboard.config.settings import Agent, Prefill, Settings
from cordboard.config.values import Address, PortRange

__all__ = ["Address", "Agent", "ConfigError", "PortRange", "Prefill", "Settings", "lab_settings", "load", "parse"]
