"""What people do that must be known afterwards, told to the store. Nothing here waits, and nothing here fails."""

from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import HTTPConnection

from agent_console.session import SignedIn
from agent_console.store import People
from routing.records import Act, AuditEntry, RecordingRow

ONCE_S = 600.0
"""A player asks for a recording in many parts: within this time, one session's hearing of it is one."""
KEPT = 10_000
SUBJECT = 200


class Audit:
    """`clock` gives seconds since 1970 UTC."""

    def __init__(self, store: People, clock: Callable[[], float]) -> None:
        self._store, self._clock = store, clock
        self._heard: OrderedDict[tuple[str, str], float] = OrderedDict()

    def played(self, who: SignedIn, row: RecordingRow, origin: str) -> None:
        now, key = self._clock(), (who.token_sha256, row.id)
        if now - self._heard.get(key, -ONCE_S) < ONCE_S:
            return
        self._heard[key] = now
        self._heard.move_to_end(key)
        while len(self._heard) > KEPT:
            self._heard.popitem(last=False)
        self._note(Act.RECORDING_PLAYED, who, row.call_id, origin, row.kind)

    def refused(self, who: SignedIn, call_id: str, origin: str, why: str) -> None:
        """Somebody asked for a recording that there is not, or that is not for him."""
        self._note(Act.RECORDING_REFUSED, who, call_id[:SUBJECT], origin, why)

    def decided(self, who: SignedIn, login: str, origin: str, kind: str, *, granted: bool) -> None:
        """A supervisor agreed to a pause of this kind that the operator asked for, or did not."""
        self._note(Act.PAUSE_GRANTED if granted else Act.PAUSE_DENIED, who, login, origin, kind)

    def _note(self, act: Act, who: SignedIn, subject: str, origin: str, detail: str) -> None:
        self._store.note(AuditEntry(self._clock(), who.account.login, act, subject, origin, detail))


def origin(connection: HTTPConnection) -> str:
    """The address that somebody asks from."""
    return connection.client.host if connection.client else ""
