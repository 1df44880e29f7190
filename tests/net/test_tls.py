"""Certificates: what is said about those that cannot be used, and the renewal of one that is in use."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from cordboard.net.tasks import Tasks
from cordboard.net.tls import CertificateUnusable, Identity, connecting, listening, watched
from kit.certificates import Authority, encrypted


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def missing(authority: Authority, identity: Identity) -> Identity:
    Path(identity.key).unlink()
    return identity


def directory(authority: Authority, identity: Identity) -> Identity:
    return Identity(str(Path(identity.key).parent), identity.key)


def swapped(authority: Authority, identity: Identity) -> Identity:
    return Identity(identity.key, identity.certificate)


def of_another(authority: Authority, identity: Identity) -> Identity:
    return Identity(identity.certificate, authority.identity("other.example").key)


def no_key(authority: Authority, identity: Identity) -> Identity:
    return Identity(identity.certificate, identity.certificate)


def rubbish(authority: Authority, identity: Identity) -> Identity:
    Path(identity.certificate).write_bytes(b"\x00\xff rubbish")
    return identity


def half_a_key(authority: Authority, identity: Identity) -> Identity:
    text = Path(identity.key).read_text()
    Path(identity.key).write_text(text[: len(text) // 2])
    return identity


def under_pass_phrase(authority: Authority, identity: Identity) -> Identity:
    return encrypted(identity)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (missing, "ss.example.key: no such file or directory"),
        (directory, ": is a directory"),
        (swapped, "ss.example.key: holds no certificate in PEM"),
        (of_another, "other.example.key: is not the key of "),
        (no_key, "ss.example.pem: holds no private key in PEM"),
        (rubbish, "ss.example.pem: holds no certificate in PEM"),
        (half_a_key, "ss.example.key: holds a private key that is damaged"),
        (under_pass_phrase, "is encrypted; a key without pass phrase is needed"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said_with_its_file(
    authority: Authority, spoil: Callable[[Authority, Identity], Identity], why: str
) -> None:
    identity = spoil(authority, authority.identity("ss.example"))
    with pytest.raises(CertificateUnusable) as caught:
        listening(identity)
    assert why in str(caught.value)
    assert caught.value.file in str(caught.value)


def test_wrong_authorities_are_said_too(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(CertificateUnusable, match=r"no-such\.pem: no such file or directory"):
        connecting(str(tmp_path / "no-such.pem"))
    key = authority.identity("a.example").key
    with pytest.raises(CertificateUnusable, match=r"a\.example\.key: holds no certificate in PEM"):
        connecting(key)


async def shown(port: int, authority: Authority) -> int:
    """The serial number of the certificate that a new connection is shown."""
    context = connecting(authority.file)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="ss.example")
    found = writer.get_extra_info("ssl_object").getpeercert(True)
    writer.close()
    await writer.wait_closed()
    return hash(ssl.DER_cert_to_PEM_cert(found))


async def test_renewed_certificate_is_taken_up_while_it_listens(authority: Authority) -> None:
    identity = authority.identity("ss.example")
    context = listening(identity)
    tasks = Tasks("test")
    tasks.start(watched(context, identity, 0.02), "certificate")
    server = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        first = await shown(port, authority)
        rubbish(authority, identity)
        await asyncio.sleep(0.1)
        assert await shown(port, authority) == first, "a broken file is not taken up"
        authority.identity("ss.example")
        for _ in range(100):
            await asyncio.sleep(0.02)
            if await shown(port, authority) != first:
                break
        assert await shown(port, authority) != first
    await tasks.close()
