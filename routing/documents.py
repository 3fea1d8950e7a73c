"""Documents as they are kept: what disk and pages share about what an administrator or supervisor changed, and how.

Times are seconds since 1970 UTC. `data` is a document as JSON values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from routing.check import Finding

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """`version` rises with each change of this document, also over its removal; `changed_by`: a login, or `hotline`."""

    kind: str
    key: str
    version: int
    changed_at: float
    changed_by: str
    data: Data


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """One write. `revision` rises by one over all kinds; `origin`: a network address, or `command line`.

    `before` is None where there was no such document, `after` where it was taken away.
    """

    revision: int
    at: float
    who: str
    origin: str
    kind: str
    key: str
    before: Data | None
    after: Data | None


class DocumentsRefused(ValueError):
    """What was to be written may not hold, or cannot be read; nothing was written.

    Beside the codes of `routing.check`, for data that cannot be read: missing (`field` must be there), type (`value`
    says what is wanted: text, whole, number, yes_no, list, object), choice (`value` names the ones there are), account
    (no account has this login), case (no case has this number), prompt (there is no recording of this name), menu,
    survey (none of this name and purpose) and fixed (it can be changed, not taken away). Of the roster: operator (the
    account is none of one), twice (named twice) and overlap (`value`: the login, and the two duties that are at once).
    Of texts: placeholder
    (there is none of this name), brace (one without the other), empty and long (`value`: segments).
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f"{one.kind}/{one.key} {one.field}: {one.code} {one.value}" for one in findings))
        self.findings = tuple(findings)


class StaleDocument(Exception):
    """Somebody else has changed the document meanwhile. `current`: as it stands now, None where it is gone."""

    def __init__(self, expected: int, current: StoredDocument | None) -> None:
        super().__init__(f"version {expected} was expected, {current.version if current else 'none'} is there")
        self.expected, self.current = expected, current


class NoSuchDocument(LookupError):
    """There is no document of this kind with this key, or no such kind."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind}/{key}")
        self.kind, self.key = kind, key


class DutiesThere(Exception):
    """Days that were to be filled have people on duty already; nothing was written. `duties`: ids of those."""

    def __init__(self, duties: Sequence[str]) -> None:
        super().__init__(", ".join(duties))
        self.duties = tuple(duties)
