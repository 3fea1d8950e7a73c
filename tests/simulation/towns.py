"""Cities to try days out in."""

from routing.policy import Line, Member, Policy, Rules
from routing.queues import Need, Overflow, OverflowKind, Queue, Step, Strategy

FOR_EVER = 10**9

PLAIN = Policy.of(
    [
        Queue(
            "main", "市长热线", ring_s=60, wrap_up_s=0, nobody_wait_s=FOR_EVER, max_wait_s=FOR_EVER, announce_every_s=0
        ),
        Member("op1001", ("main",)),
        Rules(),
    ]
)
"""What the formulas think of: one line, nobody preferred, nobody sent away."""

MARKOV = """
urgent = 0.0
again = 0.0
round_s = 600
menu = { mean_s = 0, shape = "fixed" }
answer = { mean_s = 0, shape = "fixed" }
wrap_up = { mean_s = 0, shape = "fixed" }
lines = { 12345 = 1.0 }
"""
"""The plan that goes with it: who is connected talks, and who has talked is free."""

MANIFOLD = Policy.of(
    [
        Queue(
            "main",
            "市长热线",
            ring_s=6,
            wrap_up_s=30,
            max_wait_s=60,
            max_length=3,
            when_full=Overflow(OverflowKind.QUEUE, "spare"),
            when_waited=Overflow(OverflowKind.CALL_BACK),
        ),
        Queue("spare", "备用", ring_s=8, max_wait_s=20, when_waited=Overflow(OverflowKind.NUMBER, "073112345")),
        Queue("all", "齐振", strategy=Strategy.RING_ALL, ring_s=5, prefer_s=10, max_wait_s=45, head_start_s=60),
        Queue(
            "law",
            "法律",
            strategy=Strategy.ROUND_ROBIN,
            max_wait_s=90,
            hours=("daily 08:00-20:00",),
            needs=(Need("law", (Step(0, 5), Step(20, 1), Step(40, 0))),),
            when_closed=Overflow(OverflowKind.CALL_BACK),
        ),
        Line("12345", "市长热线", "12345", "main"),
        Line("12369", "环保", "环保", "all"),
        Line("12348", "法律服务", "法律服务", "law"),
        Member("op1001", ("main", "all", "law"), {"law": 8}),
        Member("op1002", ("main", "all"), {}),
        Member("op1003", ("main", "spare", "law"), {"law": 2}),
        Member("leader1", ("nobody calls here",)),
        Rules(),
    ]
)
"""Every way of choosing, waiting and being sent on."""

CROWDED = """
calls = 1200
operators = [1, 1, 0, 0, 1, 1, 2, 3, 5, 6, 4, 5, 3, 6, 5, 5, 4, 4, 3, 2, 2, 2, 1, 1]
talk = { mean_s = 200, shape = "exponential" }
answer = { mean_s = 4, shape = "lognormal", cv = 1.0 }
lines = { 12345 = 0.6, 12369 = 0.2, 12348 = 0.2 }
"""
"""A day with too few of them, some of whom are slow to answer."""
