"""The TLS front as this house uses it: what is asked of Caddy, and whether it answers."""

import socket
import ssl
import time
from contextlib import closing
from pathlib import Path

from config.settings import Settings
from front import certificate
from front.configuration import Given, Layout, Plan, render

ANSWER_S = 3.0
HTTPS_PORT = 443


def hosts(settings: Settings) -> tuple[str, ...]:
    """The names and addresses by which the pages can be asked for, the first one first.

    Raises `CertificateError` for a given certificate that cannot be used.
    """
    if not settings.tls_certificate:
        return settings.hosts
    files = Path(settings.tls_certificate), Path(settings.tls_key)
    return certificate.check(*files, settings.hosts)


def warnings(settings: Settings) -> list[str]:
    """What browsers will not like, though the front can be started and serves."""
    if not settings.tls or not settings.tls_certificate:
        return []
    try:
        untimely = certificate.read(Path(settings.tls_certificate)).untimely(time.time())
    except certificate.CertificateError as unusable:
        return [str(unusable)]
    return [str(untimely)] if untimely else []


def sites(settings: Settings) -> tuple[str, ...]:
    """Where a browser finds the pages."""
    if not settings.tls:
        return (f"http://{settings.bind}:{settings.http_port}",)
    port = "" if settings.https_port == HTTPS_PORT else f":{settings.https_port}"
    return tuple(f"https://{host}{port}" for host in hosts(settings))


def prepare(settings: Settings) -> bool:
    """Render Caddy's configuration; whether it is another than the one before. Raises `CertificateError`."""
    served = hosts(settings)
    given = None
    if settings.tls_certificate:
        file = Path(settings.tls_certificate)
        given = Given(file, Path(settings.tls_key), certificate.read(file).sha256)
    return render(
        Plan(
            layout=Layout(settings.home),
            bind=settings.bind,
            port=settings.https_port,
            hosts=served,
            http_port=settings.http_port,
            sip_ws_port=settings.sip_ws_port,
            given=given,
        )
    )


def shown(settings: Settings) -> bytes:
    """The certificate (DER) that the front shows, checked as a browser would if it is our own authority's.

    Raises `OSError` (also `ssl.SSLError`) when the front does not answer or what it shows is not to be trusted.
    """
    host = hosts(settings)[0]
    context = ssl.create_default_context(
        cafile=None if settings.tls_certificate else str(Layout(settings.home).authority)
    )
    if settings.tls_certificate:  # the authority that signed it may be unknown to this machine
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        closing(socket.create_connection((settings.bind, settings.https_port), ANSWER_S)) as plain,
        context.wrap_socket(plain, server_hostname=host) as connection,
    ):
        found = connection.getpeercert(binary_form=True)
    assert found is not None
    return found


def health(settings: Settings) -> str:
    """ "ok", or why the front does not answer."""
    try:
        shown(settings)
    except (OSError, certificate.CertificateError) as fault:
        return str(fault)
    return "ok"
