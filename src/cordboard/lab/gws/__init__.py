"""The lab's GWS: REST and CometD of v2, and the integration guide's aliases, over the lab's telephony."""

from cordboard.lab.gws.application import Face, create_gws
from cordboard.lab.gws.settings import Account, GwsSettings, lab_account

__all__ = ["Account", "Face", "GwsSettings", "create_gws", "lab_account"]
