"""Which numbers a text can reach."""

import phonenumbers
from phonenumbers import PhoneNumberType

MOBILE = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def mobile(number: str, country: str) -> str | None:
    """The number of a mobile telephone of this country (ISO 3166) in E.164; None for any other number."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(parsed, country) or phonenumbers.number_type(parsed) not in MOBILE:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def masked(number: str) -> str:
    """The number as logs may show it: its beginning and its last two digits."""
    return f"{number[:-8]}******{number[-2:]}" if len(number) > 8 else "******"
