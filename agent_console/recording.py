"""Recordings as WAV files: the header is put in front of the raw samples on the way out."""

import os
import re
import stat
import struct
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import anyio.to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from routing.records import RecordingRow

HEADER = 44
CHUNK = 64 * 1024
MAX_DATA = 0xFFFFFFFF - HEADER
"""A WAV file counts its bytes with 32 bits."""


class Unreadable(Exception):
    """The file is not there, or not one that we give out."""


class Unsatisfiable(Exception):
    """The range asked for lies outside the file."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An open raw file. `bytes`: whole frames of it, as they were at the opening."""

    descriptor: int
    bytes: int
    tag: str


def open_file(folder: Path, row: RecordingRow) -> Opened:
    """Open the recording's file below `folder`. Raises `Unreadable`.

    Steps down folder by folder and follows no link anywhere, so that no path, however written, leads out.
    """
    path = PurePosixPath(row.file)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in row.file:
        raise Unreadable(f"not a path below the recordings folder: {row.file!r}")
    try:
        here = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in path.parts[:-1]:
                below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
                os.close(here)
                here = below
            # not blocking, or a pipe in a file's place would hold us
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(path.name, flags, dir_fd=here)
        finally:
            os.close(here)
    except OSError as missing:
        raise Unreadable(str(missing)) from missing
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise Unreadable(f"not a file: {row.file!r}")
    frame = 2 * row.channels
    whole = min(found.st_size, MAX_DATA) // frame * frame
    return Opened(descriptor, whole, f'"{row.id}-{whole}-{found.st_mtime_ns:x}"')


def header(row: RecordingRow, data: int) -> bytes:
    """The 44 bytes of a RIFF WAVE header for `data` bytes of PCM16."""
    frame = 2 * row.channels
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", HEADER - 8 + data, b"WAVE",
        b"fmt ", 16, 1, row.channels, row.rate, row.rate * frame, frame, 16,
        b"data", data,
    )  # fmt: skip


def wanted(header_value: str | None, size: int) -> tuple[int, int] | None:
    """First byte and the one behind the last, by a `Range` header (RFC 9110 §14.2) over `size` bytes.

    None: the whole. Several ranges, other units and what is no range at all are left unheeded, as the standard allows.
    Raises `Unsatisfiable`.
    """
    match = re.fullmatch(r"bytes=\s*([0-9]*)\s*-\s*([0-9]*)\s*", header_value or "", re.ASCII)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = (None if not digits else int(digits[:20]) for digits in match.groups())
    if first is None:
        if not last:
            raise Unsatisfiable
        return max(0, size - last), size
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, size if last is None else min(last + 1, size)


class WavResponse(Response):
    """Streams `opened` as WAV, or a part of it, and closes it whatever happens."""

    media_type = "audio/wav"

    def __init__(self, row: RecordingRow, opened: Opened, range_header: str | None, if_range: str | None) -> None:
        self._opened = opened
        self._head = header(row, opened.bytes)
        size = HEADER + opened.bytes
        self._first, self._behind, status = 0, size, 200
        # an If-Range that names an older file asks for the whole of the present one (RFC 9110 §13.1.5)
        asked = range_header if if_range in (None, opened.tag) else None
        headers = {
            "Accept-Ranges": "bytes",
            "ETag": opened.tag,
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f'inline; filename="{row.kind}-{_plain(row.call_id)}.wav"',
        }
        try:
            part = wanted(asked, size)
        except Unsatisfiable:
            self._first = self._behind = 0
            status, headers["Content-Range"] = 416, f"bytes */{size}"
        else:
            if part is not None:
                self._first, self._behind = part
                status, headers["Content-Range"] = 206, f"bytes {self._first}-{self._behind - 1}/{size}"
        headers["Content-Length"] = str(self._behind - self._first)
        super().__init__(None, status, headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            at = self._first
            while at < self._behind:
                if at < HEADER:
                    chunk = self._head[at : self._behind]
                else:
                    length = min(CHUNK, self._behind - at)
                    chunk = await anyio.to_thread.run_sync(os.pread, self._opened.descriptor, length, at - HEADER)
                if not chunk:  # cut off since it was opened: what was promised cannot be kept, the client sees it short
                    raise Unreadable("the file became shorter while it was read")
                at += len(chunk)
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            os.close(self._opened.descriptor)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name)
