"""Numbers outside: who is known there, and which numbers may be dialled at all.

A number is in the one form of the house: digits alone at home, `+` and the country's code abroad.

A pattern allows numbers sign by sign: a digit is itself, `X` is any digit, and `.` at the end is one further digit or
more. A pattern of numbers abroad begins with `+` and the whole code of one country, written out: a country that no
pattern names is never dialled.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

NUMBER = re.compile(r"\+?[0-9]{3,20}")
"""What can be called back and listed; a caller whose number is withheld cannot be remembered."""
EMERGENCY = frozenset({"110", "119", "120", "122"})
"""Police, fire, ambulance, traffic accidents."""
INTERNATIONAL = "00"
"""What is dialled before a number abroad; we write `+`, so that no pattern of home lets one through."""
PATTERN = re.compile(r"\+?[0-9X]+\.?")
SIGNS = range(3, 21)
"""How long a pattern may be, as a number is."""

_ONE_DIGIT = frozenset("17")
_TWO_DIGITS = frozenset(
    f"{tens}{unit}"
    for tens, units in {
        2: "07",
        3: "0123469",
        4: "013456789",
        5: "12345678",
        6: "0123456",
        8: "1246",
        9: "0123458",
    }.items()
    for unit in units
)
"""Codes of countries (ITU-T E.164): none is the beginning of another, and all others have three digits."""


class OutboundPurpose(StrEnum):
    """What a number outside is dialled for."""

    TRANSFER = "transfer"
    CONSULT = "consult"
    CALL_BACK = "call_back"
    CLICK_TO_CALL = "click_to_call"


def answers_for(operator: str, purpose: OutboundPurpose) -> str:
    """By whose cap a call is counted: its operator's, or "", the house's, where his turn to make it had only come."""
    return "" if purpose is OutboundPurpose.CALL_BACK else operator


class ContactKind(StrEnum):
    POLICE = "police"
    DEPARTMENT = "department"
    INTERPRETER = "interpreter"
    PLATFORM = "platform"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom operators speak to outside: `number` as it is dialled, `title` as they know it."""

    name: str
    title: str
    number: str
    kind: ContactKind = ContactKind.OTHER

    @property
    def key(self) -> str:
        return self.name


class PatternFault(StrEnum):
    """What is wrong with a pattern.

    form: it cannot be read; prefix: numbers abroad are written with `+`; country: after `+` no whole code of a country
    is written out; open: it would allow numbers of any beginning and length.
    """

    FORM = "form"
    PREFIX = "prefix"
    COUNTRY = "country"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Destination:
    """Numbers that may be dialled: those which `pattern` allows."""

    pattern: str
    title: str

    @property
    def key(self) -> str:
        return self.pattern

    def allows(self, number: str) -> bool:
        """Whether the pattern lets this number through; one that is not right lets none."""
        if pattern_fault(self.pattern) is not None:
            return False
        signs, further = self.pattern.removesuffix("."), self.pattern.endswith(".")
        if len(number) <= len(signs) if further else len(number) != len(signs):
            return False
        return all(
            sign == wanted or (wanted == "X" and sign in "0123456789")
            for sign, wanted in zip(number, signs, strict=False)
        )


def pattern_fault(pattern: str) -> PatternFault | None:
    if not (PATTERN.fullmatch(pattern) and len(pattern) in SIGNS):
        return PatternFault.FORM
    if pattern.startswith(INTERNATIONAL):
        return PatternFault.PREFIX
    if pattern.startswith("+"):
        return None if country_code(pattern) else PatternFault.COUNTRY
    return PatternFault.OPEN if pattern.endswith(".") and not pattern[0].isdecimal() else None


def dialable(number: str) -> bool:
    """Whether it is a number at all, in the one form of the house."""
    if not NUMBER.fullmatch(number) or number.startswith(INTERNATIONAL):
        return False
    return not number.startswith("+") or country_code(number) != ""


def country_code(number: str) -> str:
    """The code of the country with its `+`, of a number abroad or of a pattern of such; "" where there is none."""
    digits = number[1:4] if number.startswith("+") else ""
    if digits[:1] in _ONE_DIGIT:
        return f"+{digits[:1]}"
    if digits[:2] in _TWO_DIGITS:
        return f"+{digits[:2]}"
    return f"+{digits}" if len(digits) == 3 and digits.isdecimal() and not digits.startswith("0") else ""
