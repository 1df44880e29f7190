"""What a page is told about how its agent signs in."""

from __future__ import annotations

from urllib.parse import urlencode

from cordboard.config import Settings

PASSWORD, SAML, OAUTH = "password", "saml", "oauth"


def sign_in_configuration(settings: Settings) -> dict[str, str]:
    """`by` is password, saml or oauth; for saml `url` is the page of GWS that signs in.

    For oauth the page asks POST /page/sign-in/begin, because every sign-in has an address of its own.
    """
    if settings.oauth.client_id:
        return {"by": OAUTH}
    login = settings.gws.login_url
    if not login:
        return {"by": PASSWORD}
    name = settings.gws.login_return
    if name:
        separator = "&" if "?" in login else "?"
        login = f"{login}{separator}{urlencode({name: settings.desk.url + '/'})}"
    return {"by": SAML, "url": login}
