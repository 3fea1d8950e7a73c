"""Who uses the processor, as the kernel counts it: /proc, in ticks of 10 ms."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Use:
    """Processor seconds. `others`: whatever is not ours, stolen time of a virtual machine too; `all`: used or idle."""

    processes: Mapping[str, float]
    phones: float
    own: float
    busy: float
    all: float

    @property
    def others(self) -> float:
        return max(0.0, self.busy - sum(self.processes.values()) - self.phones - self.own)

    def since(self, before: Use) -> Use:
        return Use(
            {name: spent - before.processes[name] for name, spent in self.processes.items()},
            self.phones - before.phones,
            self.own - before.own,
            self.busy - before.busy,
            self.all - before.all,
        )


def use(processes: Mapping[str, int]) -> Use:
    """What was spent so far: by the processes with these pids, by the SIPp that we started, by ourselves."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF)
    fields = [
        int(field) * TICK_S for field in Path("/proc/stat").read_text(encoding="ascii").split("\n")[0].split()[1:9]
    ]
    return Use(
        {name: _spent_s(pid) for name, pid in processes.items()},
        ended.ru_utime + ended.ru_stime + sum(_spent_s(pid) for pid in _children("sipp")),
        own.ru_utime + own.ru_stime,
        sum(fields) - fields[3] - fields[4],
        sum(fields),
    )


def _stat(pid: int) -> tuple[str, list[str]]:
    name, _, rest = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
    return name.partition("(")[2], rest.split()


def _spent_s(pid: int) -> float:
    fields = _stat(pid)[1]
    return (int(fields[11]) + int(fields[12])) * TICK_S


def _children(name: str) -> list[int]:
    """The pids of our living children that run the program `name`."""
    mine = str(os.getpid())
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                command, fields = _stat(int(folder.name))
            except (FileNotFoundError, ProcessLookupError):  # ended while we looked
                continue
            if command == name and fields[1] == mine:
                found.append(int(folder.name))
    return found
