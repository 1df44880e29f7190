"""Which certificate a site shows."""

from __future__ import annotations

import pytest

from cordboard.deploy.certificates import SiteCertificate, site_certificate
from cordboard.deploy.rendering import RenderProblem
from kit.rendered import site

NONE = {"site__certificate": "", "site__certificate_key": ""}


def test_own_acme_or_none() -> None:
    own = SiteCertificate("/etc/cordboard/phone.pem", "/etc/cordboard/phone.key")
    assert site_certificate(site()) == own
    assert site_certificate(site(site__acme="true", **NONE)).chain == "/etc/cordboard/acme/fullchain.pem"
    with pytest.raises(RenderProblem, match="certificate: is missing"):
        site_certificate(site(**NONE))
