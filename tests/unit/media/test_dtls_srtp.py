"""DTLS-SRTP in memory, against OpenSSL used directly as the client."""

from __future__ import annotations

import pytest
from OpenSSL import SSL
from pylibsrtp import Policy

from cordboard.media.relay.dtls_srtp import (
    DATAGRAM_LIMIT,
    Association,
    DtlsError,
    Identity,
    SrtpError,
    SrtpSessions,
    datagrams,
    fingerprint,
)
from cordboard.rtp.packet import RtpPacket

NOW = 1000.0


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity()


class Client:
    """OpenSSL as a browser: an own certificate, the given SRTP profiles."""

    def __init__(self, profiles: bytes = b"SRTP_AEAD_AES_128_GCM", *, certificate: bool = True) -> None:
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_tlsext_use_srtp(profiles)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        self.identity = Identity()
        if certificate:
            self.identity.context.set_tlsext_use_srtp(profiles)
            context = self.identity.context
        self.connection = SSL.Connection(context, None)
        self.connection.set_connect_state()
        self.connection.set_ciphertext_mtu(DATAGRAM_LIMIT)
        self.done = False

    def flight(self, incoming: list[bytes]) -> list[bytes]:
        for datagram in incoming:
            self.connection.bio_write(datagram)
        try:
            self.connection.do_handshake()
            self.done = True
        except SSL.WantReadError:
            pass
        try:
            return datagrams(self.connection.bio_read(65536))
        except SSL.WantReadError:
            return []


def shake_hands(association: Association, client: Client) -> None:
    answer: list[bytes] = []
    for _ in range(6):
        flight = client.flight(answer)
        answer = [reply for datagram in flight for reply in association.receive(datagram, NOW)]
        if client.done and association.established:
            return
    raise AssertionError("the handshake did not come to an end")


@pytest.mark.parametrize("profile", ["SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_SHA1_80"])
def test_handshake_gives_keys_and_the_peers_fingerprint(identity: Identity, profile: str) -> None:
    association, client = Association(identity), Client(profile.encode())
    shake_hands(association, client)
    assert association.sessions is not None
    assert association.sessions.profile == profile
    assert association.peer_fingerprint("sha-256") == client.identity.fingerprint
    assert association.peer_fingerprint("SHA-256") == client.identity.fingerprint
    assert len(association.peer_fingerprint("sha-512")) == 64 * 3 - 1
    assert association.peer_fingerprint("md5") == ""
    assert association.deadline is None


def test_both_profiles_offered_takes_the_cheaper_one(identity: Identity) -> None:
    association = Association(identity)
    shake_hands(association, Client(b"SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_128_GCM"))
    assert association.sessions is not None
    assert association.sessions.profile == "SRTP_AEAD_AES_128_GCM"


def test_before_the_handshake_there_is_nothing(identity: Identity) -> None:
    association = Association(identity)
    assert not association.established
    assert association.peer_fingerprint("sha-256") == ""
    assert association.deadline is None


def test_no_flight_is_longer_than_a_datagram_may_be(identity: Identity) -> None:
    association = Association(identity)
    flight = association.receive(Client().flight([])[0], NOW)
    assert flight
    assert all(len(datagram) <= DATAGRAM_LIMIT for datagram in flight)


def test_flight_that_is_not_answered_has_a_deadline(identity: Identity) -> None:
    """OpenSSL reads the clock itself; that the flight really comes again is a contract test."""
    association = Association(identity)
    association.receive(Client().flight([])[0], NOW)
    assert association.deadline == pytest.approx(NOW + 1.0, abs=0.1)
    assert association.handle_timeout(NOW) == [], "before its time"


@pytest.mark.parametrize(
    "datagram", [b"\x16", b"\x16\xfe\xfd" + bytes(10), b"\x16\xfe\xfd" + b"\xff" * 200, b"\x17\xfe\xfd" + bytes(60)]
)
def test_rubbish_does_not_disturb_the_handshake(identity: Identity, datagram: bytes) -> None:
    association = Association(identity)
    assert association.receive(datagram, NOW) == []
    shake_hands(association, Client())
    association.receive(datagram, NOW)
    assert association.established


def test_no_common_srtp_profile_is_an_error(identity: Identity) -> None:
    with pytest.raises(DtlsError, match="profile"):
        shake_hands(Association(identity), Client(b"SRTP_AES128_CM_SHA1_32"))


def test_client_without_certificate_is_refused(identity: Identity) -> None:
    association = Association(identity)
    with pytest.raises(DtlsError, match="refused"):
        shake_hands(association, Client(certificate=False))
    assert not association.established


def test_two_workers_have_two_certificates(identity: Identity) -> None:
    assert Identity().fingerprint != identity.fingerprint
    assert len(identity.fingerprint) == 32 * 3 - 1


def test_unknown_hash_makes_no_fingerprint(identity: Identity) -> None:
    association, client = Association(identity), Client()
    shake_hands(association, client)
    certificate = client.connection.get_certificate(as_cryptography=True)
    assert certificate is not None
    assert fingerprint(certificate, "sha-1") == ""


def record(length: int) -> bytes:
    return b"\x16\xfe\xfd" + bytes(8) + length.to_bytes(2, "big") + bytes(length)


def test_records_are_packed_whole_into_datagrams() -> None:
    records = [record(500), record(600), record(700), record(10), record(1500), record(1)]
    packed = datagrams(b"".join(records))
    assert b"".join(packed) == b"".join(records)
    assert [len(datagram) for datagram in packed] == [
        len(records[0]) + len(records[1]),
        len(records[2]) + len(records[3]),
        len(records[4]),
        len(records[5]),
    ]
    assert datagrams(b"") == []


@pytest.fixture
def sessions() -> tuple[SrtpSessions, SrtpSessions]:
    one, other = bytes(range(28)), bytes(range(28, 56))
    profile = Policy.SRTP_PROFILE_AEAD_AES_128_GCM
    return SrtpSessions("x", profile, one, other), SrtpSessions("x", profile, other, one)


def rtp(sequence: int, payload: bytes = bytes(160)) -> bytes:
    return RtpPacket(0, sequence, 160 * sequence, 7, payload).to_bytes()


def test_srtp_there_and_back(sessions: tuple[SrtpSessions, SrtpSessions]) -> None:
    ours, theirs = sessions
    assert theirs.unprotect(ours.protect(rtp(1))) == rtp(1)
    assert ours.unprotect(theirs.protect(rtp(1))) == rtp(1)
    report = b"\x80\xc9\x00\x01" + bytes(4)
    assert theirs.unprotect_rtcp(ours.protect_rtcp(report)) == report


def test_repeated_and_changed_packets_are_refused(sessions: tuple[SrtpSessions, SrtpSessions]) -> None:
    ours, theirs = sessions
    packet = ours.protect(rtp(1))
    theirs.unprotect(packet)
    with pytest.raises(SrtpError):
        theirs.unprotect(packet)
    changed = bytearray(ours.protect(rtp(2)))
    changed[40] ^= 1
    with pytest.raises(SrtpError):
        theirs.unprotect(bytes(changed))


def test_packets_that_are_too_long_or_too_short_are_refused(sessions: tuple[SrtpSessions, SrtpSessions]) -> None:
    ours, theirs = sessions
    with pytest.raises(ValueError, match="long"):
        ours.protect(rtp(1, bytes(1500)))
    for length in (0, 1, 11, 12, 20):
        with pytest.raises(SrtpError):
            theirs.unprotect(rtp(1)[:length])


def test_the_quick_way_is_the_same_way(sessions: tuple[SrtpSessions, SrtpSessions]) -> None:
    ours, theirs = sessions
    (_, protect), (unprotect, _) = ours.quick(), theirs.quick()
    assert unprotect(protect(rtp(1))) == rtp(1)
    assert unprotect(ours.protect(rtp(2))) == rtp(2)
    sealed = protect(rtp(3))
    assert theirs.unprotect(sealed) == rtp(3)
    with pytest.raises(SrtpError, match="replay"):
        unprotect(sealed)
    longest = rtp(4, bytes(1344))
    assert unprotect(protect(longest)) == longest
    with pytest.raises(ValueError, match="long"):
        protect(rtp(5, bytes(1345)))
    with pytest.raises(ValueError, match="long"):
        unprotect(rtp(5, bytes(1489)))


def test_the_quick_way_is_pylibsrtps_own_where_its_insides_are_others() -> None:
    sessions = SrtpSessions("x", Policy.SRTP_PROFILE_AES128_CM_SHA1_80, bytes(30), bytes(30))
    del sessions.inbound._srtp
    del sessions.outbound._srtp
    assert sessions.quick() == (sessions.unprotect, sessions.protect)


# --- the client


def exchange(client: Association, server: Association, now: float = NOW) -> None:
    flight = client.begin(now)
    for _ in range(6):
        back = [reply for datagram in flight for reply in server.receive(datagram, now)]
        flight = [reply for datagram in back for reply in client.receive(datagram, now)]
        if client.established and server.established:
            return
    raise AssertionError("the handshake did not come to an end")


def test_client_and_server_have_the_same_keys(identity: Identity) -> None:
    other = Identity()
    client, server = Association(other, client=True), Association(identity)
    exchange(client, server)
    assert client.sessions is not None
    assert server.sessions is not None
    assert server.sessions.unprotect(client.sessions.protect(rtp(1))) == rtp(1)
    assert client.sessions.unprotect(server.sessions.protect(rtp(1))) == rtp(1)
    assert client.peer_fingerprint("sha-256") == identity.fingerprint
    assert server.peer_fingerprint("sha-256") == other.fingerprint
    assert client.deadline is None


def test_client_repeats_its_flight_long_before_openssl_does(identity: Identity) -> None:
    """Its peer may not have been there yet; a repeated hello does no harm to one that was."""
    client, server = Association(Identity(), client=True), Association(identity)
    hello = client.begin(NOW)
    assert client.deadline == pytest.approx(NOW + 0.05)
    assert client.handle_timeout(NOW + 0.05) == hello
    assert client.deadline == pytest.approx(NOW + 0.15)
    assert client.handle_timeout(NOW + 0.15) == hello
    answer = [reply for datagram in (*hello, *hello) for reply in server.receive(datagram, NOW)]
    flight = [datagram for reply in answer for datagram in client.receive(reply, NOW + 0.2)]
    assert client.deadline == pytest.approx(NOW + 0.25), "the peer is at work: the next flight has its own time"
    assert client.handle_timeout(NOW + 0.25) == flight
    for datagram in (*flight, *flight):
        for reply in server.receive(datagram, NOW):
            client.receive(reply, NOW + 0.3)
    assert client.established
    assert client.deadline is None


def test_a_hello_to_the_client_does_not_end_its_handshake(identity: Identity) -> None:
    """Anybody can send one, and some peers try both roles."""
    client, other = Association(Identity(), client=True), Association(Identity(), client=True)
    (hello,) = client.begin(NOW)
    (stray,) = other.begin(NOW)
    assert client.receive(stray, NOW) == []
    server = Association(identity)
    back = server.receive(hello, NOW)
    flight = [datagram for reply in back for datagram in client.receive(reply, NOW)]
    assert client.receive(stray, NOW) == []
    for datagram in flight:
        for reply in server.receive(datagram, NOW):
            client.receive(reply, NOW)
    assert client.established


def test_rubbish_from_the_server_does_not_disturb_the_client(identity: Identity) -> None:
    client = Association(Identity(), client=True)
    (hello,) = client.begin(NOW)
    for rubbish in (b"\x16", b"\x16\xfe\xfd" + bytes(10), b"\x17\xfe\xfd" + bytes(60), bytes(40)):
        assert client.receive(rubbish, NOW) == []
    server = Association(identity)
    for datagram in [each for reply in server.receive(hello, NOW) for each in client.receive(reply, NOW)]:
        for reply in server.receive(datagram, NOW):
            client.receive(reply, NOW)
    assert client.established
