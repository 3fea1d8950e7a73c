"""What stands before the hotline starts: its store, the demo city, and the configurations of its processes."""

import hashlib
import sys

from agi.asterisk_binary import find
from agi.configuration import Layout, Plan, Secrets, render
from agi.numbers import dialled
from config.settings import Settings
from front import binary as caddy
from front import configuration as caddyfile
from hotline import front
from hotline.desk_phones import phone_owners
from hotline.keeper import Charge
from hotline.places import Places, city, demo_password
from storage.store import Store


def prepare(settings: Settings, places: Places) -> list[Charge]:
    """Store, demo city and the configurations of Asterisk and the front; what is to be kept running.

    Raises `ProgramError`, `CertificateError` before anything has changed.
    """
    binary = find(settings.asterisk or None)
    proxy = caddy.find(settings.caddy or None) if settings.tls else None
    if proxy is not None:
        front.hosts(settings)
    before, password = demo_password(places, settings)
    store = Store.open(settings.database, timezone=settings.zone)
    try:
        demo = city()
        store.load_demo(demo, password)
        if before and before != password:
            for login, _name, _role in demo.accounts:
                store.set_password(login, password)
        numbers = dialled(store.policy().lines, settings.country)
        owners, desk_phones = phone_owners(store), store.desk_phones()
    finally:
        store.close()
    first, last = settings.rtp_range
    render(
        Plan(
            layout=Layout(settings.home),
            modules=binary.modules,
            documentation=binary.data / "documentation",
            bind=settings.bind,
            ws_bind=settings.web_bind,
            sip_port=settings.sip_port,
            ws_port=settings.sip_ws_port,
            ami_port=settings.ami_port,
            agi_port=settings.agi_port,
            rtp_first=first,
            rtp_last=last,
            secrets=Secrets.kept(settings.home),
            numbers=numbers,
            operators=owners.logins,
            apart=owners.apart,
            desk_phones=desk_phones,
            trunk_addresses=settings.trunk_list,
            trunk_out=settings.trunk_out,
            media_address=settings.media_address,
            # Asterisk asks it at every call and waits up to 9 s for one that is silent: not where it knows its address.
            stun_server="" if settings.media_address else next(iter(settings.stun_list), ""),
            demo=settings.demo,
        )
    )
    charges = [
        Charge("asterisk", (*binary.command, *places.asterisk.mark, "-f", "-n"), places.asterisk),
        Charge("app", (sys.executable, "-m", *places.app.mark), places.app, _is_new(settings, places)),
    ]
    if proxy is not None:
        conf = caddyfile.Layout(settings.home)
        changed = front.prepare(settings)
        command, environment = caddyfile.command(proxy.path, conf), caddyfile.surroundings(conf)
        charges.append(Charge("caddy", command, places.caddy, changed, environment))
    return charges


def _is_new(settings: Settings, places: Places) -> bool:
    """Whether the settings are others than those with which the application was last started; they are noted."""
    noted = places.app_settings.read_text(encoding="ascii") if places.app_settings.exists() else ""
    now = hashlib.sha256(settings.model_dump_json().encode()).hexdigest()
    places.app_settings.write_text(now, encoding="ascii")
    return now != noted
