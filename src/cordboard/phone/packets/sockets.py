"""Sockets that many calls share: a packet loop that reads few of them is quicker."""

from __future__ import annotations

import socket

SHARED_BUFFER = 4 << 20  # octets; the kernel may give less


class SharedSockets:
    """UDP sockets, each for up to `calls` calls at a time.

    Calls that share one are told apart by where their packets come from, which every gateway has a port for, and, on
    `host` 0.0.0.0, by the address of their own that they go to (`Sending.local`).
    """

    def __init__(self, host: str, calls: int = 1) -> None:
        self._host = host
        self._calls = calls
        self._users: dict[socket.socket, int] = {}

    def take(self) -> socket.socket:
        """One with room for a call. Raises OSError."""
        for found, users in self._users.items():
            if users < self._calls:
                self._users[found] += 1
                return found
        opened = socket.socket(socket.AF_INET6 if ":" in self._host else socket.AF_INET, socket.SOCK_DGRAM)
        try:
            opened.setblocking(False)
            if self._calls > 1:
                opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SHARED_BUFFER)
            opened.bind((self._host, 0))
        except BaseException:
            opened.close()
            raise
        self._users[opened] = 1
        return opened

    def give_back(self, used: socket.socket) -> None:
        """A call has ended; the last one of a socket closes it."""
        self._users[used] -= 1
        if not self._users[used]:
            del self._users[used]
            used.close()
