"""Who may do what: one table, deny by default."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from fastapi import Request

from agent_console.problems import Problem
from agent_console.session import Sessions, SignedIn
from routing.records import Role, StoreFault

log = logging.getLogger(__name__)

COOKIE = "hotline_session"

EVERYONE = frozenset(Role)
AT_A_SEAT = frozenset({Role.OPERATOR, Role.LEADER})
"""Who takes calls: a leader at his seat does what an operator does."""
WATCHERS = frozenset({Role.SUPERVISOR, Role.ADMIN})
ON_THE_LINE = AT_A_SEAT | WATCHERS
WITH_A_PHONE = AT_A_SEAT | {Role.SUPERVISOR}
"""Who may talk with citizens: a supervisor takes a talk over."""

ALLOWED: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "session": EVERYONE,
        "softphone": WITH_A_PHONE,
        "presence": AT_A_SEAT,
        "hangup": WITH_A_PHONE,
        "transfer": WITH_A_PHONE,
        "talk": WITH_A_PHONE,
        "dial": AT_A_SEAT,
        "supervise": frozenset({Role.SUPERVISOR}),  # who keeps the machine has no business in citizens' talks
        "pick-up": AT_A_SEAT,
        "nuisance": AT_A_SEAT,
        "operators": WATCHERS,
        "pauses": WATCHERS,
        "offers": ON_THE_LINE,
        "outbound": WATCHERS,
        "live": ON_THE_LINE,
        "calls": ON_THE_LINE,
        "cases": ON_THE_LINE,
        "messages": ON_THE_LINE,
        "messages/transcribe": frozenset({Role.ADMIN}),
        "queues": ON_THE_LINE,
        "metrics": frozenset({Role.ADMIN}),
        "accounts": WATCHERS,
        "colleagues": ON_THE_LINE,
        "marks": WATCHERS,
        "notices": ON_THE_LINE,
        "notices/publish": WATCHERS,
        "policy-read": WATCHERS,
        **dict.fromkeys(
            (
                *("policy-read/queues", "policy-read/lines", "policy-read/skills", "policy-read/pauses"),
                *("policy-read/areas", "policy-read/rules", "policy-read/notices"),
                *("policy-read/days", "policy-read/contacts"),
                *("policy-read/shifts", "policy-read/duties", "policy-read/handovers"),
            ),
            ON_THE_LINE,
        ),
        **dict.fromkeys(
            (
                *("policy/queues", "policy/lines", "policy/skills", "policy/pauses", "policy/areas", "policy/rules"),
                *("policy/days", "policy/contacts", "policy/destinations"),
            ),
            frozenset({Role.ADMIN}),
        ),
        **dict.fromkeys(("policy/members", "policy/marks", "policy/notices"), WATCHERS),
        "calendar": ON_THE_LINE,
        "roster": ON_THE_LINE,
        "handovers": ON_THE_LINE,
        **dict.fromkeys(("roster/write", "policy/shifts", "policy/duties"), WATCHERS),
        "texts": WATCHERS,
        "texts/resend": WATCHERS,
        **dict.fromkeys(("policy/texts", "policy/menus", "policy/drafts", "policy/prompts"), frozenset({Role.ADMIN})),
        "prompts/record": frozenset({Role.ADMIN}),
        **dict.fromkeys(("menus", "prompts"), WATCHERS),
        "policy/optouts": WATCHERS,
    }
)
"""Group of routes -> roles that may use it. A group that is missing here is closed to all.

Writing documents is a group for each kind, and so is reading them; `policy-read` is reading any other kind, and every
change: who is in special care, and what was changed before, is nothing for all.
"""

SEEN_BY: Mapping[str, frozenset[Role]] = MappingProxyType(
    {
        "operator": WATCHERS,
        "call": WATCHERS,
        "saved": WATCHERS,
        "offer_ended": frozenset(),
        "party_ended": frozenset(),
        "forward_failed": frozenset(),
        "watch": WATCHERS,
        "watched": frozenset(),
        "queue": EVERYONE,
        "policy": EVERYONE,
        "messages": EVERYONE,
        "message": ON_THE_LINE,
        "telephony": EVERYONE,
        "alarm": WATCHERS,
    }
)
"""Kind of frame on the live socket -> roles that see all of that kind; the others see what is their own."""

Refused = Callable[[SignedIn, Request], None]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def need(
        self, group: str | Callable[[Request], str], refused: Refused | None = None
    ) -> Callable[[Request], Awaitable[SignedIn]]:
        """The dependency of a route of `group`, which the request itself may tell: who asks.

        Raises `Problem`: 401 unknown, 403 not allowed, 503 where the database cannot tell.

        `refused` hears of everybody who is known and not allowed.
        """

        async def signed_in(request: Request) -> SignedIn:
            who = await self._who(request)
            named = group if isinstance(group, str) else group(request)
            if who.account.role not in ALLOWED.get(named, frozenset()):
                if refused is not None:
                    refused(who, request)
                raise Problem(
                    403,
                    "not-allowed",
                    "您的账号没有此项权限。如工作需要，请联系管理员。",
                    "Your account may not do this. If your work needs it, ask the administrator.",
                )
            return who

        return signed_in

    async def _who(self, request: Request) -> SignedIn:
        header = request.headers.get("authorization")
        if header is not None:
            scheme, _, token = header.partition(" ")
            token = token.strip() if scheme.lower() == "bearer" else ""
        else:
            token = request.cookies.get(COOKIE, "")
        try:
            who = await self._sessions.find(token) if token else None
        except StoreFault as away:
            log.error("%s %s: nobody knows who asks: %s", request.method, request.url.path, away)
            raise Problem(
                503,
                "store-away",
                "没有执行：数据库暂时无法读取，不能确认您的登录。请稍后重试；通话不受影响，已填写的内容仍在页面上。",
                "Nothing was done: the database cannot be read right now, so nobody knows who you are. Try again in a "
                "moment; calls go on, and what you typed is still here.",
                headers={"Retry-After": "3"},
            ) from away
        if who is None:
            raise Problem(
                401,
                "not-signed-in",
                "尚未登录或登录已过期，请重新登录。",
                "Not signed in, or the session is over: sign in again.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        # another site can make a browser send our cookie, but cannot make it send this header
        if header is None and request.method not in SAFE and request.headers.get("x-requested-with") != "hotline":
            raise Problem(
                403,
                "cross-site",
                "请求不是来自本系统页面，已拒绝。请刷新页面后重试。",
                "Refused: the request does not come from our page (X-Requested-With: hotline). Reload the page.",
            )
        return who
