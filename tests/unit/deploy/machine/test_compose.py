"""What the compose file says; the Compose schema has its word in tests/witness."""

from __future__ import annotations

import re

from kit.rendered import part, site

FILE = "compose/docker-compose.yml"


def services(text: str) -> dict[str, str]:
    """Service and container names."""
    return dict(re.findall(r"^  ([a-z0-9-]+):\n(?:    .*\n)*?    container_name: \"?([a-z0-9-]+)", text, re.MULTILINE))


def test_names_of_the_integration_guide(tmp_path: object) -> None:
    with open(f"{tmp_path}/turn", "w") as file:
        file.write("secret")
    text = part(
        "compose",
        site(
            gateway__kind='"asterisk"',
            turn__urls='["turn:turn.example:3478"]',
            turn__secret_file=f'"{tmp_path}/turn"',
        ),
    )[FILE].text
    assert services(text) == {
        "cordboard": "webrtc-cordboard",
        "nginx": "webrtc-nginx",
        "asterisk": "webrtc-asterisk",
        "coturn": "webrtc-coturn",
    }


def test_each_media_worker_is_a_container_of_its_own() -> None:
    files = part("compose", site())
    assert list(services(files[FILE].text)) == ["cordboard", "media-0", "media-1", "nginx"]
    assert 'depends_on: ["media-0", "media-1"]' in files[FILE].text
    assert "compose/rtpengine/Dockerfile" not in files
    assert "d /run/cordboard/media 0700 cordboard cordboard" in files["compose/tmpfiles.conf"].text


def test_rtpengine_is_a_container_where_there_is_one() -> None:
    files = part("compose", site(media__engine='"rtpengine"'))
    assert "rtpengine" in services(files[FILE].text)
    assert "compose/rtpengine/Dockerfile" in files


def test_the_image_runs_as_nobody_in_particular() -> None:
    dockerfile = part("compose", site())["compose/Dockerfile"].text
    assert dockerfile.count("FROM debian:12-slim") == 2
    assert "\nUSER 990:990\n" in dockerfile
    assert "http://127.0.0.1:8080/healthz" in dockerfile
