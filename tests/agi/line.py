"""A citizen's channel as a script sees it: Asterisk's AGI, played by the test."""

from __future__ import annotations

from collections.abc import Mapping

from agi.fastagi import Session

CALL = "c1"


class Channel(Session):
    """`keys`: which key breaks off a prompt, by its name; `after`: which is pressed in the silence that follows one."""

    def __init__(self, keys: Mapping[str, str] | None = None, after: str = "", **env: str) -> None:
        self.env = {"agi_accountcode": CALL, "agi_channel": "PJSIP/trunk-1", "agi_dnid": "12345", **env}
        self.env.setdefault("agi_callerid", "13907330001")
        self.heard: list[str] = []
        self.variables: dict[str, str] = {}
        self._keys, self._after = keys or {}, after
        self.patience = 0
        """How often more time was asked for."""

    def stream_file(self, filename: str, escape_digits: str = "", sample_offset: int = 0) -> str:
        prompt = filename.removeprefix("hotline/")
        self.heard.append(prompt)
        key = self._keys.get(prompt, "")
        return key if key and key in escape_digits else ""

    def wait_for_digit(self, timeout: int = 0) -> str:
        return self._after

    def takes_time(self) -> None:
        self.patience += 1

    def set_variable(self, name: str, value: object) -> None:
        self.variables[name] = str(value)
