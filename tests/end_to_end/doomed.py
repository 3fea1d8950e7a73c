"""The application with a fate: it kills itself at its n-th AGI command, before sending it or while it runs."""

import os
import signal
import sys
from typing import Any

from agi.fastagi import Session
from hotline import app

STEP, MOMENT = int(sys.argv[1]), sys.argv[2]
sent = 0
send = Session.send_command


def send_command(self: Session, *words: Any) -> None:
    global sent  # noqa: PLW0603 - one counter for the whole process is the point
    sent += 1
    if sent == STEP:
        if MOMENT == "during":
            send(self, *words)
        os.kill(os.getpid(), signal.SIGKILL)
    send(self, *words)


Session.send_command = send_command
app.main()
