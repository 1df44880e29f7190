"""What can go wrong when a socket is opened, said so that an engineer can act on it."""

from __future__ import annotations


class PortTaken(Exception):
    """An address is in use. `transport` is "udp" or "tcp"; `address` is (host, port)."""

    def __init__(self, transport: str, address: tuple[str, int]) -> None:
        super().__init__(f"port {address[1]}/{transport} on {address[0]} is taken")
        self.transport = transport
        self.address = address


class NameUnknown(Exception):
    """A server's name leads to no address; `host` is the name."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host} cannot be found: neither hosts file nor DNS has an address for it")
        self.host = host


class AddressUnusable(Exception):
    """An address cannot be bound here (not one of this machine's, no permission)."""

    def __init__(self, transport: str, address: tuple[str, int], why: str) -> None:
        super().__init__(f"cannot listen on {address[0]}:{address[1]}/{transport}: {why}")
        self.transport = transport
        self.address = address


class DnsFailed(Exception):
    """No answer: no server, no reply in time, or one that says it cannot tell."""
