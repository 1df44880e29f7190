"""Ports for those who must know theirs beforehand: below those that the kernel gives to whoever asks for any, from a
slice that this process of the suite has to itself. Nobody takes one between the asking and the using.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket

HOST = "127.0.0.1"
FIRST, SLICES, SLICE = 10000, 100, 200
APART = 4  # foreign programs take the ports next to the one that they are given, too
_mine = FIRST + os.getpid() % SLICES * SLICE
_next = itertools.cycle([_mine + each for first in range(APART) for each in range(first, SLICE, APART)])


def free_port(host: str = HOST, kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port that nobody has at that address; the same one comes again only after all others."""
    return next(port for port in itertools.islice(_next, SLICE) if _is_free(port, host, kind))


def free_sip_port(host: str = HOST) -> int:
    """A port that nobody has, neither for datagrams nor for connections."""
    kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM)
    return next(port for port in itertools.islice(_next, SLICE) if all(_is_free(port, host, kind) for kind in kinds))


def _is_free(port: int, host: str, kind: socket.SocketKind) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe, contextlib.suppress(OSError):
        if kind is socket.SOCK_STREAM:  # as servers do: a connection that is over may still linger
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return True
    return False
