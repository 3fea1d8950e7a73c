"""Another machine on the network, as far as a browser can tell: a network namespace with a cable to this one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .browser import CHROMIUM


class NowhereError(Exception):
    """Here nobody may make another machine; the text says why."""


@dataclass(frozen=True, slots=True)
class Machine:
    """`here`: our address on the cable; `there`: the other machine's, the only one that it has."""

    name: str
    here: str
    there: str


@contextmanager
def machine() -> Iterator[Machine]:
    """Raises `NowhereError` where that is not allowed: for others than root, and for root in a container whose kernel
    refuses it. Where it is allowed and fails all the same, that is a fault and no reason to go without. Nothing is left
    of it afterwards.
    """
    if os.geteuid() != 0:
        raise NowhereError("making a network namespace needs root")
    asked = subprocess.run(["unshare", "--net", "true"], capture_output=True, text=True, check=False)
    if asked.returncode:
        raise NowhereError(f"the kernel refuses root a network namespace here: {asked.stderr.strip()}")
    number = os.getpid()
    name, near, far = f"hotline{number}", f"hl{number}a", f"hl{number}b"
    subnet = f"198.18.{number % 250}"
    found = Machine(name, f"{subnet}.1", f"{subnet}.2")
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("address", "add", f"{found.here}/24", "dev", near)
        _ip("link", "set", near, "up")
        _there(name, "address", "add", f"{found.there}/24", "dev", far)
        _there(name, "link", "set", far, "up")
        _there(name, "link", "set", "lo", "up")
        yield found
    finally:
        subprocess.run(["ip", "link", "delete", near], check=False, capture_output=True)  # it may not be there yet
        _ip("netns", "delete", name)


def chromium(machine: Machine, folder: Path) -> Path:
    """A program that runs Chromium over there."""
    program = folder / "chromium-elsewhere"
    program.write_text(f'#!/bin/sh\nexec nsenter --net=/run/netns/{machine.name} {CHROMIUM} "$@"\n', encoding="ascii")
    program.chmod(0o755)
    return program


def trusting(home: Path, authority: Path) -> dict[str, str]:
    """An environment with a HOME whose browsers trust `authority`, as its user would have told them to."""
    database = home / ".pki" / "nssdb"
    database.mkdir(parents=True)
    where = ("-d", f"sql:{database}")
    subprocess.run(["certutil", *where, "-N", "--empty-password"], check=True)
    subprocess.run(["certutil", *where, "-A", "-t", "C,,", "-n", "hotline", "-i", authority], check=True)
    return {**os.environ, "HOME": str(home)}


def _there(name: str, *words: str) -> None:
    """`ip` itself would mount a /sys for the namespace, which cannot be done in a chroot."""
    _run("nsenter", f"--net=/run/netns/{name}", "ip", *words)


def _ip(*words: str) -> None:
    _run("ip", *words)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
