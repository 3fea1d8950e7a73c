"""The front's certificate, and how other PCs come to trust it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from front.certificate import CertificateError, read
from front.configuration import Layout
from hotline import front
from hotline.doctor.finding import Finding, Patient

RENEW_DAYS = 21
REPLACE_DAYS = 180


def certificate(patient: Patient) -> Iterator[Finding]:
    """A given certificate can be used and lasts; it is the one that browsers are shown."""
    settings = patient.settings
    if not settings.tls or not settings.tls_certificate:
        return
    try:
        front.hosts(settings)
        found = read(Path(settings.tls_certificate))
    except CertificateError as fault:
        yield Finding(fault.what, fault.cure)
        return
    days = found.days_left(patient.now)
    if untimely := found.untimely(patient.now):
        yield Finding(untimely.what, untimely.cure)
    elif days < RENEW_DAYS:
        yield Finding(
            f"The certificate {found.file} ends in {days:.0f} days.",
            "Renew it, put it in its place, and restart the front.",
        )
    else:
        yield Finding(f"The certificate {found.file} lasts {days:.0f} days more.", "", note=True)
    pid = patient.places.caddy.pid()
    if pid is None:
        return
    try:
        shown = hashlib.sha256(front.shown(settings)).hexdigest()
    except OSError:
        return  # told by the answers
    if shown != found.sha256.replace(":", ""):
        yield Finding(
            f"Browsers are still shown another certificate than {found.file}.",
            f"kill {pid}: the keeper starts the front again, with the new one; talks go on.",
        )


def authority(patient: Patient) -> Iterator[Finding]:
    """Our own authority lasts; how to make PCs trust it."""
    settings = patient.settings
    if not settings.tls or settings.tls_certificate:
        return
    file = Layout(settings.home).authority
    if not file.exists():
        return  # the front makes it at its first start
    try:
        found = read(file)
    except CertificateError:
        yield Finding(
            f"The authority's certificate {file} cannot be read.",
            _new(file),
        )
        return
    days = found.days_left(patient.now)
    if days < REPLACE_DAYS:
        yield Finding(
            f"The authority's certificate ends in {days:.0f} days.",
            _new(file),
        )
    yield Finding(f"HTTPS is signed by our own authority (SHA-256 {found.sha256}).", _how(file), note=True)


def _new(file: Path) -> str:
    return f"`hotline down`, remove {file.parent}, `hotline up`: a new one is made, which all PCs must be told."


def _how(file: Path) -> str:
    return (
        f"So that a PC trusts it, copy {file} to it as hotline.crt and there\n"
        "  Debian:            sudo cp hotline.crt /usr/local/share/ca-certificates/ && sudo update-ca-certificates\n"
        "  Chrome on Linux:   certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n hotline -i hotline.crt\n"
        "  Windows:           certutil -addstore -f Root hotline.crt   (as administrator; Chrome and Edge use it too)\n"
        "  Firefox:           Settings, Privacy & Security, View Certificates, Authorities, Import"
    )
