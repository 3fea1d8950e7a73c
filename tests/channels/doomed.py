"""Workers of the outbox with a fate, forked one by one from a process that has loaded everything.

Each line on standard input is one life: JSON with `url` of the database, `base` of the provider, `now`, `point`, and
the `call` whose citizen left a message. Its process id is answered at once, and its end when it is there.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Any, NoReturn

from sqlalchemy import Connection, event
from sqlalchemy.orm import configure_mappers

from cases.case import CaseInput
from cases.office import Office
from cases.texts import Answer
from channels.outbox import Outbox
from channels.twilio import Twilio
from hotline.almanac import decreed
from routing.effects import OpenWork
from storage import database
from storage.store import Store
from tests.conftest import CITY
from tests.fakes.twilio import ACCOUNT, SENDER, TOKEN
from tests.storage.samples import ended
from worktime.quiet import QuietHours


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise SystemExit


class Doomed:
    """One life. `point`: where it ends; those within the provider's answer are the provider's to choose."""

    def __init__(self, life: dict[str, Any]) -> None:
        self.point, self.now = life["point"], float(life["now"])
        self.call = str(life["call"])
        self.store = Store(*database.connect(life["url"]), CITY, decreed())  # migrated already
        self.doing = ""
        self.twilio = Twilio(ACCOUNT, TOKEN, SENDER, life["base"], timeout_s=10.0)
        listen: Any = event.listen
        listen(self.store._engines[0], "commit", self.committing)

    def at(self, point: str) -> None:
        if point == self.point:
            die()

    def committing(self, _connection: Connection) -> None:
        """Just before a commit: nothing of what it does is kept."""
        self.at(f"in {self.doing}")

    def send(self, recipient: str, words: str) -> Answer:
        self.at("handed over")
        answer = self.twilio.send(recipient, words)
        self.at("answered")
        return answer

    def fact(self) -> None:
        self.store.save_call(ended(self.call, self.now))
        self.doing = "message"
        self.store.open_work(OpenWork(self.call, "13907330001", self.now))
        self.at("after message")
        self.doing = "case"
        Office(self.store, lambda: self.now, CITY).open_case(CaseInput("求助", "停水"), self.call, "op1001")
        self.at("after case")

    async def work(self) -> None:
        store, life = self.store, self
        take, answered = store.take_text, store.text_answered

        def take_text(*given: Any) -> Any:
            life.doing = "take"
            text = take(*given)
            if text is not None:
                life.at("taken")
            return text

        def text_answered(*given: Any) -> Any:
            life.doing = "answer"
            text = answered(*given)
            life.at("written")
            return text

        store.take_text, store.text_answered = take_text, text_answered  # type: ignore[method-assign]
        quiet = QuietHours("00:00", "00:00")
        outbox = Outbox(store, self, clock=lambda: self.now, country="CN", zone=CITY, quiet=lambda: quiet)
        while await outbox.step():
            pass


def live(life: dict[str, Any]) -> None:
    doomed = Doomed(life)
    if doomed.call:
        doomed.fact()
    asyncio.run(doomed.work())
    doomed.store.close()


# what is else loaded and made at the first use would be anew in every life
Twilio(ACCOUNT, TOKEN, SENDER)._client.messages  # noqa: B018
configure_mappers()

for line in sys.stdin:
    child = os.fork()
    if not child:
        try:
            live(json.loads(line))
        except BaseException as fault:  # told by the exit code; a test must not take it for a kill
            print(repr(fault), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    print(child, flush=True)
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
