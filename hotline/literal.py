"""What citizens and operators wrote, as it is: it neither formats, commands nor reorders the terminal."""

import json
import re
from typing import Any

from rich.text import Text

SPACE = re.compile(r"\r\n|\t")


def literal(value: object, style: str = "") -> Text:
    """Signs that a terminal would obey or hide (escapes, direction overrides, zero width) stand as their numbers.

    Reversed, so that nobody takes them for what was written.
    """
    text = Text(style=style)
    for sign in SPACE.sub(lambda found: "\n" if found[0] == "\r\n" else " ", str(value)):
        if sign.isprintable() or sign == "\n":
            text.append(sign)
        else:
            text.append(visible(sign), "reverse")
    return text


def visible(sign: str) -> str:
    """`\\x1b`, `\\u202e`, `\\U000e0041`."""
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def line(value: object) -> str:
    """The same as one line of plain text, for messages and logs."""
    return "".join(sign if sign.isprintable() else visible(sign) for sign in str(value))


def as_json(value: Any) -> str:
    """JSON in which only what a terminal shows as it is stands unescaped; the value is the same."""
    return re.sub(
        r"[^\x20-\x7e]+",
        lambda found: "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in found[0]),
        json.dumps(value, ensure_ascii=False),
    )
