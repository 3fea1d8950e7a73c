"""The numbers that citizens can dial: one for each line of the policy, also while it runs."""

import asyncio
from collections.abc import Iterable

from agi.ami import Ami
from agi.caller import spellings
from agi.configuration import NUMBER_MODULE, Layout, render_numbers


class Numbers:
    """`ami` is the connection of the user `phones`, which may let Asterisk read its dialplan anew.

    `country`: by whose numbering plan a trunk may write them otherwise.
    """

    def __init__(self, ami: Ami, layout: Layout, country: str) -> None:
        self._ami, self._layout, self._country = ami, layout, country
        self._dialled: tuple[str, ...] | None = None
        self._one = asyncio.Lock()

    async def have(self, numbers: Iterable[str]) -> None:
        """From now on exactly these are answered; calls that came by others go on.

        Raises `AmiError` where Asterisk does not take it up: to be told again; nothing is done where it has.
        """
        wanted = dialled(numbers, self._country)
        async with self._one:
            if wanted == self._dialled:
                return
            self._dialled = None
            await asyncio.to_thread(render_numbers, self._layout, wanted)
            await self._ami.action("Reload", Module=NUMBER_MODULE)
            self._dialled = wanted


def dialled(numbers: Iterable[str], country: str) -> tuple[str, ...]:
    """These numbers in every form in which a trunk may send them."""
    return tuple(sorted({form for number in numbers for form in spellings(number, country)}))
