"""Signing in elsewhere than at the desk: at GWS's authentication service, or at GWS's own page by SAML."""

from cordboard.desk.single_sign_on.calls import SingleSignOn
from cordboard.desk.single_sign_on.configuration import sign_in_configuration

__all__ = ["SingleSignOn", "sign_in_configuration"]
