"""What a person can do wrong at the command line, or what the machine lacks: told in one sentence."""

from typing import Final

from agi.configuration import UnsafeValueError
from config.program import ProgramError
from config.settings import SettingsError
from front.certificate import CertificateError
from front.configuration import UnsafeWordError
from hotline.commands.roster import DayError
from hotline.desk_phones import DeskPhoneError
from hotline.keeper import KeeperError
from hotline.manifest import BackupError
from hotline.since import SinceError
from hotline.transcribe import SpeechMissing
from hotline.trial import TrialError
from hotline.wallboard import BoardError
from ivr.load import MenuError
from routing.records import StoreFault
from simulation.day import PlanError
from storage.database import UnusableDatabase

FAULTS: Final = (
    *(SettingsError, ProgramError, UnsafeValueError, StoreFault, UnusableDatabase, BackupError, KeeperError),
    *(CertificateError, UnsafeWordError, DeskPhoneError, TrialError, BoardError, SinceError, PlanError, DayError),
    *(MenuError, SpeechMissing),
)
