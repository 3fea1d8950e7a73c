"""Who calls, from the AGI variables: number and name as one plain form."""

from collections.abc import Mapping
from dataclasses import dataclass

import phonenumbers

WITHHELD = frozenset({"", "unknown", "anonymous", "unavailable", "restricted", "private", "asterisk"})
NAME_LIMIT = 80
NUMBER_LIMIT = 32


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call at our door. `caller` is empty where the number is withheld; `called` is the number he dialled.

    `diverted_from`: the number from which the network diverted the call to us; empty if it did not.
    """

    call: str
    caller: str
    caller_name: str
    called: str
    channel: str
    diverted_from: str = ""


def arrival(env: Mapping[str, str], country: str) -> Arrival:
    """The arrival that AGI variables speak of; raises `ValueError` where the call has no id."""
    call = env.get("agi_accountcode", "")
    if not call:
        raise ValueError("a call without an id")
    return Arrival(
        call=call,
        caller=number(env.get("agi_callerid", ""), country),
        caller_name=name(env.get("agi_calleridname", "")),
        called=number(env.get("agi_dnid", ""), country),
        channel=env.get("agi_channel", ""),
        diverted_from=number(env.get("agi_rdnis", ""), country),
    )


def number(raw: str, country: str) -> str:
    """One form for one citizen: the national number without spaces at home, `+…` abroad; "" for a withheld one.

    A number that the numbering plan does not know (short codes such as 12345 or 110, extensions) is kept as it came,
    less what is no digit.
    """
    text = raw.strip()
    if text.lower() in WITHHELD:
        return ""
    parsed = _planned(text, country)
    if parsed is not None:
        if parsed.country_code == phonenumbers.country_code_for_region(country):
            national = phonenumbers.national_significant_number(parsed)
            if phonenumbers.number_type(parsed) is phonenumbers.PhoneNumberType.FIXED_LINE and country == "CN":
                return f"0{national}"  # a fixed line is dialled and written with its trunk prefix: 0731-…
            return national
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    return "".join(sign for sign in text if sign.isascii() and (sign.isdigit() or sign in "+*#"))[:NUMBER_LIMIT]


def home_code(country: str) -> str:
    """The code of the country (ISO 3166) whose numbers are kept without it, as `+86`."""
    return f"+{phonenumbers.country_code_for_region(country)}"


def spellings(one: str, country: str) -> frozenset[str]:
    """Every way in which a trunk may send a number of ours: as it is kept, and with and without prefixes."""
    parsed = _planned(one, country)
    if parsed is None:
        return frozenset({one})
    national = phonenumbers.national_significant_number(parsed)
    abroad = f"{parsed.country_code}{national}"
    return frozenset({one, *(way for way in (national, abroad, f"+{abroad}") if number(way, country) == one)})


def _planned(text: str, country: str) -> phonenumbers.PhoneNumber | None:
    """The number as the numbering plan knows it; None for one that it does not."""
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def name(raw: str) -> str:
    """The caller's name as the network tells it: one line, no control signs, at most 80 characters; "" if none."""
    text = "".join(sign for sign in raw.replace('\\"', '"') if sign.isprintable()).strip()
    return "" if text.lower() in WITHHELD else text[:NAME_LIMIT]
