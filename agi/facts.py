"""What AMI tells, turned into the call core's events at the door. Pure but for the set of known contacts."""

from collections.abc import Iterable

from agi.ami import Event
from agi.endpoints import Endpoints, is_citizen, is_outside, login_of, operator_of
from routing import events as ev
from routing import out_events as oe
from routing import presence_events as pe
from routing import talk_events as te
from routing import watch_events as we
from routing.talk_events import PartyResult
from routing.watch_events import WatchEnd, WatchMode

RESULTS = {
    "NOANSWER": ev.RingResult.NOT_ANSWERED,
    "BUSY": ev.RingResult.REFUSED,
    "CANCEL": ev.RingResult.CANCELLED,
    "CHANUNAVAIL": ev.RingResult.UNREACHABLE,
    "CONGESTION": ev.RingResult.UNREACHABLE,
}

PARTY_RESULTS = {
    "ANSWER": PartyResult.HUNG_UP,
    "NOANSWER": PartyResult.NOT_ANSWERED,
    "BUSY": PartyResult.BUSY,
    "CANCEL": PartyResult.CANCELLED,
}
"""The same of a second party; what is missing here could not be reached."""

CONSULT = "consult"
"""The context from which an operator calls somebody while his citizen waits."""

SPY = "spy-"
"""How the account of a supervisor's channel at somebody's talk begins; the call's id comes after it."""
ORDERED = "31"
"""Q.850, normal, unspecified: with it we hang up a channel whose share in a call is over."""
SPY_ENDS = {
    "NOANSWER": WatchEnd.NOT_ANSWERED,
    "BUSY": WatchEnd.BUSY,
    "CANCEL": WatchEnd.NOT_ANSWERED,
}
"""Why a supervisor was not reached; what is missing here was unreachable."""

TOGETHER = "all"
"""How the extension begins at which several phones ring together."""

GONE = frozenset({"Removed", "Unreachable"})
"""States of a contact that cannot be rung; one that was not asked yet counts as there."""
UNREACHABLE = frozenset({"Unavailable", "Invalid", "Unknown"})
"""The same of an endpoint."""


def contacts(endpoints: Iterable[Event]) -> list[tuple[str, str]]:
    """(endpoint, contact) of all that can be rung, from the items of PJSIPShowEndpoints.

    Of PJSIPShowContacts there would be those alone that have registered.
    """
    there = [item for item in endpoints if item.get("DeviceState") not in UNREACHABLE]
    named = [(item.get("ObjectName", ""), contact) for item in there for contact in item.get("Contacts", "").split(",")]
    return [(endpoint, contact.removeprefix(f"{endpoint}/")) for endpoint, contact in named if contact]


class Facts:
    """Translates events. Keeps each phone's contacts, since a re-registration tells new and old in any order."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._contacts: dict[str, set[str]] = {}

    def of(self, event: Event) -> list[ev.Event]:
        """The core's events that follow from one AMI event; an empty list for what does not concern it."""
        match event.get("Event"):
            case "UserEvent":
                return _of_dialplan(event)
            case "DialBegin" | "DialEnd":
                return _of_spy_dial(event) if spied_call(event.get("DestAccountCode", "")) else _of_dial(event)
            case "Hangup" if call := spied_call(event.get("AccountCode", "")):
                channel = event.get("Channel", "")
                end = WatchEnd.TALK_OVER if event.get("Cause") == ORDERED else WatchEnd.HUNG_UP
                return [we.SpyGone(call, operator_of(channel), channel, end)]
            case "Hangup" if is_citizen(event.get("Channel", "")) and event.get("AccountCode"):
                return [ev.CallEnded(event["AccountCode"], _number(event.get("Cause")))]
            case "Hangup" if event.get("AccountCode"):
                return [te.ChannelGone(event["AccountCode"], event.get("Channel", ""), _number(event.get("Cause")))]
            case "Hold" | "Unhold":
                return _of_hold_key(event)
            case "ContactStatus":
                return self._of_contact(event)
            case _:
                return []

    def contacts(self, listed: Iterable[tuple[str, str]], known: Iterable[str]) -> list[ev.Event]:
        """What follows from the full list of (endpoint, contact) that can be rung.

        `known` are the operators whose phones are believed to be there.
        """
        self._contacts = {}
        for endpoint, uri in listed:
            self._contacts.setdefault(endpoint, set()).add(uri)
        there = [login_of(endpoint) for endpoint in self._contacts if self._endpoints.rings(endpoint)]
        lost = [pe.PhoneLost(login) for login in known if login not in there]
        return [*lost, *(pe.PhoneRegistered(login) for login in there)]

    def _of_contact(self, event: Event) -> list[ev.Event]:
        endpoint, uri = event.get("AOR", ""), event.get("URI", "")
        mine = self._contacts.setdefault(endpoint, set())
        if event.get("ContactStatus") not in GONE:
            mine.add(uri)
            return [pe.PhoneRegistered(login_of(endpoint))] if self._endpoints.rings(endpoint) else []
        mine.discard(uri)
        return [pe.PhoneLost(login_of(endpoint))] if self._endpoints.rings(endpoint) and not mine else []


def _of_hold_key(event: Event) -> list[ev.Event]:
    """The hold key of an operator's own telephone is his wish, like the one in his page."""
    call, operator = event.get("AccountCode", ""), operator_of(event.get("Channel", ""))
    if not call or not operator or spied_call(call):
        return []
    return [te.HoldRequested(call, operator) if event["Event"] == "Hold" else te.ResumeRequested(call, operator)]


def _of_dialplan(event: Event) -> list[ev.Event]:
    call, channel = event.get("Call", ""), event.get("Channel", "")
    if call and operator_of(channel) and event.get("UserEvent") == "ConsultOver":
        result = PARTY_RESULTS.get(event.get("Status", ""), PartyResult.UNREACHABLE)
        return [te.PartyEnded(call, event.get("Party", ""), result)]
    if call and spied_call(event.get("AccountCode", "")) == call and event.get("UserEvent") == "Spying":
        return [we.SpyPlaced(call, operator_of(channel), channel, WatchMode(event.get("Mode", "")))]
    if not call or not is_citizen(channel):
        return []
    match event.get("UserEvent"):
        case "Waiting":
            return [ev.CallerWaiting(call, channel)]
        case "AfterDial":
            return _after_dial(event, call)
        case "MessageStarted":
            return [ev.MessageStarted(call)]
        case "MessageRecording":
            return [ev.MessageRecording(call, _number(event.get("Take")))]
        case "MessageTaken":
            return [ev.MessageTaken(call, _number(event.get("Take")), event.get("Status", ""))]
        case "MessageConfirmed":
            return [ev.MessageConfirmed(call, _number(event.get("Take")), by_key=event.get("By") == "key")]
        case "NoticeJoined":
            return [ev.NoticeJoined(call, event.get("Case", ""))]
        case "CallBackWanted":
            return [ev.CallBackWanted(call)]
        case "RoomLeft":
            return [te.RoomLeft(call)]
        case "ForwardStarted":
            return [ev.ForwardStarted(call, event.get("Number", ""))]
        case "ForwardFailed":
            return [ev.ForwardFailed(call, event.get("Status", ""))]
        case "Goodbye":
            return [ev.GoodbyeSaid(call, by_operator=event.get("By") == "operator")]
        case _:
            return []


def _after_dial(event: Event, call: str) -> list[ev.Event]:
    """`Operator` names the endpoint that was rung, or all of them; `Peer` is the channel of who answered."""
    rung, status = event.get("Operator", "").split("&"), event.get("Status", "")
    logins = [login_of(endpoint.removeprefix("PJSIP/")) for endpoint in rung]
    if status == "ANSWER":
        return [ev.OperatorLegEnded(call, operator_of(event.get("Peer", "")) or logins[0], 0)]
    result = RESULTS.get(status, ev.RingResult.UNREACHABLE)
    if len(logins) > 1 and result is not ev.RingResult.CANCELLED:
        result = ev.RingResult.UNREACHABLE  # those that rang were told of one by one, and are over already
    return [ev.RingEnded(call, login, result) for login in logins]


def _of_dial(event: Event) -> list[ev.Event]:
    call, channel, status = event.get("AccountCode", ""), event.get("DestChannel", ""), event.get("DialStatus", "")
    if call and event.get("Context") == CONSULT and operator_of(event.get("Channel", "")):
        party = operator_of(channel)
        if event["Event"] == "DialBegin":
            return [te.PartyRang(call, party, channel)]
        return [te.PartyAnswered(call, party, channel)] if status == "ANSWER" else []
    own = event.get("Channel", "")
    if not own and (called := event.get("DestAccountCode", "")) and operator_of(channel):  # we ring him ourselves
        return [ev.RingStarted(called, operator_of(channel), channel)] if event["Event"] == "DialBegin" else []
    if call and operator_of(own) and is_citizen(channel):
        if event["Event"] == "DialBegin":
            return [oe.CitizenRung(call, channel)]
        return [ev.OperatorAnswered(call, operator_of(own), own)] if status == "ANSWER" else []
    if not call or not is_citizen(own):
        return []
    if is_outside(channel):
        return [ev.ForwardAnswered(call)] if status == "ANSWER" else []
    operator = operator_of(channel)
    if not operator:
        return []
    if event["Event"] == "DialBegin":
        return [ev.RingStarted(call, operator, channel)]
    if status == "ANSWER":
        return [ev.OperatorAnswered(call, operator, channel)]
    if event.get("Exten", "").startswith(TOGETHER) and status != "CANCEL":
        return [ev.RingEnded(call, operator, RESULTS.get(status, ev.RingResult.UNREACHABLE))]
    return []  # how a ring at one phone ended without a talk is told once, by AfterDial


def spied_call(account: str) -> str:
    """At whose talk a channel of this account is; "" where it is no supervisor's."""
    return account.removeprefix(SPY) if account.startswith(SPY) else ""


def _of_spy_dial(event: Event) -> list[ev.Event]:
    """A telephone that we ring of ourselves: no channel dials it. That he is there the dialplan tells."""
    call, channel = spied_call(event["DestAccountCode"]), event.get("DestChannel", "")
    supervisor, status = operator_of(channel), event.get("DialStatus", "")
    if event["Event"] == "DialBegin":
        return [we.SpyRang(call, supervisor, channel)]
    if status == "ANSWER":
        return []
    return [we.SpyGone(call, supervisor, channel, SPY_ENDS.get(status, WatchEnd.UNREACHABLE))]


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
