"""One citizen in the house, as the telephone sees him."""

from enum import Enum, auto

from simulation.day import Citizen


class Where(Enum):
    """Where the citizen's channel stands."""

    MENU = auto()
    MUSIC = auto()
    RINGING = auto()
    TALKING = auto()
    AWAY = auto()
    """At the message, the offer of a call-back, or with another platform."""
    GONE = auto()


IN_LINE = (Where.MUSIC, Where.RINGING)


class Visit:
    """One citizen in the house. `turn` rises whenever his channel is sent elsewhere: what was due before is void."""

    __slots__ = ("citizen", "operator", "turn", "where")

    def __init__(self, citizen: Citizen) -> None:
        self.citizen = citizen
        self.where = Where.MENU
        self.turn = 0
        self.operator = ""

    @property
    def channel(self) -> str:
        return f"PJSIP/trunk-{self.citizen.call}"
