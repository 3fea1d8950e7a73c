"""What AMI tells, turned into the call core's events at the door. Pure but for the set of known contacts."""

from collections.abc import Iterable

from agi.ami import Event
from routing import events as ev

TRUNK = "trunk"
VISITORS = "phone-page"
"""The endpoint of the telephones in the page (demo). No login and no number can hold its hyphen."""
CITIZENS = frozenset({TRUNK, VISITORS})
"""The endpoints whose channels are citizens; every other one is an operator's phone."""

RESULTS = {
    "NOANSWER": ev.RingResult.NOT_ANSWERED,
    "BUSY": ev.RingResult.REFUSED,
    "CANCEL": ev.RingResult.CANCELLED,
    "CHANUNAVAIL": ev.RingResult.UNREACHABLE,
    "CONGESTION": ev.RingResult.UNREACHABLE,
}


def endpoint_of(channel: str) -> str:
    """`PJSIP/op1001-0000002a` -> `op1001`; anything else -> an empty string."""
    technology, _, rest = channel.partition("/")
    return rest.rpartition("-")[0] if technology == "PJSIP" else ""


def is_citizen(channel: str) -> bool:
    return endpoint_of(channel) in CITIZENS


class Facts:
    """Translates events. Keeps each phone's contacts, since a re-registration tells new and old in any order."""

    def __init__(self) -> None:
        self._contacts: dict[str, set[str]] = {}

    def of(self, event: Event) -> list[ev.Event]:
        """The core's events that follow from one AMI event; an empty list for what does not concern it."""
        match event.get("Event"):
            case "UserEvent":
                return _of_dialplan(event)
            case "DialBegin" | "DialEnd":
                return _of_dial(event)
            case "Hangup" if is_citizen(event.get("Channel", "")) and event.get("AccountCode"):
                return [ev.CallEnded(event["AccountCode"], _number(event.get("Cause")))]
            case "ContactStatus":
                return self._of_contact(event)
            case _:
                return []

    def contacts(self, listed: Iterable[tuple[str, str]], known: Iterable[str]) -> list[ev.Event]:
        """What follows from the full list of (phone, contact); `known` are the phones believed to be registered."""
        self._contacts = {}
        for phone, uri in listed:
            self._contacts.setdefault(phone, set()).add(uri)
        lost = [ev.PhoneLost(phone) for phone in known if phone not in self._contacts]
        return [*lost, *(ev.PhoneRegistered(phone) for phone in self._contacts)]

    def _of_contact(self, event: Event) -> list[ev.Event]:
        phone, uri = event.get("AOR", ""), event.get("URI", "")
        mine = self._contacts.setdefault(phone, set())
        if event.get("ContactStatus") in ("Removed", "Unreachable"):
            mine.discard(uri)
            return [] if mine else [ev.PhoneLost(phone)]
        mine.add(uri)
        return [ev.PhoneRegistered(phone)]


def _of_dialplan(event: Event) -> list[ev.Event]:
    call, channel = event.get("Call", ""), event.get("Channel", "")
    if not call or not is_citizen(channel):
        return []
    match event.get("UserEvent"):
        case "Waiting":
            return [ev.CallerWaiting(call, channel)]
        case "AfterDial":
            operator, status = event.get("Operator", ""), event.get("Status", "")
            if status == "ANSWER":
                return [ev.OperatorLegEnded(call, operator, 0)]
            return [ev.RingEnded(call, operator, RESULTS.get(status, ev.RingResult.UNREACHABLE))]
        case "MessageStarted":
            return [ev.MessageStarted(call)]
        case "MessageTaken":
            return [ev.MessageTaken(call)]
        case "Goodbye":
            return [ev.GoodbyeSaid(call, by_operator=event.get("By") == "operator")]
        case _:
            return []


def _of_dial(event: Event) -> list[ev.Event]:
    call, channel = event.get("AccountCode", ""), event.get("DestChannel", "")
    operator = endpoint_of(channel)
    if not call or not operator or not is_citizen(event.get("Channel", "")):
        return []
    if event["Event"] == "DialBegin":
        return [ev.RingStarted(call, operator, channel)]
    if event.get("DialStatus") == "ANSWER":
        return [ev.OperatorAnswered(call, operator, channel)]
    return []  # how a ring ended without a talk is told once, by AfterDial


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
