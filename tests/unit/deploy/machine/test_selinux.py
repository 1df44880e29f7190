"""What SELinux is told."""

from __future__ import annotations

from kit.rendered import part, site


def test_selinux_is_told_of_ports_that_it_does_not_know() -> None:
    script = part("selinux", site())["selinux/cordboard.sh"].text
    assert "setsebool -P httpd_can_network_connect 1" in script
    assert "http_port_t tcp" not in script
    changed = part("selinux", site(nginx__https='["0.0.0.0:7443"]'))["selinux/cordboard.sh"].text
    assert "port http_port_t tcp 7443" in changed
