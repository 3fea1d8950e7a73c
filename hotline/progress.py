"""How a citizen's case stands, told by telephone to who calls from the number that it was opened for."""

import logging
import re
from collections.abc import Mapping
from types import MappingProxyType

from cases.case import PENDING
from ivr.engine import UNFOUND
from routing.records import StoreFault
from storage.store import Store

log = logging.getLogger(__name__)

KEYED = re.compile(r"(20[0-9]{6})([0-9]{4,})")
"""A case's number as a telephone can key it: without its hyphen."""
SAID: Mapping[str, str] = MappingProxyType({PENDING: "case-pending"})
"""State of a case -> the prompt that tells it."""


class Progress:
    def __init__(self, store: Store) -> None:
        self._store = store

    async def __call__(self, caller: str, digits: str) -> str:
        """The prompt; "" where these digits are no case of this caller's, or nobody can say."""
        keyed = KEYED.fullmatch(digits)
        if keyed is None or not caller:
            return ""
        try:
            case = await self._store.read(self._store.case, "-".join(keyed.groups()))
        except StoreFault as fault:
            log.error("a caller cannot be told of his case: %s", fault)
            return ""
        return SAID.get(case.state, "") if case is not None and case.caller == caller else ""


PROMPTS = frozenset({UNFOUND, *SAID.values()})
"""What must be there to be heard where a menu tells of cases."""
