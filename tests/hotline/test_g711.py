"""G.711: what is coded comes back as near as the codec can."""

from array import array

import pytest

from hotline import g711


@pytest.mark.parametrize(("to", "back"), [(g711.to_alaw, g711.from_alaw), (g711.to_ulaw, g711.from_ulaw)])
def test_every_sample_comes_back_within_the_codecs_step(to: object, back: object) -> None:
    samples = array("h", range(-32000, 32001, 37))
    returned = back(to(samples.tobytes()))
    for before, after in zip(samples, returned, strict=True):
        assert abs(before - after) <= max(16, abs(before) / 16)


def test_silence_is_the_codes_of_the_recommendation() -> None:
    assert g711.to_alaw(b"\0\0")[0] in (0xD5, 0x55)
    assert g711.to_ulaw(b"\0\0")[0] in (0xFF, 0x7F)
