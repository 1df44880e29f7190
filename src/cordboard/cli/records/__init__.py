"""`cordboard records`: the calls that have ended, as they were written down."""

from cordboard.cli.records.command import records

__all__ = ["records"]
