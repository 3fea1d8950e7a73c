"""The ports that the hotline needs, and what to do about one that somebody else uses."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from config.settings import LOOPBACK, Settings
from hotline.keeper import KeeperError
from hotline.places import Places

LISTENING, UNCONNECTED = "0A", "07"
"""States of sockets in /proc/net."""


@dataclass(frozen=True, slots=True)
class Port:
    """A port that we need, and the setting that moves it."""

    setting: str
    address: str
    number: int
    kind: socket.SocketKind

    def __str__(self) -> str:
        return f"{'TCP' if self.kind is socket.SOCK_STREAM else 'UDP'} port {self.number} on {self.address}"

    def cure(self, fault: OSError) -> str:
        """What to do about `fault`, met when binding to it."""
        if fault.errno == errno.EADDRNOTAVAIL:
            return (
                f"No network card of this machine has {self.address} (ip -4 address lists them): correct HOTLINE_BIND."
            )
        if fault.errno == errno.EACCES:
            return (
                f"Ports below 1024 are root's: choose another, {self.setting}=…, or let everybody use it: "
                f"sysctl -w net.ipv4.ip_unprivileged_port_start={self.number}"
            )
        return f"End the program that uses it, or choose another: {self.setting}=…"


def wanted(settings: Settings, places: Places) -> list[Port]:
    """The ports that nobody else may use: those of our processes that do not run yet."""
    found: list[Port] = []
    if not places.app.pid():
        found += [
            Port("HOTLINE_HTTP_PORT", settings.web_bind, settings.http_port, socket.SOCK_STREAM),
            Port("HOTLINE_AGI_PORT", LOOPBACK, settings.agi_port, socket.SOCK_STREAM),
        ]
    if not places.asterisk.pid():
        found += [
            Port("HOTLINE_SIP_PORT", settings.bind, settings.sip_port, socket.SOCK_DGRAM),
            Port("HOTLINE_SIP_WS_PORT", settings.web_bind, settings.sip_ws_port, socket.SOCK_STREAM),
            Port("HOTLINE_AMI_PORT", LOOPBACK, settings.ami_port, socket.SOCK_STREAM),
        ]
    if settings.tls and not places.caddy.pid():
        found.append(Port("HOTLINE_HTTPS_PORT", settings.bind, settings.https_port, socket.SOCK_STREAM))
    return found


def check(settings: Settings, places: Places) -> None:
    """Raises `KeeperError` naming the port that somebody else uses, and the setting that moves it.

    What an earlier keeper left running here holds its ports rightly.
    """
    for port in wanted(settings, places):
        fault = taken(port)
        if fault is not None:
            raise KeeperError(f"{sentence(port, fault)}. {port.cure(fault)}") from fault


def taken(port: Port) -> OSError | None:
    """Why we cannot have it; None if we can."""
    with closing(socket.socket(socket.AF_INET, port.kind)) as probe:
        if port.kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((port.address, port.number))
        except OSError as fault:
            return fault
    return None


def sentence(port: Port, fault: OSError) -> str:
    """What is wrong with it, and who uses it if this machine tells us."""
    who = user(port) if fault.errno == errno.EADDRINUSE else None
    return f"{port} cannot be used ({fault.strerror}{f': by {who}' if who else ''})"


def user(port: Port) -> str | None:
    """Name and number of the process that listens there; None if it is not known, or another user's."""
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or may not be looked at
            if any(os.readlink(handle) in sockets for handle in (folder / "fd").iterdir()):
                return (
                    f"{(folder / 'comm').read_text(encoding='utf-8', errors='replace').strip()}, process {folder.name}"
                )
    return None


def _inodes(port: Port) -> Iterator[str]:
    """Of the sockets at this port and address, or at all addresses (proc(5): hexadecimal, in the machine's order)."""
    protocol, states = ("tcp", {LISTENING}) if port.kind is socket.SOCK_STREAM else ("udp", {UNCONNECTED})
    here = f"{int.from_bytes(socket.inet_aton(port.address), sys.byteorder):08X}"
    for table in (protocol, f"{protocol}6"):
        with contextlib.suppress(FileNotFoundError):  # no IPv6 here
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
                fields = line.split()
                address, _, number = fields[1].partition(":")
                if (
                    int(number, 16) == port.number
                    and fields[3] in states
                    and (address == here or not address.strip("0"))
                ):
                    yield fields[9]
