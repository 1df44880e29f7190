"""Which loop a worker's packets go by."""

from __future__ import annotations

from cordboard.media.compiled.library import NotCompiled
from cordboard.media.relay.path.compiled import CompiledLoop
from cordboard.media.relay.path.loop import Failure, PacketLoop
from cordboard.media.relay.path.port import PacketPath
from cordboard.media.relay.settings import Loop
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.observe import get_log

log = get_log("media")


def open_path(wanted: Loop, on_failure: Failure, port: WebRtcPort) -> PacketPath:
    """The compiled one where it can be had, unless Python's is wanted. Raises `NotCompiled` where it must be had."""
    if wanted is not Loop.PYTHON:
        try:
            loop = CompiledLoop(on_failure, port)
        except NotCompiled as reason:
            if wanted is Loop.COMPILED:
                raise NotCompiled(f"[media] loop is compiled, but the compiled loop cannot be used: {reason}") from None
            log.warning("the compiled packet loop cannot be used, Python's is", why=str(reason))
        else:
            return PacketPath(loop, loop.open_call, "compiled")
    return PacketPath(PacketLoop(on_failure))
