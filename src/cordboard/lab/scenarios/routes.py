"""The lab's HTTP API for scenarios and queues, as routes for whoever serves HTTP.

    POST   /lab/scenarios        the text of a scenario's file -> 201 {"id":"s1",...}
    GET    /lab/scenarios        all of them, without their customers
    GET    /lab/scenarios/{id}   with the account of every customer
    DELETE /lab/scenarios/{id}   ends it: whoever is on the phone hangs up
    GET    /lab/queues           who waits where, and what was counted

Whatever is wrong with a scenario is said in `error` and, one by one, in `problems`.
"""

from __future__ import annotations

import asyncio
from typing import Any

from aiohttp import web

from cordboard.lab.contact_center.reading import WrongFile
from cordboard.lab.contact_center.statistics import QueueView
from cordboard.lab.scenarios.reading import parse
from cordboard.lab.scenarios.runner import ScenarioRun, Scenarios
from cordboard.lab.sip_server.server import SipServer


def routes(scenarios: Scenarios, server: SipServer) -> list[web.RouteDef]:
    """The routes, ready for `web.Application.add_routes`."""
    api = _Api(scenarios, server)
    return [
        web.post("/lab/scenarios", api.start),
        web.get("/lab/scenarios", api.every),
        web.get("/lab/scenarios/{id}", api.one),
        web.delete("/lab/scenarios/{id}", api.cancel),
        web.get("/lab/queues", api.queues),
    ]


class _Api:
    def __init__(self, scenarios: Scenarios, server: SipServer) -> None:
        self._scenarios = scenarios
        self._server = server

    async def start(self, request: web.Request) -> web.Response:
        name = request.query.get("name", "scenario.toml")
        try:
            text = (await request.read()).decode()
            scenario = parse(text, name if name.isprintable() else "scenario.toml")
        except UnicodeDecodeError:
            return _wrong([f"{name}: not UTF-8 text"])
        except WrongFile as error:
            return _wrong(list(error.problems))
        run = self._scenarios.start(scenario)
        return web.json_response(short(run), status=201, headers={"Location": f"/lab/scenarios/{run.id}"})

    async def every(self, request: web.Request) -> web.Response:
        return web.json_response({"scenarios": [short(run) for run in self._scenarios.runs.values()]})

    async def one(self, request: web.Request) -> web.Response:
        run = self._find(request)
        return web.json_response(full(run)) if run is not None else _no_such()

    async def cancel(self, request: web.Request) -> web.Response:
        run = self._find(request)
        if run is None:
            return _no_such()
        run.cancel()
        return web.Response(status=204)

    async def queues(self, request: web.Request) -> web.Response:
        router, now = self._server.switch.routing.router, asyncio.get_running_loop().time()
        points = router.center.routing_points.values()
        return web.json_response(
            {
                "routingPoints": [{"number": each.number, "name": each.name, "queue": each.queue} for each in points],
                "queues": [_queue(view) for view in router.queues(now)],
            }
        )

    def _find(self, request: web.Request) -> ScenarioRun | None:
        return self._scenarios.runs.get(request.match_info["id"])


def short(run: ScenarioRun) -> dict[str, Any]:
    """A scenario without its customers."""
    return {
        "id": run.id,
        "name": run.scenario.name,
        "seed": run.scenario.seed,
        "over": run.finished.is_set(),
        "summary": run.account().summary(),
    }


def full(run: ScenarioRun) -> dict[str, Any]:
    return {**short(run), "customers": [entry.view() for entry in run.account().entries]}


def _queue(view: QueueView) -> dict[str, Any]:
    counts = view.counts
    average = counts.total_answered_wait / counts.answered if counts.answered else 0.0
    return {
        "queue": view.queue,
        "waiting": view.waiting,
        "longestWait": round(view.longest_wait, 3),
        "entered": counts.entered,
        "answered": counts.answered,
        "abandoned": counts.abandoned,
        "overflowed": counts.overflowed,
        "released": counts.released,
        "redirected": counts.redirected,
        "averageAnsweredWait": round(average, 3),
        "longestAnsweredWait": round(counts.longest_answered_wait, 3),
    }


def _wrong(problems: list[str]) -> web.Response:
    return web.json_response({"error": problems[0], "problems": problems}, status=400)


def _no_such() -> web.Response:
    return web.json_response({"error": "there is no such scenario; GET /lab/scenarios lists them"}, status=404)
