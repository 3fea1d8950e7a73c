"""The list of checks, and an examination by all of them."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from config.settings import SettingsError
from hotline.doctor import data, door, machine, parts
from hotline.doctor.finding import Check, Finding, Patient
from hotline.options import load

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "home": machine.home,
        "disk": machine.disk,
        "clock": machine.clock,
        "addresses": machine.addresses,
        "ports": machine.used_ports,
        "asterisk": parts.asterisk,
        "caddy": parts.caddy,
        "processes": parts.processes,
        "answers": parts.answers,
        "database": data.database,
        "calendar": data.calendar,
        "pages": parts.pages,
        "prompts": parts.prompts,
        "texts": parts.texts,
        "certificate": door.certificate,
        "authority": door.authority,
        "stun": machine.stun,
    }
)


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found."""

    check: str
    findings: Sequence[Finding]

    @property
    def faults(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.note]


def examine() -> list[Result]:
    """All checks; only the settings, where these are not usable."""
    try:
        patient = Patient(load(), time.time())
    except SettingsError as wrong:
        cure = "Correct it in the environment or in hotline.toml; README.md lists all settings."
        return [Result("settings", [Finding(line, cure) for line in str(wrong).splitlines()])]
    return [Result("settings", []), *(Result(name, list(check(patient))) for name, check in CHECKS.items())]
