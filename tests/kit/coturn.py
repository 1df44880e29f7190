"""A real coturn that runs what `cordboard render` writes for it, and a TURN client that asks it for permissions."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cordboard.access.turn import turn_credentials
from cordboard.config import Address, PortRange, Settings
from cordboard.deploy.peers import coturn as part
from cordboard.stun.message import AttributeType, Message, MessageClass, build, parse, xor_address
from kit.site import free_sip_port

ALLOCATE, CREATE_PERMISSION, CHANNEL_BIND = 0x003, 0x008, 0x009
CHANNEL_NUMBER, XOR_PEER_ADDRESS, REQUESTED_ADDRESS_FAMILY, REQUESTED_TRANSPORT = 0x000C, 0x0012, 0x0017, 0x0019
UDP = bytes([17, 0, 0, 0])
UP_SECONDS = 5.0
SECRET = 'what "they" share; #1'


def own_user() -> str:
    """Whom a coturn that root starts becomes, or whoever runs the tests: nobody else can become anybody."""
    return "turnserver" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def turn_settings(host: str = "127.0.0.1", **changes: Any) -> dict[str, Any]:
    """Settings by `section.key` under which coturn listens at a free port of that address."""
    listen = Address(host, free_sip_port(host))
    return {
        "turn.urls": (f"turn:{listen}?transport=udp",),
        "turn.secret": SECRET,
        "turn.listen": listen,
        "turn.relay_ports": PortRange(41000, 41999),
        "turn.user": own_user(),
        "media.address": host,
        **changes,
    }


@contextlib.contextmanager
def running_coturn(settings: Settings, without: Collection[str] = ()) -> Iterator[Path]:
    """Gives the file of its log; `without` some lines. Raises AssertionError, with what it said, where it does not come
    up.
    """
    directory = Path(tempfile.mkdtemp(prefix="cordboard-coturn-"))
    directory.chmod(0o777)  # it gives root's rights up
    file, *_ = part.render(settings)
    configuration, log = directory / "turnserver.conf", directory / "log"
    configuration.write_text("".join(line for line in file.text.splitlines(True) if line.strip() not in without))
    command = ["turnserver", "-c", str(configuration), f"--pidfile={directory}/pid", f"--userdb={directory}/db"]
    with log.open("wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, cwd=directory)
    try:
        end = time.monotonic() + UP_SECONDS
        while not _answers(settings.turn.listen):
            assert process.poll() is None, log.read_text(errors="replace")
            assert time.monotonic() < end, log.read_text(errors="replace")
            time.sleep(0.02)
        yield log
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def _answers(at: Address) -> bool:
    with contextlib.closing(TurnClient.over_udp(at, ("", ""), wait=0.1)) as client, contextlib.suppress(OSError):
        return client.ask(ALLOCATE, (REQUESTED_TRANSPORT, UDP)).message_class is MessageClass.ERROR
    return False


def credentials(expired: bool = False, secret: str = SECRET) -> tuple[str, str]:
    """As the desk makes them for a page."""
    made = turn_credentials(secret.encode(), "5001", time.time() - (700 if expired else 0), 600)
    return made.username, made.password


@dataclass
class TurnClient:
    """One client of a TURN server (RFC 8656) with its credentials; it learns realm and nonce by itself."""

    send: Callable[[bytes], Any]
    receive: Callable[[], bytes]
    close: Callable[[], None]
    account: tuple[str, str]
    realm: str = ""
    nonce: bytes = field(default=b"", repr=False)

    @classmethod
    def over_udp(cls, at: Address, account: tuple[str, str], wait: float = 2.0) -> TurnClient:
        family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
        own = socket.socket(family, socket.SOCK_DGRAM)
        own.settimeout(wait)
        own.connect((at.host, at.port))
        return cls(own.send, lambda: own.recv(2048), own.close, account)

    @classmethod
    def over_tls(cls, at: Address, account: tuple[str, str], ca_file: str) -> TurnClient:
        """Its certificate is looked at."""
        plain = socket.create_connection((at.host, at.port), 2.0)
        own = ssl.create_default_context(cafile=ca_file).wrap_socket(plain, server_hostname=at.host)
        return cls(own.sendall, lambda: own.recv(2048), own.close, account)

    def ask(self, method: int, *attributes: tuple[int, bytes]) -> Message:
        """One request and its response, asked again with the nonce that it brings."""
        reply = self._once(method, attributes)
        if reply.error and reply.error[0] in (401, 438) and self._learn(reply):
            reply = self._once(method, attributes)
        return reply

    def _once(self, method: int, attributes: tuple[tuple[int, bytes], ...]) -> Message:
        user, password = self.account
        own: tuple[tuple[int, bytes], ...] = ()
        key = None
        if self.nonce:
            key = hashlib.md5(f"{user}:{self.realm}:{password}".encode()).digest()
            names = (AttributeType.USERNAME, user.encode()), (AttributeType.REALM, self.realm.encode())
            own = (*names, (AttributeType.NONCE, self.nonce))
        transaction = os.urandom(12)
        attributes = tuple((number, self._placed(number, value, transaction)) for number, value in attributes)
        self.send(build(Message(MessageClass.REQUEST, transaction, (*attributes, *own), method), key))
        while True:
            reply = parse(self.receive())
            if reply.transaction == transaction:
                return reply

    def _placed(self, number: int, value: bytes, transaction: bytes) -> bytes:
        """An address goes by its text until its transaction is known."""
        return xor_address((value.decode(), 9), transaction) if number == XOR_PEER_ADDRESS else value

    def _learn(self, reply: Message) -> bool:
        nonce, realm = reply.get(AttributeType.NONCE), reply.get(AttributeType.REALM)
        if nonce is None or realm is None or nonce == self.nonce:
            return False
        self.nonce, self.realm = nonce, realm.decode()
        return True

    # --- words

    def allocates(self, *more: tuple[int, bytes]) -> int:
        """0, or the code of the error."""
        return _code(self.ask(ALLOCATE, (REQUESTED_TRANSPORT, UDP), *more))

    def may_reach(self, address: str) -> int:
        """Asks for a permission: 0, or the code of the error."""
        return _code(self.ask(CREATE_PERMISSION, (XOR_PEER_ADDRESS, address.encode())))

    def binds(self, address: str, channel: int = 0x4000) -> int:
        """Asks for a channel: 0, or the code of the error."""
        number = (CHANNEL_NUMBER, struct.pack("!HH", channel, 0))
        return _code(self.ask(CHANNEL_BIND, number, (XOR_PEER_ADDRESS, address.encode())))


def _code(reply: Message) -> int:
    return reply.error[0] if reply.error else 0
