"""A media worker: one process, one core, one loop. Started by the engine:

    python -m cordboard.media.relay.worker --socket PATH --settings JSON

It says `ready` (or why not) on standard output and then serves the control socket and the media until it is told to
end, gets SIGTERM, or has had neither controller nor calls for a minute. Without a controller its calls go on. SIGHUP
has it replaced by a fresh one: it gets no new calls while there is another worker, and ends after its last one.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from cordboard.media.compiled.library import NotCompiled
from cordboard.media.port import MediaEvent
from cordboard.media.relay.control import ControlServer
from cordboard.media.relay.dtls_srtp import Identity
from cordboard.media.relay.path.choice import open_path
from cordboard.media.relay.path.loop import Timer
from cordboard.media.relay.placement.load import MEASURED_EVERY, LoadMeter
from cordboard.media.relay.ports import NoPortLeft, PortPool, bind_first_free
from cordboard.media.relay.settings import RelaySettings
from cordboard.media.relay.sides.call import Surroundings
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.media.relay.switchboard import Switchboard
from cordboard.observe.log import Occasionally, configure, get_log

log = get_log("media")


class Worker:
    """Everything that a worker has. Raises `NoPortLeft` or `OSError` when its ports cannot be had, `NotCompiled` when
    the loop that it must have cannot."""

    def __init__(self, path: Path, settings: RelaySettings) -> None:
        self._path = path
        self._settings = settings
        self._occasionally = Occasionally(log)
        port = WebRtcPort(bind_first_free(settings.address, settings.webrtc_ports))
        self._webrtc_port = port
        try:
            packets = open_path(settings.loop, self._failure, port)
        except NotCompiled:
            port.socket.close()
            raise
        log.info("media worker relays", loop=packets.name)
        self.loop = packets.loop
        around = Surroundings(settings, packets, Identity(), port, PortPool(settings.address, settings.rtp_ports))
        self._switchboard = Switchboard(around, self._tell, self.loop.stop)
        self._control = ControlServer(self.loop, path, self._switchboard.perform, self._controllers_changed)
        self.loop.watch(port.socket, port.readable)
        self._orphan_timer: Timer | None = None
        self._load_told: dict[str, Any] | None = None
        self.draining = False  # it is to be replaced once it is empty
        self._controllers_changed()
        self._meter = LoadMeter(time.monotonic(), time.process_time())
        self._measure_later()

    def _measure_later(self) -> None:
        self.loop.at(time.monotonic() + MEASURED_EVERY, self._measure)

    def _measure(self) -> None:
        self._measure_later()
        load = self._meter.read(time.monotonic(), time.process_time())
        told = {"load": load, "calls": self._switchboard.calls, "draining": self.draining}
        if told != self._load_told:
            self._load_told = told
            self._control.say(told)

    def drain(self) -> None:
        """Say so at the next measurement: the engine gives it no more calls, and ends it after the last one."""
        self.draining = True

    def _failure(self, failure: Exception) -> None:
        """The boundary: one bad packet, verb or timer is not the others' trouble, nor is a log that nobody reads any
        more because the gateway is gone."""
        with contextlib.suppress(OSError):
            self._occasionally.warning(type(failure).__name__, "media worker went on after a failure", exc_info=failure)

    def _tell(self, event: MediaEvent) -> None:
        self._control.tell(event)

    def _controllers_changed(self) -> None:
        self._load_told = None
        if self._orphan_timer is not None:
            self._orphan_timer.cancel()
            self._orphan_timer = None
        if not self._control.controllers:
            self._orphan_timer = self.loop.at(time.monotonic() + self._settings.orphan_seconds, self._orphaned)

    def _orphaned(self) -> None:
        self._switchboard.close_lost()
        if self._switchboard.calls:
            self._orphan_timer = self.loop.at(time.monotonic() + self._settings.orphan_seconds, self._orphaned)
        else:
            with contextlib.suppress(OSError):
                log.info("media worker ends: nobody has needed it for a while")
            self.loop.stop()

    def close(self) -> None:
        """Release every port and socket."""
        self._switchboard.close()
        self._control.close()
        if not self._settings.worker_directory:
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()  # the engine's own, which may be dead; another worker may still be in it
        self.loop.forget(self._webrtc_port.socket)
        self._webrtc_port.socket.close()
        self.loop.close()


def main() -> int:
    """Run one worker; the exit status is 0 after a clean end, 1 when it could not start."""
    parser = argparse.ArgumentParser(prog="cordboard.media.relay.worker", description="A media worker of Cordboard.")
    parser.add_argument("--socket", type=Path, required=True, help="the Unix socket to listen on")
    parser.add_argument("--settings", type=json.loads, required=True, help="its settings as JSON")
    parser.add_argument("--core", type=int, help="the processor core to run on; without: any")
    arguments = parser.parse_args()
    settings = RelaySettings.from_json(arguments.settings)
    if arguments.core is not None:
        with contextlib.suppress(OSError):  # this machine has fewer
            os.sched_setaffinity(0, {arguments.core})
    configure(settings.log_level, settings.log_format)
    try:
        worker = Worker(arguments.socket, settings)
    except (OSError, NoPortLeft, NotCompiled) as failure:
        print(failure, flush=True)
        return 1
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.loop.stop())
    signal.signal(signal.SIGHUP, lambda *_: worker.drain())
    # A packet leaves no garbage in cycles, but its tuples would set the collector off hundreds of times a second.
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    print("ready", flush=True)
    # Nobody reads on: whatever is printed from here must not end the worker when the engine is gone.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    try:
        worker.loop.run()
    finally:
        worker.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
