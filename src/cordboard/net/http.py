"""An aiohttp application on an address, with clear errors and a quick stop."""

from __future__ import annotations

import errno

from aiohttp import web

from cordboard.net.errors import AddressUnusable, PortTaken
from cordboard.net.tasks import Tasks
from cordboard.net.tls import Identity, listening, watched

BACKLOG = 4096  # connections that wait to be accepted: all pages come back at once; the kernel's limit is as high


class HttpServer:
    """A running site; made by `serve_http`. `address` is what it is bound to."""

    def __init__(self, runner: web.AppRunner, address: tuple[str, int], tasks: Tasks) -> None:
        self._runner = runner
        self._tasks = tasks
        self.address = address

    async def close(self) -> None:
        await self._tasks.close()
        await self._runner.cleanup()


async def serve_http(
    application: web.Application,
    host: str,
    port: int,
    *,
    handler_cancellation: bool = False,
    identity: Identity | None = None,
) -> HttpServer:
    """Serve on host and port (0: a free one), over TLS with an `identity`, whose files are watched for a renewal.

    With `handler_cancellation` a request ends when its client leaves. Raises `PortTaken`, `AddressUnusable` or
    `CertificateUnusable`.
    """
    context = listening(identity) if identity else None
    runner = web.AppRunner(
        application,
        access_log=None,
        handle_signals=False,
        shutdown_timeout=0.5,
        handler_cancellation=handler_cancellation,
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port, ssl_context=context, backlog=BACKLOG)
        await site.start()
    except OSError as failure:
        await runner.cleanup()
        if failure.errno == errno.EADDRINUSE:
            raise PortTaken("tcp", (host, port)) from failure
        raise AddressUnusable("tcp", (host, port), failure.strerror or str(failure)) from failure
    host, port = runner.addresses[0][:2]
    tasks = Tasks("http")
    if context is not None and identity is not None:
        tasks.start(watched(context, identity), "certificate")
    return HttpServer(runner, (host, port), tasks)
