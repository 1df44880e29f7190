"""The admin page: an application of its own, on an address of its own, for users of its own."""

from cordboard.desk.admin.application import create_admin

__all__ = ["create_admin"]
