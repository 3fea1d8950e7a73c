"""G.711: 16-bit samples to and from A-law and µ-law, by tables (ITU-T G.711). Python 3.13 has no `audioop` any more."""

from array import array


def _alaw_to_linear(code: int) -> int:
    code ^= 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    value = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return value if code & 0x80 else -value


def _ulaw_to_linear(code: int) -> int:
    code = ~code & 0xFF
    value = ((((code & 15) << 3) + 0x84) << ((code >> 4) & 7)) - 0x84
    return -value if code & 0x80 else value


_FROM_ALAW = [_alaw_to_linear(code) for code in range(256)]
_FROM_ULAW = [_ulaw_to_linear(code) for code in range(256)]


def _nearest(table: list[int]) -> bytes:
    """For every multiple of 16 that a 16-bit sample is rounded to, the code whose value lies nearest."""
    codes = sorted(range(256), key=table.__getitem__)
    values = [table[code] for code in codes]
    out, index = bytearray(4096), 0
    for step in range(4096):
        sample = (step - 2048) * 16
        while index < 255 and abs(values[index + 1] - sample) <= abs(values[index] - sample):
            index += 1
        out[step] = codes[index]
    return bytes(out)


_TO_ALAW = _nearest(_FROM_ALAW)
_TO_ULAW = _nearest(_FROM_ULAW)


def to_alaw(samples: bytes) -> bytes:
    """16-bit little-endian samples as A-law."""
    return bytes(_TO_ALAW[min((sample + 8) >> 4, 2047) + 2048] for sample in array("h", samples))


def to_ulaw(samples: bytes) -> bytes:
    """16-bit little-endian samples as µ-law."""
    return bytes(_TO_ULAW[min((sample + 8) >> 4, 2047) + 2048] for sample in array("h", samples))


def from_alaw(codes: bytes) -> list[int]:
    return [_FROM_ALAW[code] for code in codes]


def from_ulaw(codes: bytes) -> list[int]:
    return [_FROM_ULAW[code] for code in codes]
