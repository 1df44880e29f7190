"""What the rendered nginx says, for a site and for its variants."""

from __future__ import annotations

import re

import pytest

from cordboard.deploy.rendering import RenderProblem
from kit.rendered import part, site


def text(**changes: object) -> str:
    return part("nginx", site(**changes))["nginx/cordboard.conf"].text


def location(conf: str, of: str) -> str:
    """The block of a location."""
    start = conf.index(f"location {of} {{")
    return conf[start : conf.index("\n    }\n", start)]


def test_one_origin_with_tls() -> None:
    conf = text()
    assert "server_name phone.example;" in conf
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in conf
    assert 'ssl_certificate "/etc/cordboard/phone.pem";' in conf
    assert "return 301 https://phone.example$request_uri;" in conf
    assert "acme" not in conf


def test_another_port_is_part_of_the_origin() -> None:
    conf = text(nginx__https='["0.0.0.0:8443", "[::]:8443"]')
    assert "return 301 https://phone.example:8443$request_uri;" in conf
    assert '"https://phone.example:8443" 0;' in conf
    assert "listen [::]:8443 ssl http2;" in conf
    assert 'proxy_set_header Host "phone.example:8443";' in conf


def test_polls_outlast_what_gws_holds() -> None:
    conf = text()
    seconds = [int(each) for each in re.findall(r"proxy_read_timeout (\d+)s;\n\s+proxy_buffering off;", conf)]
    assert seconds == [165, 165]  # through the desk, and Workspace's own
    assert "proxy_read_timeout 90s" in location(conf, "= /ws")
    assert "proxy_read_timeout 3600s" in location(text(gateway__kind='"asterisk"'), "= /ws")


def test_no_location_loses_the_headers_of_the_server() -> None:
    conf = text()
    for block in re.findall(r"location [^{]+\{.*?\n    \}\n", conf, re.DOTALL):
        assert "add_header" not in block
        if "proxy_set_header" in block:
            assert "X-Forwarded-Proto https" in block
            assert "proxy_set_header Upgrade $cordboard_upgrade" in block


def test_what_a_client_says_of_itself_is_not_passed_on() -> None:
    conf = text()
    assert "$proxy_add_x_forwarded_for" not in conf
    assert "$http_host" not in conf
    assert 'proxy_set_header Forwarded "";' in conf


def test_gws_elsewhere_is_left_alone() -> None:
    conf = text(gws__browser_url='"https://wwe.example"')
    assert "cordboard_gws" not in conf
    assert "loader.js" not in conf
    note = part("nginx", site(gws__browser_url='"https://wwe.example"'))["nginx/cordboard.conf"].note
    assert "https://wwe.example" in note


def test_gws_behind_https_is_verified() -> None:
    conf = text(gws__url='"https://gws.example"')
    assert "proxy_pass https://cordboard_gws;" in conf
    assert "server gws.example:443;" in conf
    assert 'proxy_ssl_trusted_certificate "/etc/ssl/certs/ca-certificates.crt";' in conf
    assert "proxy_ssl_verify" not in text(gws__url='"https://gws.example"', nginx__gws_ca_file='""')


def test_no_loader() -> None:
    assert "loader.js" not in text(nginx__loader='"none"')
    assert "data-side='left'" in text(nginx__loader='"left"')


def test_the_admin_page_is_not_public() -> None:
    admin = {"admin__listen": '"127.0.0.1:8091"', "admin__users": '["root"]'}
    assert "8091" not in text(**admin)
    conf = text(
        **admin,
        admin__url='"https://phone.example:8443"',
        nginx__admin_https='["192.0.2.10:8443"]',
        nginx__admin_networks='["198.51.100.0/24"]',
    )
    server = conf[conf.index("# The admin page") :]
    assert server.index("allow 198.51.100.0/24;") < server.index("deny all;") < server.index("proxy_pass")
    with pytest.raises(RenderProblem, match="admin_https: needs"):
        text(**admin, nginx__admin_https='["192.0.2.10:8443"]')


def test_a_load_balancer_is_believed_only_where_it_is_named() -> None:
    assert "real_ip" not in text()
    assert "set_real_ip_from 198.51.100.0/24;" in text(nginx__trusted_proxies='["198.51.100.0/24"]')


def test_acme() -> None:
    files = part("nginx", site(site__acme="true", site__certificate="", site__certificate_key=""))
    conf = files["nginx/cordboard.conf"].text
    assert 'root "/var/lib/cordboard/acme";' in conf
    assert 'ssl_certificate "/etc/cordboard/acme/fullchain.pem";' in conf
    hook = files["nginx/renewed.sh"]
    assert hook.mode == 0o755
    assert "certbot certonly --webroot -w /var/lib/cordboard/acme -d phone.example" in hook.text


def test_room_for_the_agents() -> None:
    main = part("nginx", site())["nginx/nginx.conf"].text
    connections = int(re.findall(r"worker_connections (\d+)", main)[0])
    files = int(re.findall(r"worker_rlimit_nofile (\d+)", main)[0])
    assert connections >= 1024 + 16
    assert files == 2 * connections


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"site__public_name": ""}, "public_name: is missing"),
        ({"site__certificate": "", "site__certificate_key": ""}, "certificate: is missing"),
        ({"gws__url": '"https://phone.example"'}, "nginx's own"),
    ],
)
def test_settings_without_which_there_is_no_site(changes: dict[str, str], problem: str) -> None:
    with pytest.raises(RenderProblem, match=problem):
        text(**changes)


def test_the_log_has_no_query() -> None:
    (format_of_log,) = re.findall(r"log_format .*?;", text(), re.DOTALL)
    assert not re.search(r"\$(request|args|query_string|request_uri|http_referer|http_cookie)\b", format_of_log)
