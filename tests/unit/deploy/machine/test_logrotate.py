"""Which logs are rotated."""

from __future__ import annotations

from kit.rendered import part, site


def test_our_log_is_none_of_those_that_the_distribution_rotates() -> None:
    text = part("logrotate", site())["logrotate/cordboard"].text
    assert "/var/log/nginx/cordboard.json {" in text
    assert "kill -USR1" in text
    assert 'access_log "/var/log/nginx/cordboard.json" cordboard;' in part("nginx", site())["nginx/cordboard.conf"].text
