"""The machine: HOME and its rights, the disk, ports, addresses, the clock."""

import os
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from config.settings import SQLITE
from hotline import ports
from hotline.doctor.finding import Finding, Patient

FREE_BYTES = 2 << 30
TALK_BYTES_AN_HOUR = 32_000 * 3600
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
"""When there was no hotline yet."""
CLOCK_S = 60.0
STUN_S = 1.5
BINDING_REQUEST = bytes.fromhex("000100002112a442")


def home(patient: Patient) -> Iterator[Finding]:
    """HOME is there, ours, and nobody else's to read."""
    folder = patient.settings.home
    if not folder.is_dir():
        yield Finding(f"There is no hotline in {folder}.", "Run `hotline up`, or name another folder: HOTLINE_HOME=…")
        return
    owner = folder.stat().st_uid
    if owner != os.geteuid():
        yield Finding(
            f"{folder} belongs to another user (number {owner}).",
            f"Run the hotline as that user, or chown -R it: {folder}",
        )
    layout = patient.settings.home
    private = ("", "ami-secrets", "demo-password", SQLITE, "caddy", "asterisk/etc")
    for path in (layout / name for name in private):
        if path.exists() and path.stat().st_mode & 0o077:
            yield Finding(
                f"Others on this machine may read {path} (mode {path.stat().st_mode & 0o777:o}).", f"chmod go= {path}"
            )
    for name in ("", "run", "log", "recordings"):
        path = layout / name
        if path.is_dir() and (fault := _not_writable(path)):
            yield Finding(f"Nothing can be written in {path}: {fault}.", "Correct its owner and rights, or the mount.")


def disk(patient: Patient) -> Iterator[Finding]:
    """There is room for the recordings of some days."""
    folder = patient.settings.home
    if not folder.is_dir():
        return
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        yield Finding(
            f"The disk of {folder} has {free / (1 << 30):.1f} GiB left: {free / TALK_BYTES_AN_HOUR:.0f} h of talk.",
            "Free some space, move old recordings to an archive, or give HOME a larger disk.",
        )
    count = os.statvfs(folder)
    if count.f_files and count.f_favail < 1000:
        yield Finding(
            f"The disk of {folder} can hold only {count.f_favail} more files.", "Remove small files that nobody needs."
        )


def used_ports(patient: Patient) -> Iterator[Finding]:
    """The ports of our processes that do not run are free."""
    for port in ports.wanted(patient.settings, patient.places):
        fault = ports.taken(port)
        if fault is not None:
            yield Finding(f"{ports.sentence(port, fault)}.", port.cure(fault))


def addresses(patient: Patient) -> Iterator[Finding]:
    """What we listen at and tell others makes sense."""
    settings = patient.settings
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.bind((settings.bind, 0))
        except OSError:
            yield Finding(
                f"No network card of this machine has the address {settings.bind}.",
                "Set HOTLINE_BIND to one that `ip -4 address` lists.",
            )
    if not settings.loopback and not settings.tls:
        yield Finding(
            f"Pages are served at {settings.bind} without HTTPS: browsers on other PCs give them no microphone, and "
            "passwords cross the network in clear.",
            "Set HOTLINE_TLS=yes, or start with `hotline up --tls`.",
        )
    if settings.media_address and settings.loopback:
        yield Finding(
            f"HOTLINE_MEDIA_ADDRESS is {settings.media_address}, but sound is sent and heard at {settings.bind} only.",
            "Set HOTLINE_BIND to this machine's address on the network that leads there.",
        )
    if settings.media_address.startswith("127.") and not settings.loopback:
        yield Finding(
            f"Phones are told to send sound to {settings.media_address}, which is their own machine.",
            "Set HOTLINE_MEDIA_ADDRESS to the address at which they reach this one.",
        )
    if not settings.loopback and all(network.startswith("127.") for network in settings.trunk_list):
        yield Finding(
            "Calls are taken from this machine only.",
            "Name the telephone network's addresses: HOTLINE_TRUNK_ADDRESSES=…",
            note=True,
        )


def stun(patient: Patient) -> Iterator[Finding]:
    """The servers that help against NAT answer: Asterisk waits for a silent one at every call."""
    settings = patient.settings
    named = [(server, "HOTLINE_STUN_SERVERS") for server in settings.stun_list]
    for server, setting in (*named, *((server, "HOTLINE_TURN_SERVER") for server in settings.turn_list)):
        if fault := _stun_fault(server):
            yield Finding(
                f"The server {server} does not answer ({fault}); calls wait for it, up to 9 s each.",
                f"Correct {setting}, let UDP through to it, or take it out.",
            )


def clock(patient: Patient) -> Iterator[Finding]:
    """The clock tells the time, and has not gone back."""
    if patient.now < WRITTEN:
        yield Finding(
            f"The machine's clock says {_minute(patient, patient.now)}, before the hotline was written.",
            "Set it: timedatectl set-ntp true",
        )
    latest = _latest(patient)
    if latest is not None and latest[0] > patient.now + CLOCK_S:
        yield Finding(
            f"The clock says {_minute(patient, patient.now)}, but {latest[1]} was written at "
            f"{_minute(patient, latest[0])}: it went back.",
            "Set it: timedatectl set-ntp true",
        )
    yield Finding(
        f"It is {_minute(patient, patient.now)} in {patient.settings.timezone}.",
        "If not, correct the machine's clock or HOTLINE_TIMEZONE.",
        note=True,
    )


def _not_writable(folder: Path) -> str | None:
    probe = folder / f".doctor-{secrets.token_hex(8)}"
    try:
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as fault:
        return fault.strerror or str(fault)
    return None


def _stun_fault(server: str) -> str | None:
    host, _, port = server.partition(":")
    mine = secrets.token_bytes(12)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.settimeout(STUN_S)
        try:
            line.connect((host, int(port)))
            line.send(BINDING_REQUEST + mine)
            while line.recv(2048)[8:20] != mine:  # RFC 8489: the answer repeats our transaction
                continue
        except OSError as fault:
            return fault.strerror or str(fault)
    return None


def _latest(patient: Patient) -> tuple[float, Path] | None:
    """The file in HOME that was written last, and when."""
    files = [*patient.settings.home.glob("*"), *patient.places.log.glob("*")]
    return max(((file.stat().st_mtime, file) for file in files), default=None)


def _minute(patient: Patient, seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, patient.settings.zone):%F %R}"
