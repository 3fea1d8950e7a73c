"""The FastAGI listener: asyncio sockets outside, pyst2's synchronous commands inside.

pyst2 (`asterisk.agi`) gives the commands, their results and their errors. Each session runs in a greenlet, so that its
blocking `readline` lets the event loop go on; a call in its greeting costs no thread. What pyst2 1:1 would get wrong is
mended here: quoting, hang-up and end of file, characters that are no UTF-8, endless lines, and its chatter on stderr.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from asterisk import agi as pyst
from greenlet import getcurrent, greenlet

log = logging.getLogger(__name__)

T = TypeVar("T")

LINE_LIMIT: Final = 8192
ENVIRONMENT_LIMIT: Final = 100
ENVIRONMENT_S: Final = 5.0
STEP_S: Final = 180
"""The longest prompt, 120 s, with what is waited for after it, and room. The dialplan begins with as much."""
SESSION_S: Final = STEP_S + 5.0
GRANTED_S: Final = 20.0
"""For so long after the beginning, and after it was said last, nothing need be said of time."""
WHOLE_S: Final = 1200.0
"""A menu that is walked for longer leads to a person at its next step."""
USUAL: Final = {
    word: word
    for word in (
        *(
            f"agi_{name}"
            for name in (
                *("network", "network_script", "request", "channel", "language", "type", "uniqueid", "version"),
                *(
                    "callerid",
                    "calleridname",
                    "callingpres",
                    "callingani2",
                    "callington",
                    "callingtns",
                    "dnid",
                    "rdnis",
                ),
                *("context", "extension", "priority", "enhanced", "accountcode", "threadid", "arg_1"),
            )
        ),
        *("yes", "unknown", "zh", "PJSIP", "0.0", "arrive", "wait", "round"),
    )
}
"""What Asterisk says in nearly every session: kept once, not once in each that is open."""


class HungUp(pyst.AGIHangup):  # type: ignore[misc]
    """The citizen hung up, or his channel was taken elsewhere, or Asterisk closed the connection."""


class Malformed(pyst.AGIError):  # type: ignore[misc]
    """The peer does not speak AGI."""


class UnsafeArgumentError(ValueError):
    """An argument with a line break or NUL: it would be read as another command."""


class Session(pyst.AGI):  # type: ignore[misc]
    """One AGI session, for use inside a greenlet made by `run`. `env` holds the `agi_…` variables."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        env: Mapping[str, str],
        limit: asyncio.Timeout | None = None,
    ) -> None:
        self._reader, self._writer, self._limit = reader, writer, limit
        self._got_sighup = False
        self._began = self._granted = asyncio.get_running_loop().time()
        self.env = env

    def takes_time(self) -> None:
        """Before what may take as long as `STEP_S`: from now on Asterisk, and we, wait so long for it.

        In the first moments they do already; and after `WHOLE_S` nobody waits any longer, whatever he presses.
        """
        now = asyncio.get_running_loop().time()
        if now - self._granted > GRANTED_S and now - self._began < WHOLE_S:
            self._granted = now
            if self._limit is not None:
                self._limit.reschedule(now + SESSION_S)
            self.set_variable("TIMEOUT(absolute)", STEP_S)

    def _quote(self, string: object) -> str:
        text = str(string)
        if any(sign in text for sign in "\r\n\0"):
            raise UnsafeArgumentError(f"{text!r} holds a line break or NUL")
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    def send_command(self, command: str, *args: object) -> None:
        line = " ".join([command.strip(), *map(str, args)])
        if any(sign in line for sign in "\r\n\0"):
            raise UnsafeArgumentError(f"{line!r} holds a line break or NUL")
        self._writer.write(line.encode() + b"\n")

    def get_result(self, stdin: object = None) -> dict[str, tuple[str, str]]:
        """The result of a command as pyst2 gives it: {"result": (value, data), …}; raises its errors and `HungUp`."""
        del stdin
        while True:
            line = self._readline()
            if line == "HANGUP" or line.startswith("100"):  # told between two results: the next line is the answer
                continue
            break
        code, _, response = line.partition(" ")
        if code == "510":
            raise pyst.AGIInvalidCommand(response)
        if code == "511":
            raise HungUp("the channel is dead")
        if line.startswith("520"):
            raise pyst.AGIUsageError(self._usage(line))
        if code != "200":
            raise pyst.AGIUnknownError(line[:80])
        result: dict[str, tuple[str, str]] = {"result": ("", "")}
        for key, value, data in pyst.re_kv.findall(response):
            result[key] = (value, data)
            if data == "hangup":
                raise HungUp("hung up during the command")
            if key == "result" and value == "-1":
                raise HungUp("the command was broken off")
        return result

    def _usage(self, first: str) -> str:
        """The lines of a 520 answer, which ends with a line `520 End of proper usage.`"""
        if not first.startswith("520-"):
            return first
        lines = [first]
        while len(lines) < ENVIRONMENT_LIMIT:
            lines.append(self._readline())
            if lines[-1].startswith("520 "):
                return "\n".join(lines)
        raise Malformed("a usage without end")

    def wait_for_end(self) -> None:
        """Wait until Asterisk closes the connection, as it does when the channel is gone; raises `HungUp` then."""
        while True:
            self._readline()

    def _readline(self) -> str:
        # not a coroutine of ours around it: of all sessions that are open most stand here
        try:
            return wait_for(self._reader.readuntil()).decode("utf-8", "replace").strip()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as fault:
            raise _told(fault) from fault


Script = Callable[[Session], None]
"""What an AGI request runs, synchronously, in a greenlet."""


class Server:
    """Listens for Asterisk. `scripts` by the name in the request's address: agi://host/NAME."""

    def __init__(self, scripts: Mapping[str, Script], *, sessions: int = 500, session_s: float = SESSION_S) -> None:
        self._scripts = scripts
        self._free = sessions
        self._session_s = session_s
        self._server: asyncio.Server | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int) -> None:
        """Raises `OSError` if the address is taken."""
        self._server = await asyncio.start_server(self._accept, host, port, limit=LINE_LIMIT, backlog=256)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many sessions are open."""
        return len(self._running)

    @property
    def listening(self) -> bool:
        return self._server is not None and self._server.is_serving()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._free -= 1
        # asyncio sets 256 KiB aside for each read; as the heap happens to lie, they cost a third of a session's time
        writer.transport.max_size = LINE_LIMIT  # type: ignore[attr-defined]
        try:
            if self._free < 0:
                log.warning("agi: too many sessions, one is refused; its call waits with music and asks again")
                return
            async with asyncio.timeout(ENVIRONMENT_S) as limit:
                env = await read_environment(reader)
                limit.reschedule(asyncio.get_running_loop().time() + self._session_s)
                script = self._scripts.get(env.get("agi_network_script", "").partition("?")[0])
                if script is None:
                    raise Malformed(f"no script {env.get('agi_network_script', '')[:40]!r}")
                await run(script, Session(reader, writer, env, limit))
        except TimeoutError:
            log.warning("agi: a session took too long and was closed")
        except HungUp:  # in the midst of its script, or before it asked for anything, as a look at our health does
            log.debug("agi: a peer is gone")
        except asyncio.CancelledError:  # by `stop`: asyncio 3.11 would write a traceback for each session
            log.debug("agi: a session was closed")
        except (pyst.AGIError, ConnectionError, asyncio.LimitOverrunError, ValueError) as fault:
            log.info("agi: session ended: %s: %s", type(fault).__name__, str(fault)[:200])
        except Exception:  # the outermost wall of this edge: the dialplan goes on by itself
            log.exception("agi: session failed")
        finally:
            self._free += 1
            self._running.discard(task)
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()


async def read_environment(reader: asyncio.StreamReader) -> dict[str, str]:
    """The `agi_…: value` lines up to the blank one, `LINE_LIMIT` bytes at most. Raises `Malformed` for others."""
    # all lines at once: there are two dozen, and a wait for each would cost more than the whole rest of a session
    try:
        raw = await reader.readuntil(b"\n\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as fault:
        raise _told(fault) from fault
    lines = raw.decode("utf-8", "replace").removesuffix("\n\n").split("\n")
    if len(lines) > ENVIRONMENT_LIMIT:
        raise Malformed("an environment without end")
    env: dict[str, str] = {}
    for line in lines:
        key, colon, value = line.partition(":")
        if not colon or not key.startswith("agi_"):
            raise Malformed(f"not an AGI request: {line[:40]!r}")
        value = value.strip()
        env[USUAL.get(key, key)] = USUAL.get(value, value)
    return env


def _told(fault: asyncio.IncompleteReadError | asyncio.LimitOverrunError) -> pyst.AGIError:
    """What it means that a line did not come."""
    if isinstance(fault, asyncio.IncompleteReadError):
        return HungUp("Asterisk closed the connection")
    return Malformed(f"a line of more than {LINE_LIMIT} bytes")


async def run(script: Script, session: Session) -> None:
    """Run a synchronous script in a greenlet; each of its waits is awaited here."""
    worker = greenlet(script)
    wanted: Any = worker.switch(session)
    while not worker.dead:
        try:
            got = await wanted
        except BaseException as fault:
            wanted = worker.throw(fault)
        else:
            wanted = worker.switch(got)


def wait_for(wanted: Awaitable[T]) -> T:
    """Inside a script: hand what can be awaited to the event loop and wait for its result."""
    result: T = getcurrent().parent.switch(wanted)
    return result
