"""`cordboard init`."""

from cordboard.cli.init.command import init

__all__ = ["init"]
