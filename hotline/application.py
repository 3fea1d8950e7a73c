"""The application: builds every part and joins them. Asterisk runs beside it and goes on without it."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Container, Sequence

from prometheus_client import CollectorRegistry, ProcessCollector

from agent_console.app import build
from agent_console.hub import Hub
from agent_console.news import News
from agent_console.parts import Softphone, Visitors
from agi.ami import Ami, AmiError, Event
from agi.arrive import Arrive
from agi.aside import Held, Quiet
from agi.caller import home_code, number
from agi.configuration import Layout, Secrets
from agi.control import Control
from agi.endpoints import REALM, VISITORS, Endpoints, softphone_of
from agi.facts import Facts
from agi.fastagi import Server
from agi.feature import Feature
from agi.phones import Phones
from agi.round import Round
from agi.survey import Survey
from cases.office import Office
from cases.work import Backlog
from cases.worklist import Worklist
from channels.outbox import Outbox
from channels.twilio import Twilio
from config.settings import Settings
from hotline import spoken
from hotline.clerk import Clerk
from hotline.clock import Clock
from hotline.dialling import Dialling
from hotline.following import Following
from hotline.health import health
from hotline.housekeeping import Housekeeping
from hotline.menus import Menus
from hotline.metrics import Figures, MeteredDesk
from hotline.owing import Owing
from hotline.places import Places
from hotline.progress import Progress
from hotline.reconcile import Reconcile
from hotline.studio import Studio
from hotline.web import Web
from ivr.check import Known
from ivr.menu import Purpose
from routing import effects as fx
from routing import events as ev
from routing import presence_events as pe
from routing.callers import REMEMBERED_S
from routing.desk import Desk
from routing.guard import HOUR_S
from routing.loop import Loop, Worker
from routing.policy import Policy
from routing.records import StoreFault
from routing.snapshot import Snapshot
from storage.journal import Journal
from storage.store import Store
from storage.work import Owed
from worktime.quiet import QuietHours

log = logging.getLogger(__name__)

SETTLED_S = 3.0
"""How long the end of the application waits for the store to take what the journal holds."""


class Gateway:
    """The desk as the console sees it."""

    def __init__(self, desk: Desk, loop: Loop) -> None:
        self._desk, self._loop = desk, loop

    def post(self, event: ev.Event) -> None:
        self._loop.post(event)

    async def ask(self, event: ev.Event) -> list[fx.Effect]:
        return await self._loop.ask(event)

    def snapshot(self) -> Snapshot:
        return self._desk.snapshot


class Application:
    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._places = Places(settings.home)
        self._clock = clock = Clock()
        layout, secrets = Layout(settings.home), Secrets.kept(settings.home)
        hub = Hub(clock)
        self._news = news = News(hub, lambda: desk.snapshot, clock, settings.zone, calls_out=bool(settings.trunk_out))
        self._journal = Journal.open(settings.home / "journal", store.journal_position())
        self._journal.check_owner(store.journal_name(self._journal.name))
        self._clerk = Clerk(
            store,
            self._journal,
            layout.recordings,
            clock=clock,
            saved=news.saved,
            messages=self._worked,
            marked=lambda policy: self._post(ev.PolicyChanged(policy)),
            policy=lambda: desk.snapshot.policy,
        )
        self._clerk.catch_up()
        policy = store.policy()
        metrics = CollectorRegistry()
        self._desk = desk = MeteredDesk(policy, metrics)
        prompts = spoken.Library(store, layout)
        studio = Studio(layout.prompts)
        try:
            prompts.load()
            studio.tidy(store.sounds_named())
        except OSError as fault:  # what was laid before is played
            log.error("the city's own prompts cannot be put where Asterisk plays them, or looked through: %s", fault)
            prompts.behind = True
        menus = Menus(store, lambda: _known(prompts, desk.snapshot.policy, settings))
        menus.load()
        self._endpoints = Endpoints()
        self._reloaded = asyncio.Event()
        self._facts = Facts(self._endpoints)
        self._phones_ami = Ami(port=settings.ami_port, username="phones", secret=secrets.phones, on_up=self._phones_up)
        self._desk_ami = Ami(
            port=settings.ami_port,
            username="desk",
            secret=secrets.desk,
            on_up=self._desk_up,
            on_down=lambda: self._post(ev.TelephonyChanged(False)),
            on_event=self._on_event,
            clock=clock,
        )
        self._dialer_ami = Ami(port=settings.ami_port, username="dialer", secret=secrets.dialer)
        self._phones = Phones(self._phones_ami)
        self._following = Following(settings, store, self._phones_ami, lambda: desk.snapshot.policy, clock)
        self._chores = Housekeeping(
            self._places.heard, layout.events, clock, lambda: desk.snapshot.policy, menus, prompts
        )
        self._owing = Owing(store, lambda: desk.snapshot.policy, self._post, self._clerk.settled)
        control = Control(self._desk_ami, self._dialer_ami, self._endpoints, self._post)
        workers: dict[type, Worker] = {
            fx.ConnectCall: control.connect_call,
            fx.CheckSound: control.check_sound,
            fx.ReturnCaller: control.return_caller,
            fx.TransferCaller: control.transfer_caller,
            fx.MoveTalk: control.move_talk,
            fx.DropLegs: control.drop_legs,
            fx.CallOut: Dialling(control, self._clerk, store, self._post, lambda: desk.snapshot.policy).call_out,
            fx.NoteAttempt: self._clerk.left_work,
            fx.RingSpy: control.ring_spy,
            fx.MoveSpy: control.move_spy,
            fx.NoteWatch: self._clerk.note_watch,
            fx.TakeMessage: control.take_message,
            fx.OfferCallBack: control.offer_call_back,
            fx.ForwardCall: control.forward_call,
            fx.EndCall: control.end_call,
            fx.SaveCall: self._clerk.save_call,
            fx.AskWitness: self._ask_witness,
            fx.SaveOperator: self._clerk.save_operator,
            fx.OpenWork: self._clerk.left_work,
            fx.AttachCaller: self._clerk.left_work,
            fx.MarkCaller: self._clerk.mark_caller,
            fx.Refuse: _refuse,
            **news.workers(),
            fx.ShowPolicy: self._show_policy,
            fx.NoteOutbound: self._note_outbound,
        }
        term = store.next_term()
        self._loop = Loop(desk, clock, workers, term=term)
        away_s = self._chores.away_s()
        for caller, login, at in store.recent_talks(clock() - REMEMBERED_S):
            self._loop.post(ev.CallerRemembered(caller, login, at))
        for called, login, at in store.outbound_since(clock() - HOUR_S):
            self._loop.post(ev.OutboundRemembered(called, login, at))
        for operator in store.presence():  # before any page or phone can say a word of him
            self._loop.post(pe.OperatorAdopted(operator, away_s))
        self._outbox = self._provided()
        self._console = build(
            store=store,
            gateway=Gateway(desk, self._loop),
            hub=hub,
            news=news,
            office=Office(store, clock, settings.zone),
            worklist=Worklist(store, clock, lambda: desk.snapshot.policy.rules.call_back_tries),
            clock=clock,
            timezone=settings.zone,
            recordings=layout.recordings,
            softphone=_softphone(settings),
            new_secret=lambda login: _answered(self._phones.new_secret(login)),
            health=self._health,
            metrics=metrics,
            may_forward=bool(settings.trunk_out),
            prompts=prompts,
            studio=studio,
            menus=menus,
            visitors=Visitors(VISITORS, lambda: _answered(self._phones.visitors_secret())) if settings.demo else None,
            incidents=spoken.incidents(),
            one_form=lambda raw: number(raw, settings.country),
            home_code=home_code(settings.country),
            sends_texts=settings.sends_texts,
            worked=self._worked,
        )
        self._reconcile = Reconcile(
            desk=self._desk_ami,
            phones=self._phones_ami,
            facts=self._facts,
            store=store,
            log_file=layout.events,
            snapshot=lambda: desk.snapshot,
            clock=clock,
            post=self._loop.post,
            finish=self._clerk.finish,
            settled=self._clerk.settled,
            set_forward=clock.steps,
            country=settings.country,
        )
        residents, country = self._following.residents, settings.country
        self._agi = Server(
            {
                "arrive": Arrive(
                    self._loop.post,
                    lambda: desk.snapshot,
                    clock,
                    residents,
                    menus.of_line,
                    prompts,
                    country,
                    Progress(store),
                ),
                "survey": Survey(
                    self._loop.post,
                    lambda: desk.snapshot,
                    lambda name: menus.named(name, Purpose.AFTER_TALK),
                    country,
                ),
                "round": Round(self._loop.post, lambda: desk.snapshot, clock, residents, country),
                "held": Held(lambda: desk.snapshot),
                "quiet": Quiet(lambda: desk.snapshot),
                "feature": Feature(self._loop.ask, lambda: desk.snapshot),
            }
        )
        amis = {"desk": self._desk_ami, "phones": self._phones_ami, "dialer": self._dialer_ami}
        metrics.register(Figures(desk, self._loop, hub, self._agi, amis, term, clock))
        ProcessCollector(registry=metrics)

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        server = Web(self._console, self._settings)
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, server.leave)
        self._journal.start()
        try:
            async with asyncio.TaskGroup() as tasks:
                work = [
                    tasks.create_task(self._clerk.run(), name="clerk"),
                    tasks.create_task(self._loop.run(), name="desk"),
                    tasks.create_task(self._phones_ami.run(), name="ami phones"),
                    tasks.create_task(self._desk_ami.run(), name="ami desk"),
                    tasks.create_task(self._dialer_ami.run(), name="ami dialer"),
                    tasks.create_task(self._follow_reloads(), name="reloads"),
                    tasks.create_task(self._following.run(), name="policy"),
                    tasks.create_task(self._owing.run(), name="call-backs"),
                    *(tasks.create_task(chore, name=name) for name, chore in self._chores.chores().items()),
                ]
                if self._outbox is not None:
                    work.append(tasks.create_task(self._outbox.run(), name="texts"))
                await server.serve()
                with contextlib.suppress(TimeoutError):  # what is left the next start brings to the store
                    async with asyncio.timeout(SETTLED_S):
                        await self._clerk.settled()
                        if self._outbox is not None:
                            await self._outbox.settled()
                for task in work:
                    task.cancel()
        finally:
            await self._agi.stop()
            self._journal.close()

    def _provided(self) -> Outbox | None:
        """What sends texts; None where there is no account to send them by."""
        settings, desk = self._settings, self._desk
        if not settings.sends_texts:
            log.info("no text is sent: there are no credentials of a provider (HOTLINE_TWILIO_ACCOUNT_SID)")
            return None
        twilio = Twilio(
            settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_sender, settings.twilio_base_url
        )
        return Outbox(
            self._store,
            twilio,
            clock=self._clock,
            country=settings.country,
            zone=settings.zone,
            quiet=lambda: QuietHours(desk.snapshot.policy.rules.quiet_begins, desk.snapshot.policy.rules.quiet_ends),
        )

    # -- joints ----------------------------------------------------------------------------------------------------

    def _post(self, event: ev.Event) -> None:
        self._loop.post(event)

    async def _desk_up(self) -> None:
        """Adopt what runs, and only then answer the dialplan: a round of the music must not meet an empty desk."""
        await self._know_desk_phones()
        await self._reconcile.run()
        if self._phones_ami.up:  # their registrations are told on this connection: what it missed is asked for
            await self._reconcile.phones()
        if not self._agi.listening:
            await self._agi.start("127.0.0.1", self._settings.agi_port)
            if self._settings.trunk_out:
                self._owing.begin()

    def _worked(self, backlog: Backlog, changed: Sequence[Owed]) -> None:
        self._news.messages(backlog, changed)
        self._owing.tell(changed)

    async def _ask_witness(self, order: fx.Order) -> None:
        await self._reconcile.ask_witness(order)

    async def _phones_up(self) -> None:
        await self._know_desk_phones()
        await self._reconcile.phones()
        self._following.changed()

    async def _show_policy(self, order: fx.Order) -> None:
        await self._news.show_policy(order)
        self._following.changed()
        self._owing.go_by_policy()

    async def _note_outbound(self, order: fx.Order) -> None:
        await self._clerk.note_outbound(order)
        await self._news.alarm(order)

    async def _know_desk_phones(self) -> None:
        try:
            phones = await self._store.read(self._store.desk_phones)
        except StoreFault:
            if not self._agi.listening:  # never known yet
                raise
            log.exception("the desk phones cannot be read; going on with those that are known")
            return
        self._endpoints.have_desk_phones(phone.login for phone in phones)

    async def _follow_reloads(self) -> None:
        """Desk phones are added and removed by commands beside us, which let Asterisk read its phones anew.

        What their operators serve has come into the policy with them.
        """
        while True:
            await self._reloaded.wait()
            self._reloaded.clear()
            try:
                self._post(ev.PolicyChanged(await self._store.read(self._store.policy)))
                await self._know_desk_phones()
                await self._reconcile.phones()
            except (AmiError, StoreFault) as fault:  # asked for again at the next connect
                log.error("the operators' phones cannot be read: %s", fault)

    def _on_event(self, event: Event, at: float) -> None:
        if event.get("Event") == "Reload":
            self._reloaded.set()
        for fact in self._facts.of(event):
            self._loop.post(fact, at)

    async def _health(self) -> dict[str, str]:
        return await health(self._phones_ami, self._desk_ami, self._settings.agi_port, self._store, self._journal)


def _known(prompts: Container[str], policy: Policy, settings: Settings) -> Known:
    """What menus may name as things are."""
    return Known(prompts, policy.queues, bool(settings.trunk_out), policy.unfit)


def _softphone(settings: Settings) -> Softphone:
    server = "wss://{host}/sip" if settings.tls else f"ws://{settings.bind}:{settings.sip_ws_port}/ws"
    return Softphone(server=server, realm=REALM, ice_servers=settings.ice_servers, username=softphone_of)


async def _refuse(order: fx.Order) -> None:
    assert isinstance(order.effect, fx.Refuse)
    log.info("refused: %s", order.effect.reason)


async def _answered(secret: Awaitable[str]) -> str:
    try:
        return await secret
    except AmiError as fault:
        raise ConnectionError(str(fault)) from fault
