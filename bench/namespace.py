"""A network namespace with nothing but 127.0.0.1, so that browsers and Asterisk can offer no other address.

`enter` starts the program again inside of one and returns only where that has been done already. As root it is made
directly, otherwise with a user namespace, where the machine allows that.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

MARK = "CORDBOARD_BENCH_NAMESPACE"
IPV6 = Path("/proc/sys/net/ipv6/conf/all/disable_ipv6")


class NoNamespace(Exception):
    """This machine makes no network namespaces; the text says why."""


def enter(module: str) -> None:
    """Go on as `python -m MODULE` with the same arguments inside. Raises `NoNamespace`."""
    if os.environ.get(MARK):
        _lighten()
        return
    unshare = shutil.which("unshare")
    if unshare is None or shutil.which("ip") is None:
        raise NoNamespace("unshare and ip are needed (Debian: util-linux, iproute2)")
    kind = ["--net"] if os.geteuid() == 0 else ["--net", "--user", "--map-root-user"]
    if subprocess.run([unshare, *kind, "true"], capture_output=True).returncode != 0:
        raise NoNamespace("unshare --net is refused here")
    command = [unshare, *kind, sys.executable, "-m", module, *sys.argv[1:]]
    os.execve(unshare, command, {**os.environ, MARK: "1"})


def _lighten() -> None:
    """Loopback up, IPv6 off: its addresses would be offered as candidates too."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if IPV6.exists():
        IPV6.write_text("1")
