"""`cordboard admin`, and what the admin page, /readyz and the metrics are made of."""

from cordboard.cli.admin.command import admin

__all__ = ["admin"]
