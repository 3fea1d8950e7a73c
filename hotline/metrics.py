"""What Prometheus is told, read from the parts when it asks. No label names a person or a number."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from agent_console.hub import Hub
from agi.ami import Ami
from agi.fastagi import Server
from routing import effects as fx
from routing import events as ev
from routing.call import CallState, Outcome
from routing.desk import Desk
from routing.guard import Refusal
from routing.loop import Loop
from routing.operators import OperatorState
from routing.outside import OutboundPurpose
from routing.policy import Policy
from routing.records import Role

PLACED = "placed"
"""What became of a call outside that was not refused."""


class MeteredDesk(Desk):
    """The desk with a watch beside it: how long events take, and what became of the calls that ended."""

    def __init__(self, policy: Policy, registry: CollectorRegistry) -> None:
        super().__init__(policy)
        self.outcomes: Counter[Outcome] = Counter()
        self.outbound: Counter[tuple[str, str]] = Counter()
        """How often a number outside was asked for, by purpose and by what became of it."""
        self._seconds = Histogram(
            "hotline_event_seconds",
            "Time in which the desk handled one event.",
            registry=registry,
            buckets=(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0),
        )

    def handle(self, event: ev.Event, now: float) -> list[fx.Effect]:
        began = time.perf_counter()
        effects = super().handle(event, now)
        self._seconds.observe(time.perf_counter() - began)
        for effect in effects:
            if isinstance(effect, fx.ShowCall) and effect.call.outcome is not None:
                self.outcomes[effect.call.outcome] += 1
            elif isinstance(effect, fx.NoteOutbound):
                self.outbound[effect.purpose.value, effect.refusal or PLACED] += 1
        return effects


@dataclass(frozen=True, slots=True, eq=False)
class Figures(Collector):
    """`clock`: seconds since 1970 UTC. `amis`: AMI connections by their user."""

    desk: MeteredDesk
    loop: Loop
    hub: Hub
    agi: Server
    amis: Mapping[str, Ami]
    term: int
    clock: Callable[[], float]

    def collect(self) -> Iterator[Metric]:
        """Everything as it stands now."""
        now, desk = self.clock(), self.desk.snapshot
        ended = CounterMetricFamily(
            "hotline_calls", "Calls whose end this application saw since its start.", labels=["outcome"]
        )
        for outcome in Outcome:
            ended.add_metric([outcome], self.desk.outcomes[outcome])
        yield ended
        outside = CounterMetricFamily(
            "hotline_outbound_calls",
            "Calls to numbers outside that were asked for since the start: placed, or why not.",
            labels=["purpose", "result"],
        )
        for purpose in OutboundPurpose:
            for result in (PLACED, *Refusal):
                outside.add_metric([purpose, result], self.desk.outbound[purpose.value, str(result)])
        yield outside
        running = Counter(call.state for call in desk.calls.values())
        states = [state for state in CallState if state is not CallState.ENDED]
        yield _gauge("hotline_calls_running", "Calls that run.", "state", {one: running[one] for one in states})
        crew = Counter(operator.state for operator in desk.operators.values())
        yield _gauge("hotline_operators", "Operators.", "state", {one: crew[one] for one in OperatorState})
        figures = {shown.name: shown for shown in self.desk.queue_figures()}
        waiting = {name: figures[name].waiting if name in figures else 0 for name in desk.queues}
        yield _gauge("hotline_queue_waiting", "Citizens who wait.", "queue", waiting)
        since = {name: figures[name].longest_since if name in figures else None for name in desk.queues}
        yield _gauge(
            "hotline_queue_longest_wait_seconds",
            "How long the first in line has waited; 0 when nobody waits.",
            "queue",
            {name: 0.0 if first is None else max(0.0, now - first) for name, first in since.items()},
        )
        yield GaugeMetricFamily("hotline_telephony_up", "Whether Asterisk takes orders.", int(desk.telephony))
        up = {user: int(ami.up) for user, ami in self.amis.items()}
        yield _gauge("hotline_ami_up", "Whether this connection to Asterisk stands.", "user", up)
        failed = CounterMetricFamily(
            "hotline_ami_actions_failed", "Actions that Asterisk refused or did not answer.", labels=["user"]
        )
        for user, ami in self.amis.items():
            failed.add_metric([user], ami.failed)
        yield failed
        yield GaugeMetricFamily("hotline_agi_sessions", "AGI sessions that run.", self.agi.running)
        yield GaugeMetricFamily("hotline_desk_term", "The desk's term: rises with every start.", self.term)
        yield GaugeMetricFamily("hotline_inbox_events", "Events that wait for the desk.", self.loop.waiting)
        pages = Counter(account.role for account in self.hub.pages())
        yield _gauge(
            "hotline_live_connections",
            "Connections to the live socket.",
            "role",
            {role: pages[role] for role in (Role.OPERATOR, Role.LEADER, Role.SUPERVISOR, Role.ADMIN)},
        )
        yield CounterMetricFamily(
            "hotline_live_dropped", "Live connections dropped because they did not read.", self.hub.dropped
        )


def _gauge(name: str, help_: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family
