"""The doctor: each thing is broken, and its sentence read."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from agi.prompts.catalogue import FOLDER
from config.settings import load
from front.configuration import Layout
from hotline.almanac import decreed
from hotline.doctor import data, door, machine, parts
from hotline.doctor.examination import CHECKS, Result
from hotline.doctor.finding import Check, Finding, Patient
from hotline.doctor.report import show
from hotline.places import Places
from hotline.process import Trace
from storage.store import Store
from tests.fakes import certificates
from tests.fakes.ports import free_ports
from worktime.calendar import DayKind, SpecialDay

from .test_cli import run


@pytest.fixture
def patient(tmp_path: Path) -> Patient:
    """A hotline that was prepared and does not run; nothing of it is broken. Its ports are free."""
    home = tmp_path / "home"
    ports = {name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)}
    settings = load({"HOTLINE_HOME": str(home), **ports}, tmp_path)
    found = Patient(settings, time.time())
    found.places.make()
    (home / "recordings").mkdir()
    Store.open(settings.database, timezone=settings.zone).close()
    return found


PORTS = (
    *("HOTLINE_HTTP_PORT", "HOTLINE_SIP_PORT", "HOTLINE_SIP_WS_PORT"),
    *("HOTLINE_AMI_PORT", "HOTLINE_AGI_PORT", "HOTLINE_HTTPS_PORT"),
)


def with_settings(patient: Patient, **settings: Any) -> Patient:
    return replace(patient, settings=patient.settings.model_copy(update=settings))


def faults(check: Check, patient: Patient) -> list[Finding]:
    return [finding for finding in check(patient) if not finding.note]


def the_fault(check: Check, patient: Patient) -> Finding:
    (found,) = faults(check, patient)
    assert found.what.endswith(".")
    assert found.cure
    return found


def test_of_a_whole_hotline_only_that_it_does_not_run_is_said(patient: Patient) -> None:
    found = {name: faults(check, patient) for name, check in CHECKS.items() if name != "calendar"}  # by the year
    assert {name for name, told in found.items() if told} == {"processes"}
    assert found["processes"] == [Finding("The hotline does not run.", "Run `hotline up`.")]


# -- the machine -------------------------------------------------------------------------------------------------------


def test_a_home_that_is_not_there(patient: Patient) -> None:
    shutil.rmtree(patient.settings.home)
    assert the_fault(machine.home, patient).what == f"There is no hotline in {patient.settings.home}."


@pytest.mark.parametrize("name", ["", "hotline.sqlite"])
def test_what_others_may_read(patient: Patient, name: str) -> None:
    path = patient.settings.home / name
    path.chmod(0o750 if path.is_dir() else 0o644)
    found = the_fault(machine.home, patient)
    assert found.what.startswith(f"Others on this machine may read {path} (mode")
    assert found.cure == f"chmod go= {path}"


def test_a_home_of_somebody_else(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 54321)
    assert "belongs to another user" in the_fault(machine.home, patient).what


def test_a_folder_in_which_nothing_can_be_written(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, exist_ok: bool = True) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "touch", refuse)
    said = [finding.what for finding in faults(machine.home, patient)]
    recordings = patient.settings.home / "recordings"
    assert f"Nothing can be written in {recordings}: Read-only file system." in said


def test_a_disk_that_is_nearly_full(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(patient.settings.home)._replace(free=1 << 30)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    assert "has 1.0 GiB left: 9 h of talk." in the_fault(machine.disk, patient).what


def test_a_port_that_another_program_uses_is_named_with_the_program(patient: Patient) -> None:
    for setting, kind in (("http_port", socket.SOCK_STREAM), ("sip_port", socket.SOCK_DGRAM)):
        with closing(socket.socket(socket.AF_INET, kind)) as other:
            other.bind(("127.0.0.1", 0))
            if kind is socket.SOCK_STREAM:
                other.listen()
            port = other.getsockname()[1]
            found = the_fault(machine.used_ports, with_settings(patient, **{setting: port}))
        comm = Path("/proc/self/comm").read_text(encoding="utf-8").strip()
        assert f"port {port} on 127.0.0.1 cannot be used" in found.what
        assert f"by {comm}, process {os.getpid()}" in found.what
        assert f"HOTLINE_{setting.upper()}=…" in found.cure


def test_an_address_that_this_machine_does_not_have(patient: Patient) -> None:
    absent = with_settings(patient, bind="203.0.113.7", tls=True)
    assert the_fault(machine.addresses, absent).what == "No network card of this machine has the address 203.0.113.7."


def test_an_address_for_other_pcs_without_https(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "bind", lambda _socket, _address: None)
    plain = with_settings(patient, bind="10.1.0.5")
    assert "without HTTPS" in the_fault(machine.addresses, plain).what
    (note,) = machine.addresses(with_settings(plain, tls=True))
    assert (note.note, note.what) == (True, "Calls are taken from this machine only.")


def test_an_address_for_sound_that_leads_nowhere(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    told = with_settings(patient, media_address="203.0.113.7")
    assert "sound is sent and heard at 127.0.0.1 only" in the_fault(machine.addresses, told).what
    monkeypatch.setattr(socket.socket, "bind", lambda _socket, _address: None)
    wrong = with_settings(patient, bind="10.1.0.5", tls=True, media_address="127.0.0.1")
    assert "which is their own machine" in the_fault(machine.addresses, wrong).what


def test_a_clock_that_went_back(patient: Patient) -> None:
    found = the_fault(machine.clock, replace(patient, now=patient.now - 3600))
    assert f"but {patient.settings.home}/" in found.what
    assert found.what.endswith(": it went back.")


def test_a_clock_that_was_never_set(patient: Patient) -> None:
    never, _back = faults(machine.clock, replace(patient, now=0.0))
    assert never.what.startswith("The machine's clock says 1970-01-01 08:00, before the hotline was written")


def test_a_year_whose_holidays_nobody_knows(patient: Patient) -> None:
    last = max(decreed().years)

    def on(day: str) -> list[tuple[str, bool]]:
        now = datetime.fromisoformat(day).replace(tzinfo=patient.settings.zone).timestamp()
        known, *found = data.calendar(replace(patient, now=now))
        assert known.what.endswith(f"{last} are known.")
        return [(one.what.partition(":")[0], one.note) for one in found]

    missing = f"The holidays of {last + 1} are not known"
    assert on(f"{last}-10-31") == []
    assert on(f"{last}-11-01T00:00") == [(missing, True)]
    assert on(f"{last + 1}-01-01T00:00") == [(missing, False)]
    with closing(Store.open(patient.settings.database, timezone=patient.settings.zone)) as store:
        for day in decreed().of_law(last + 1):
            store.change_policy(SpecialDay(day, "节日", DayKind.HOLIDAY), who="admin", at=patient.now)
    assert on(f"{last + 1}-01-01T00:00") == []


def test_the_calendar_asks_for_no_database(patient: Patient) -> None:
    Path(patient.settings.home / "hotline.sqlite").unlink()
    assert not any("database" in finding.what for finding in data.calendar(patient))
    assert not (patient.settings.home / "hotline.sqlite").exists()


@contextmanager
def stun_server() -> Iterator[str]:
    """Answers as RFC 8489 wants: the same transaction, and the magic cookie."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as line:
        line.bind(("127.0.0.1", 0))

        def serve() -> None:
            request, peer = line.recvfrom(2048)
            line.sendto(b"\x01\x01\x00\x00" + request[4:20], peer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{line.getsockname()[1]}"
        thread.join(5)


def test_a_stun_server_that_does_not_answer(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "STUN_S", 20.0)  # both answer at once here, if the machine lets them
    with stun_server() as server:
        assert faults(machine.stun, with_settings(patient, stun_servers=server)) == []
    (port,) = free_ports(1)
    silent = with_settings(patient, stun_servers=f"127.0.0.1:{port}")
    assert f"The server 127.0.0.1:{port} does not answer (Connection refused)" in the_fault(machine.stun, silent).what


# -- the parts ---------------------------------------------------------------------------------------------------------


def test_programs_that_are_not_there(patient: Patient) -> None:
    assert (
        "HOTLINE_ASTERISK names /nowhere" in the_fault(parts.asterisk, with_settings(patient, asterisk="/nowhere")).what
    )
    without = with_settings(patient, tls=True, caddy="/nowhere")
    assert "HOTLINE_CADDY names /nowhere" in the_fault(parts.caddy, without).what
    assert list(parts.caddy(with_settings(without, tls=False))) == []


def test_a_keeper_that_is_dead_while_what_it_kept_lives(patient: Patient) -> None:
    patient.places.app.pid_file.write_text(f"{os.getpid()}\n", encoding="ascii")
    mark = Path("/proc/self/cmdline").read_bytes().decode(errors="replace").split("\0")[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Places, "app", Trace(patient.places.app.pid_file, (mark,)))
        said = [finding.what for finding in faults(parts.processes, patient)]
    assert said == ["The keeper is dead; what it kept runs on unwatched.", "Asterisk does not run."]


def test_pages_that_are_not_built(patient: Patient, tmp_path: Path) -> None:
    found = the_fault(parts.pages, replace(patient, pages=tmp_path / "dist"))
    assert found.what.startswith("The pages are not built")
    assert "make run" in found.cure


@pytest.mark.parametrize(
    ("content", "said"), [(None, "it is missing"), (b"RIFF----hello", "not a WAVE file"), (b"", "it is cut short")]
)
def test_an_announcement_that_cannot_be_played(
    patient: Patient, tmp_path: Path, content: bytes | None, said: str
) -> None:
    folder = tmp_path / "prompts"
    shutil.copytree(FOLDER, folder)
    (folder / "greeting.wav").unlink()
    if content is not None:
        (folder / "greeting.wav").write_bytes(content)
    found = the_fault(parts.prompts, replace(patient, prompts=folder))
    assert found.what.startswith(f"Callers cannot hear {folder / 'greeting.wav'}: {said}")


def test_texts_that_nobody_sends_are_a_note_with_what_to_set(patient: Patient) -> None:
    (found,) = parts.texts(patient)
    assert found.note
    assert "sent no texts" in found.what
    assert "HOTLINE_TWILIO_ACCOUNT_SID" in found.cure
    given = {"twilio_account_sid": "AC" + "0" * 32, "twilio_auth_token": "secret", "twilio_sender": "+8610012345"}
    (found,) = parts.texts(replace(patient, settings=patient.settings.model_copy(update=given)))
    assert found.what == "Texts are sent by +8610012345, through Twilio."


# -- the database ------------------------------------------------------------------------------------------------------


def change(patient: Patient, statement: str) -> None:
    with closing(sqlite3.connect(patient.settings.home / "hotline.sqlite")) as database, database:
        database.execute(statement)


def test_a_database_of_an_older_program(patient: Patient) -> None:
    change(patient, "UPDATE alembic_version SET version_num = '0001'")
    assert the_fault(data.database, patient).what.startswith("The database has the schema 0001; this program needs ")


def test_a_database_of_a_newer_program(patient: Patient) -> None:
    change(patient, "UPDATE alembic_version SET version_num = '9999'")
    assert the_fault(data.database, patient).what.startswith("The database was written by a newer program (schema 9999")


def test_a_database_that_is_locked(patient: Patient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "LOCKED_S", 0.1)
    with closing(sqlite3.connect(patient.settings.home / "hotline.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert the_fault(data.database, patient).what.endswith("cannot be written: database is locked.")


def test_a_database_that_is_damaged(patient: Patient) -> None:
    for file in patient.settings.home.glob("hotline.sqlite*"):
        file.write_bytes(b"no database at all" * 100)
    assert the_fault(data.database, patient).what.endswith("file is not a database.")


def test_a_database_that_is_gone(patient: Patient) -> None:
    for file in patient.settings.home.glob("hotline.sqlite*"):
        file.unlink()
    assert the_fault(data.database, patient).what.startswith("There is no database")


def test_a_database_address_that_leads_nowhere(patient: Patient) -> None:
    away = with_settings(patient, database_url="nonsense")
    assert "HOTLINE_DATABASE_URL is no address of a database" in the_fault(data.database, away).what
    (port,) = free_ports(1)
    away = with_settings(patient, database_url=f"postgresql://hotline:secret@127.0.0.1:{port}/hotline")
    found = the_fault(data.database, away)
    assert found.what.startswith("The database does not answer: ")
    assert "secret" not in found.what


# -- the certificate ---------------------------------------------------------------------------------------------------


def test_a_certificate_that_ends_soon_or_cannot_be_used(patient: Patient, tmp_path: Path) -> None:
    def given(*files: Path) -> Patient:
        return with_settings(patient, tls=True, tls_certificate=str(files[0]), tls_key=str(files[1]))

    assert the_fault(door.certificate, given(*certificates.write(tmp_path, "127.0.0.1", ends=5))).what.endswith(
        "ends in 5 days."
    )
    assert (
        "expired on" in the_fault(door.certificate, given(*certificates.write(tmp_path, "127.0.0.1", ends=-0.5))).what
    )
    assert (
        "is not the key"
        in the_fault(
            door.certificate,
            given(certificates.write(tmp_path, "127.0.0.1")[0], certificates.write(tmp_path, "127.0.0.1")[1]),
        ).what
    )
    (note,) = door.certificate(given(*certificates.write(tmp_path, "127.0.0.1", ends=90)))
    assert (note.note, note.what.endswith("lasts 90 days more.")) == (True, True)


def test_our_own_authority_is_explained_and_told_when_it_ends(patient: Patient, tmp_path: Path) -> None:
    patient = with_settings(patient, tls=True)
    assert list(door.authority(patient)) == []  # made by the first start
    file = Layout(patient.settings.home).authority
    file.parent.mkdir(parents=True)
    shutil.copy(certificates.write(tmp_path, ends=1000)[0], file)
    (note,) = door.authority(patient)
    assert note.note
    for word in (str(file), "update-ca-certificates", "certutil -addstore -f Root", "Firefox"):
        assert word in note.cure
    shutil.copy(certificates.write(tmp_path, ends=30)[0], file)
    assert the_fault(door.authority, patient).what == "The authority's certificate ends in 30 days."
    file.write_text("rubbish", encoding="ascii")
    assert "cannot be read" in the_fault(door.authority, patient).what


# -- the command -------------------------------------------------------------------------------------------------------


def test_a_setting_that_cannot_be_used_is_the_only_thing_said(tmp_path: Path) -> None:
    done = run(tmp_path, "doctor", "--json", HOTLINE_HTTP_PORT="eighty")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["well"], answer["checks"]) == (False, ["settings"])
    assert answer["faults"][0]["what"].startswith("HOTLINE_HTTP_PORT (http_port in hotline.toml) = 'eighty'")


def test_the_terminal_shows_each_fault_with_its_cure(tmp_path: Path) -> None:
    done = run(tmp_path / "nothing", "doctor")
    assert done.returncode == 1
    assert f"✗ home\n    There is no hotline in {tmp_path / 'nothing'}.\n    → Run `hotline up`" in done.stdout
    assert "✓ pages" in done.stdout
    assert not (tmp_path / "nothing").exists()


def test_the_terminal_shows_notes_as_they_are_written() -> None:
    note = Finding("It is [22:10] in /srv/[city]/home.", "If not, correct [this].\nAnd \\[that].", note=True)
    fault = replace(note, note=False)
    for finding, arrow in ((note, "  "), (fault, "→ ")):
        told = io.StringIO()
        show([Result("clock", [finding])], Console(file=told, markup=False, width=40))
        assert told.getvalue().splitlines()[1:4] == [
            "    It is [22:10] in /srv/[city]/home.",
            f"    {arrow}If not, correct [this].",
            "      And \\[that].",
        ]
