"""DNs that are out of service although their phones are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cordboard.lab.sip_server.settings import DnSettings


class Dns(Protocol):
    """What SIP Server knows of its DNs."""

    dns: dict[str, DnSettings]
    out_of_service: frozenset[str]


class Service(Protocol):
    """What it needs of SIP Server."""

    @property
    def switch(self) -> Dns: ...

    def take_out_of_service(self, dns: Iterable[str]) -> None: ...


class ServiceFault:
    """Implements `cordboard.lab.faults.OtherFaults`: a list of DNs."""

    def __init__(self, server: Service) -> None:
        self._server = server

    def view(self) -> list[str]:
        return sorted(self._server.switch.out_of_service)

    def check(self, value: object) -> Callable[[], None]:
        """Raises `ValueError` saying what is wrong with the value."""
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise ValueError('outOfService must be a list of DNs, for example ["5001"]; an empty one ends it')
        unknown = [each for each in value if each not in self._server.switch.dns]
        if unknown:
            raise ValueError(f"outOfService names {unknown[0]!r}, which is no DN of the lab")
        return lambda: self._server.take_out_of_service(value)

    def end(self) -> None:
        self._server.take_out_of_service(())
