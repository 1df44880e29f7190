from __future__ import annotations

from cordboard.config import Address, PortRange


def test_address_is_written_as_in_the_file() -> None:
    assert str(Address("127.0.0.1", 5060)) == "127.0.0.1:5060"
    assert str(Address("::1", 5060)) == "[::1]:5060"
    assert Address("a", 1)
    assert not Address("", 0)


def test_port_range() -> None:
    ports = PortRange(10000, 10003)
    assert len(ports) == 4
    assert 10000 in ports
    assert 10003 in ports
    assert 10004 not in ports
    assert "10000" not in ports
    assert ports.overlaps(PortRange(10003, 10010))
    assert not ports.overlaps(PortRange(10004, 10010))
    assert str(ports) == "10000-10003"
