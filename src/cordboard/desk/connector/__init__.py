"""The connector: what Workspace asks of the softphone beside it, answered by the desk for the phone in the browser."""

from cordboard.desk.connector.application import Connector

__all__ = ["Connector"]
