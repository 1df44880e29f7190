"""The doctor at a whole site: the lab behind a real nginx, over TLS, with a real coturn, both as rendered."""

from __future__ import annotations

from cordboard.config import Address
from cordboard.doctor import State
from kit.coturn import running_coturn, turn_settings
from kit.desk import free_port
from kit.doctor import changed, examined, ill
from kit.nginx import lab_behind_nginx

DOES_NOT_APPLY = {
    "machine.secrets",
    "machine.state_directory",
    "media.firewall",
    "sip.certificate",
    "sip.backup",
    "gws.oauth",
    "web.metrics",
    "peers.rtpengine",
    "peers.asterisk",
    "peers.rendered",
}


async def test_a_site_that_is_well() -> None:
    turn = {name.replace(".", "__"): value for name, value in turn_settings().items()}
    secure = Address("127.0.0.1", free_port("127.0.0.1"))
    turn["turn__listen_tls"] = secure
    turn["turn__urls"] += (f"turns:localhost:{secure.port}?transport=tcp",)
    async with lab_behind_nginx(**turn) as lab:
        authority = str(lab.nginx.directory / "test-authority.pem")
        settings = changed(lab.settings, doctor__ca_file=authority, doctor__certificate_days=1)
        with running_coturn(settings):
            found = await examined(settings)
    assert {id for id, each in found.items() if each.state is State.SKIPPED} <= DOES_NOT_APPLY
    wrong = ill(found)
    assert wrong.keys() == {"web.certificates", "web.certificate_files"}  # which end in a day
    assert all("ends in 0 days" in what for what in wrong.values())
    assert found["turn.refused_peers"].state is State.OK
    assert f"localhost:{secure.port}" in found["web.certificates"].data["days"]
    assert found["call.sound"].what == "440 Hz and 1000 Hz are heard"
