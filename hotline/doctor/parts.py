"""The parts: programs, processes, what each of them answers, and the files that they serve."""

import os
import time
import wave
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from agi.asterisk_binary import find as find_asterisk
from agi.configuration import Layout
from agi.prompts.catalogue import TEXTS, load, read_wave
from config.program import ProgramError
from front.binary import find as find_caddy
from hotline import hold, keeper
from hotline.doctor.finding import Finding, Patient

RESTART = "The keeper starts it again by itself; if that goes on, read its last words in"
CURES = {
    "asterisk": "Read HOME/asterisk/log/messages.log; `hotline down` and `up` start it anew and end all talks.",
    "ami": "Look whether HOTLINE_AMI_PORT is Asterisk's; the application tries again by itself.",
    "agi": "The application opens it when Asterisk answers: cure the other faults first; then read HOME/log/app.log.",
    "database": "Read HOME/log/app.log (disk full? file locked? server away?); calls go on meanwhile.",
    "journal": "Read HOME/log/app.log; free the disk of HOME if it is full. Until then calls are kept in memory only.",
    "app": "The keeper restarts an application that stays silent; if that goes on, read HOME/log/app.log.",
    "front": "Read HOME/log/caddy.log and HOME/log/caddy.out.",
}


def asterisk(patient: Patient) -> Iterator[Finding]:
    """There is an Asterisk that we can run."""
    try:
        found = find_asterisk(patient.settings.asterisk or None)
    except ProgramError as fault:
        yield Finding(f"Asterisk: {fault}.", "Run `make run`, which brings one, or name one: HOTLINE_ASTERISK=…")
    else:
        version = ".".join(str(part) for part in found.version)
        yield Finding(f"Asterisk {version}: {found.command[-1]}", "", note=True)


def caddy(patient: Patient) -> Iterator[Finding]:
    """With HTTPS, there is a Caddy that we can run."""
    if not patient.settings.tls:
        return
    try:
        found = find_caddy(patient.settings.caddy or None)
    except ProgramError as fault:
        yield Finding(f"Caddy: {fault}.", "Run `make run`, which brings one, or name one: HOTLINE_CADDY=…")
    else:
        yield Finding(f"Caddy {'.'.join(str(part) for part in found.version)}: {found.path}", "", note=True)


def processes(patient: Patient) -> Iterator[Finding]:
    """Keeper, Asterisk, application and front run."""
    places, settings = patient.places, patient.settings
    wanted = {
        "Asterisk": (places.asterisk, Layout(settings.home).log / "messages.log"),
        "the application": (places.app, places.log / "app.log"),
    }
    if settings.tls:
        wanted["the front (Caddy)"] = (places.caddy, places.log / "caddy.log")
    pids = {name: trace.pid() for name, (trace, _) in wanted.items()}
    kept = hold.is_running(places)
    if not kept and not any(pids.values()):
        since = _last(patient, places.log / "keeper.log")
        yield Finding(f"The hotline does not run{since}.", "Run `hotline up`.")
        return
    if not kept:
        yield Finding(
            f"The keeper is dead{_last(patient, places.log / 'keeper.log')}; what it kept runs on unwatched.",
            "Run `hotline up`: it takes them on, and no talk is lost.",
        )
    for name, pid in pids.items():
        log = wanted[name][1]
        if pid is None:
            cure = f"{RESTART} {log}." if kept else "Run `hotline up`."
            yield Finding(f"{_capital(name)} does not run{_last(patient, log)}.", cure)
        elif _state(pid) in "Tt":
            yield Finding(
                f"{_capital(name)} ({pid}) is held: somebody stopped it with a signal or a debugger.",
                f"kill -CONT {pid}",
            )
        else:
            yield Finding(f"{_capital(name)} runs since {_began(patient, pid)} ({pid}).", "", note=True)


def answers(patient: Patient) -> Iterator[Finding]:
    """Every part answers: what /healthz says."""
    if patient.places.app.pid() is None:
        return  # told by the processes
    for part, said in keeper.health(patient.settings).get("parts", {}).items():
        if said != "ok":
            cure = CURES.get(part, "Read HOME/log/app.log.").replace("HOME", str(patient.settings.home))
            yield Finding(f"The part {part} does not answer: {said}.", cure)


def pages(patient: Patient) -> Iterator[Finding]:
    """The built pages are there."""
    if not (patient.pages / "index.html").is_file() or not any(patient.pages.glob("assets/*.js")):
        yield Finding(f"The pages are not built: {patient.pages} is not whole.", "Run `make run`, which builds them.")


def prompts(patient: Patient) -> Iterator[Finding]:
    """Every announcement is there and can be played."""
    try:
        names = [*load(patient.prompts), "beep", "hold"]
    except (OSError, ValueError) as broken:
        yield Finding(
            f"{patient.prompts / TEXTS} cannot be read: {broken}.", "Bring the file back from the program's source."
        )
        return
    for name in names:
        file = patient.prompts / f"{name}.wav"
        try:
            whole = len(read_wave(file)) > 0
            fault = "it is empty"
        except FileNotFoundError:
            whole, fault = False, "it is missing"
        except EOFError:
            whole, fault = False, "it is cut short"
        except (OSError, ValueError, wave.Error) as broken:
            whole, fault = False, str(broken)
        if not whole:
            yield Finding(
                f"Callers cannot hear {file}: {fault}.",
                f"Bring it back from the program's source, or run python -m agi.prompts.render {name}",
            )


def texts(patient: Patient) -> Iterator[Finding]:
    """Whether citizens are sent texts."""
    settings = patient.settings
    if not settings.sends_texts:
        yield Finding(
            "Citizens are sent no texts: there is no account of a provider. What is to be told waits, a day at most.",
            "Set HOTLINE_TWILIO_ACCOUNT_SID, HOTLINE_TWILIO_AUTH_TOKEN and HOTLINE_TWILIO_SENDER to send them.",
            note=True,
        )
    elif settings.twilio_base_url:
        yield Finding(f"Texts are sent by {settings.twilio_sender}, through {settings.twilio_base_url}.", "", note=True)
    else:
        yield Finding(f"Texts are sent by {settings.twilio_sender}, through Twilio.", "", note=True)


def _capital(name: str) -> str:
    return name[0].upper() + name[1:]


def _last(patient: Patient, log: Path) -> str:
    """Since when a process is silent, as far as its log knows."""
    return f" (last heard of {_time(patient, log.stat().st_mtime)})" if log.exists() and log.stat().st_size else ""


def _state(pid: int) -> str:
    try:
        return _stat(pid)[0]
    except OSError:
        return "X"


def _began(patient: Patient, pid: int) -> str:
    """Field 22 of /proc/PID/stat: ticks after the machine's start."""
    try:
        ticks = int(_stat(pid)[19])
    except OSError:
        return "a moment ago"
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return _time(patient, time.time() - age)


def _stat(pid: int) -> list[str]:
    """The fields behind the program's name, which may hold anything."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def _time(patient: Patient, seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, patient.settings.zone):%F %T}"
