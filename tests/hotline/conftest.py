"""What the tests of backup and restore are given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agi.configuration import Layout, Secrets
from cases.case import CaseInput
from cases.office import Office
from config.settings import Settings
from hotline.backup import backup
from hotline.manifest import Manifest
from hotline.places import Places, city, demo_password
from routing.call import Call
from routing.policy import Member
from storage.store import Store
from tests.conftest import CITY, QUICK

from .full_house import NOON, Make, talk


@pytest.fixture
def make(tmp_path: Path, new_database: Callable[[str], str]) -> Make:
    """Settings of an empty HOME on an engine."""

    def settings(name: str, engine: str) -> Settings:
        url = "" if engine == "sqlite" else new_database(engine)
        return Settings(home=tmp_path / name, database_url=url, demo_password="demo-12345")

    return settings


@pytest.fixture
def full(make: Make, engine: str) -> Settings:
    """Calls, cases, a message, recordings, a log of events, secrets, and a call that goes on."""
    settings = make("full", engine)
    places, layout = Places(settings.home), Layout(settings.home)
    places.make()
    Secrets.kept(settings.home)
    _, password = demo_password(places, settings)
    layout.recordings.mkdir()
    layout.events.parent.mkdir(parents=True)
    layout.events.write_text("ARRIVED,1\n", encoding="utf-8")
    authority = settings.home / "caddy/pki/authorities/local"
    authority.mkdir(parents=True)
    for name in ("root.crt", "root.key", "intermediate.key"):
        (authority / name).write_text(name, encoding="ascii")
    (settings.home / "journal").mkdir()
    (settings.home / "journal" / "000001").write_bytes(b"on its way\n")
    store = Store.open(settings.database, timezone=CITY)
    demo = city()  # two of its people
    crew = {login for login, _name, _role in demo.accounts[:2]}
    documents = tuple(one for one in demo.documents if not isinstance(one, Member) or one.login in crew)
    store.load_demo(replace(demo, accounts=demo.accounts[:2], documents=documents), password, QUICK)
    store.next_term()
    for index in range(4):
        talk(store, settings, f"c{index}", NOON + 100 * index + 0.000001 * index)
    Office(store, lambda: NOON, CITY).open_case(CaseInput("投诉", '夜间\n施工 "噪声" 😀', "天元区"), "c1", "op1001")
    store.save_call(Call("running", "13907330009", "张\ud800三", "12345", "PJSIP/trunk-9", NOON + 900))
    (layout.recordings / "running.raw").write_bytes(b"\1\0" * 100)
    store.close()
    return settings


@pytest.fixture
def copied(full: Settings, tmp_path: Path) -> Manifest:
    return backup(full, tmp_path / "dir")
