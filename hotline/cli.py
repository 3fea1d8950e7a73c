"""The command `hotline`: run it, look at it, call it."""

from __future__ import annotations

import typer

from agi.configuration import UnsafeValueError
from config.program import ProgramError
from config.settings import SettingsError
from front.certificate import CertificateError
from front.configuration import UnsafeWordError
from hotline.commands import call, desk_phone, ivr, keep, look, roster, run, simulate, transcribe
from hotline.commands.roster import DayError
from hotline.desk_phones import DeskPhoneError
from hotline.keeper import KeeperError
from hotline.manifest import BackupError
from hotline.since import SinceError
from hotline.terminal import fail
from hotline.transcribe import SpeechMissing
from hotline.trial import TrialError
from hotline.wallboard import BoardError
from ivr.load import MenuError
from routing.records import StoreFault
from simulation.day import PlanError
from storage.database import UnusableDatabase

app = typer.Typer(
    name="hotline",
    help="Hotline 12345: a city's call centre. 市长热线。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for commands in (run, call, look, keep, roster, simulate, transcribe):
    app.add_typer(commands.app)
app.add_typer(desk_phone.app, name="desk-phone")
app.add_typer(ivr.app, name="ivr")

FAULTS = (
    *(SettingsError, ProgramError, UnsafeValueError, StoreFault, UnusableDatabase, BackupError, KeeperError),
    *(CertificateError, UnsafeWordError, DeskPhoneError, TrialError, BoardError, SinceError, PlanError, DayError),
    *(MenuError, SpeechMissing),
)


def main() -> None:
    """The entry point: what a person can do wrong ends in one sentence and status 2."""
    try:
        app()
    except FAULTS as fault:
        fail(str(fault))


if __name__ == "__main__":
    main()
