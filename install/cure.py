"""From the last words of a failed program to one sentence that helps."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Cure:
    """`sentence` helps where one of `signs` (regular expressions) is found."""

    sentence: str
    signs: tuple[str, ...]


CURES = (
    Cure(
        "The disk is full: free some space (2 GB are enough) and run it again.",
        ("No space left on device", "ENOSPC", "Disk quota exceeded"),
    ),
    Cure(
        "A server's certificate is not trusted here: install your network's certificate (update-ca-certificates), "
        "and check the machine's clock.",
        (
            "certificate verify failed",
            "CERTIFICATE_VERIFY",
            "invalid peer certificate",
            "self.signed certificate",
            "(?i)unable.to.get.(local.)?issuer",
            "certificate is not trusted",
        ),
    ),
    Cure(
        "A file that came is not the one that the lock names: if a mirror is configured, check it; else run it again.",
        ("(?i)do not match the hashes", "(?i)hash(es)? (sum )?mismatch", "EINTEGRITY"),
    ),
    Cure(
        "Debian's package lists are not accepted: check the machine's clock and the package debian-archive-keyring.",
        ("Release file for .* (is expired|is not valid yet)", "NO_PUBKEY", "not signed"),
    ),
    Cure(
        "The network or a package registry cannot be reached: check the connection (and proxy or mirror, if one is "
        "configured) and run it again.",
        (
            "Temporary failure",
            "(?i)could not resolve",
            "(?i)name resolution",
            "Name or service not known",
            "ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT",
            "dns error",
            "Network is unreachable",
            "No route to host",
            "(?i)connection refused",
            "(?i)timed? ?out",
            "error sending request",
            "(?i)failed to establish a new connection",
            "Unable to connect",
        ),
    ),
    Cure(
        "The pages' package-lock.json does not fit package.json: run npm install in agent_console/web and keep both.",
        (r"can only install packages when your package\.json and package-lock\.json",),
    ),
    Cure(
        "A file belongs to another user: run it as the owner of this folder.",
        ("Permission denied", "EACCES", "Operation not permitted"),
    ),
)
ELSE = "If running it again does not help, report it with the log."
LAST_WORDS = 12


def cure(text: str) -> str | None:
    """The sentence for what a failed program said; None if nothing known is in it."""
    found = (known.sentence for known in CURES if any(re.search(sign, text) for sign in known.signs))
    return next(found, None)


def last_words(output: str) -> list[str]:
    """The last lines that say something: no empty ones, no stack of calls."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", output)
    lines = [line.rstrip() for line in plain.splitlines()]
    return [line for line in lines if line and not re.match(r"\s+at .*[:(]", line)][-LAST_WORDS:]
