"""The console as one ASGI application, made of the parts it is given."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from agent_console import live, problems
from agent_console.api import (
    accounts,
    calendar,
    calls,
    cases,
    city,
    dialling,
    handovers,
    health,
    marks,
    messages,
    metrics,
    notices,
    operators,
    outbound,
    phone,
    pickup,
    policy,
    queues,
    roster,
    sessions,
    softphone,
    supervision,
    talks,
    team,
    texts,
    transfers,
)
from agent_console.api import (
    menus as voice_menus,
)
from agent_console.api import (
    prompts as voice_prompts,
)
from agent_console.api import (
    sounds as voice_sounds,
)
from agent_console.audit import Audit
from agent_console.desk import Gateway
from agent_console.gate import Gate
from agent_console.hub import Hub
from agent_console.live import Rhythm
from agent_console.metered import Metered
from agent_console.news import News
from agent_console.pages import DIST, Pages, Shield
from agent_console.parts import (
    API,
    NO_INCIDENTS,
    Clock,
    Console,
    Health,
    Incidents,
    Menus,
    NewSecret,
    Prompts,
    Softphone,
    Studio,
    Visitors,
    Worked,
)
from agent_console.session import Sessions
from agent_console.store import ConsoleStore
from agent_console.tickets import Tickets
from agent_console.views.calls import CallViews
from agent_console.views.papers import PaperViews
from cases.office import Office
from cases.worklist import Worklist

SUBJECTS = (
    sessions.router,
    city.router,
    dialling.router,
    phone.router,
    softphone.router,
    operators.router,
    team.router,
    calls.router,
    talks.router,
    supervision.router,
    pickup.router,
    transfers.router,
    outbound.router,
    cases.router,
    messages.router,
    queues.router,
    policy.router,
    notices.router,
    marks.router,
    accounts.router,
    calendar.router,
    roster.router,
    handovers.router,
    texts.router,
    voice_menus.router,
    voice_sounds.router,
    voice_prompts.router,
    health.router,
    metrics.router,
)


def build(
    *,
    store: ConsoleStore,
    gateway: Gateway,
    hub: Hub,
    news: News,
    office: Office,
    worklist: Worklist,
    clock: Clock,
    timezone: ZoneInfo,
    recordings: Path,
    softphone: Softphone,
    new_secret: NewSecret,
    health: Health,
    metrics: CollectorRegistry,
    may_forward: bool = False,
    visitors: Visitors | None = None,
    incidents: Incidents = NO_INCIDENTS,
    prompts: Prompts,
    studio: Studio,
    menus: Menus,
    one_form: Callable[[str], str] = str,
    home_code: str = "",
    sends_texts: bool = False,
    worked: Worked | None = None,
    origins: Iterable[str] = (),
    pages: Path = DIST,
    rhythm: Rhythm | None = None,
    ticks: Clock = time.monotonic,
) -> FastAPI:
    """The application.

    `clock`: seconds since 1970 UTC; `ticks`: seconds of a steady clock. `origins`: addresses of our pages besides the
    one they are asked at, as `https://hotline.example.org`. `pages`: the folder of the built page. `metrics`: what
    `/metrics` tells. `may_forward`: whether an outgoing trunk leads to other platforms' numbers; `visitors`: for the
    telephone in the page, None where there is none. `incidents`: what supervisors may publish; `prompts`: those
    that are recorded, by name; `studio`: what makes new ones; `menus`: those that calls begin with.
    `one_form`: a telephone number as it is kept, however it was typed; `home_code`: the code of the country whose
    numbers are kept without it, as `+86`. `sends_texts`: whether there is an account by which they can be sent.
    `worked`: told of call-backs that changed, the news alone if it is not given.
    """
    signed_in = Sessions(store, clock, ticks=ticks)
    console = Console(
        store=store,
        gateway=gateway,
        hub=hub,
        news=news,
        office=office,
        worklist=worklist,
        sessions=signed_in,
        audit=Audit(store, clock),
        gate=Gate(signed_in),
        tickets=Tickets(ticks),
        views=CallViews(timezone),
        papers=PaperViews(timezone),
        clock=clock,
        ticks=ticks,
        recordings=recordings,
        softphone=softphone,
        new_secret=new_secret,
        health=health,
        origins=frozenset(origins),
        metrics=metrics,
        may_forward=may_forward,
        visitors=visitors,
        incidents=incidents,
        prompts=prompts,
        studio=studio,
        menus=menus,
        one_form=one_form,
        home_code=home_code,
        sends_texts=sends_texts,
        worked=worked or news.messages,
    )
    app = FastAPI(title="Hotline 12345", openapi_url=f"{API}/openapi.json", docs_url=None, redoc_url=None)
    problems.install(app)
    app.add_middleware(Shield, softphone=softphone)
    app.add_middleware(Metered, registry=metrics)
    # Taken over as they are: each route that is included is built a second time, with all models of its shapes.
    for made in (*(router(console) for router in SUBJECTS), live.router(console, rhythm or Rhythm())):
        app.router.routes.extend(made.routes)
    app.mount("/", Pages(pages), name="pages")
    return app
