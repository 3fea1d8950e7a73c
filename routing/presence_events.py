"""What an operator does, and what is seen of his page and telephone. As in `routing.events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from routing.operators import Operator


@dataclass(frozen=True, slots=True)
class OperatorSignedIn:
    """The operator's page is open; what he serves, the policy says.

    `desk_phone`: he answers at a SIP desk phone, and the page has no telephone of its own.
    """

    operator: str
    desk_phone: bool = False


@dataclass(frozen=True, slots=True)
class DeskPhoneSignedIn:
    """An operator with a SIP desk phone begins to work, by a feature code for instance; he needs no page for it."""

    operator: str


@dataclass(frozen=True, slots=True)
class PageClosed:
    """The operator's page is gone, by a closed tab, a reload or a lost network: nobody knows which."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorSignedOut:
    """The operator pressed 退出."""

    operator: str


@dataclass(frozen=True, slots=True)
class ReadyRequested:
    """The operator pressed 就绪 or 结束话后."""

    operator: str


@dataclass(frozen=True, slots=True)
class PauseRequested:
    """The operator pressed 小休. `kind`: the reason as the policy names it; empty for none in particular."""

    operator: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PauseGranted:
    """A supervisor agrees to the pause that the operator asked for."""

    operator: str
    by: str


@dataclass(frozen=True, slots=True)
class PauseDenied:
    """A supervisor does not agree to it."""

    operator: str
    by: str


@dataclass(frozen=True, slots=True)
class PhoneRegistered:
    """The operator's phone can be rung."""

    operator: str


@dataclass(frozen=True, slots=True)
class PhoneLost:
    """The operator's phone can no longer be rung."""

    operator: str


@dataclass(frozen=True, slots=True)
class OperatorAdopted:
    """An operator as he stood when the application before this one was last heard, `away_s` seconds ago."""

    operator: Operator
    away_s: float


OperatorEvent = (
    OperatorSignedIn
    | DeskPhoneSignedIn
    | PageClosed
    | OperatorSignedOut
    | ReadyRequested
    | PauseDenied
    | PhoneRegistered
    | PhoneLost
)
PauseWish = PauseRequested | PauseGranted
