"""The event loop, sockets, clock and HTTP: the only place with asyncio for signalling."""
