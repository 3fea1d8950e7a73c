"""Carries out the steps of a menu on a citizen's channel, and tells which node he has come to."""

from collections.abc import Callable, Generator

from agi.fastagi import Session
from ivr.engine import DIGITS, Collect, End, Find, Look, Note, Say, Speak, Step


class Walk:
    """`greeting`: the prompt for which "" stands. `is_open`: whether a queue, "" the line's, has its opening hours.

    `find`: the digits of a case's number -> the prompt that tells how it stands, "" if it is none of his.
    `entered` is told of each node at which he hears or is asked something, `noted` of each answer: question and key.
    """

    def __init__(
        self,
        agi: Session,
        greeting: str,
        is_open: Callable[[str], bool],
        find: Callable[[str], str],
        entered: Callable[[str], None] = lambda node: None,
        noted: Callable[[str, str], None] = lambda question, key: None,
    ) -> None:
        self._agi, self._greeting, self._is_open, self._find = agi, greeting, is_open, find
        self._entered, self._noted = entered, noted
        self._at: str | None = None

    def __call__(self, steps: Generator[Step, str, End]) -> End:
        """Do every step; raises `HungUp` where he hangs up."""
        answer: str | None = None
        while True:
            try:
                step = next(steps) if answer is None else steps.send(answer)
            except StopIteration as over:
                end: End = over.value
                return end
            if isinstance(step, Say | Collect):
                self._agi.takes_time()
                if step.at != self._at:
                    self._at = step.at
                    self._entered(step.at)
            answer = self._do(step)

    def _do(self, step: Step) -> str:
        match step:
            case Say(prompts=prompts, wait_s=wait_s, keys=keys):
                return self._say(prompts, wait_s, keys)
            case Collect(prompt=prompt, wait_s=wait_s):
                return self._collect(prompt, wait_s)
            case Look(queue=queue):
                return "open" if self._is_open(queue) else "closed"
            case Find(digits=digits):
                return self._find(digits)
            case Speak(language=language):
                self._agi.set_variable("CHANNEL(language)", language)
            case Note(question=question, key=key):
                self._noted(question, key)
        return ""

    def _say(self, prompts: tuple[str, ...], wait_s: int, keys: str) -> str:
        for prompt in prompts:
            if key := self._play(prompt, keys):
                return key
        return str(self._agi.wait_for_digit(1000 * wait_s)) if wait_s else ""

    def _collect(self, prompt: str, wait_s: int) -> str:
        """The digits, also those keyed while the prompt is still played."""
        digits = ""
        key = self._play(prompt, "0123456789#") or str(self._agi.wait_for_digit(1000 * wait_s))
        while key and key != "#" and len(digits) < DIGITS:
            if key.isdecimal():
                digits += key
            key = str(self._agi.wait_for_digit(1000 * wait_s))
        return digits

    def _play(self, prompt: str, keys: str) -> str:
        """The key that broke the prompt off, if one did."""
        return str(self._agi.stream_file(f"hotline/{prompt or self._greeting}", keys))
