"""The way to GWS: a page's request goes out with the page's own cookies, GWS's answer comes back as it is."""

from cordboard.desk.proxy.passing import Proxy
from cordboard.desk.proxy.reach import PREFIX

__all__ = ["PREFIX", "Proxy"]
