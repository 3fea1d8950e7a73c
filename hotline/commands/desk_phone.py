"""The telephones on operators' desks."""

from __future__ import annotations

from typing import Annotated

import typer

from agi.endpoints import desk_phone_of
from hotline import desk_phones
from hotline.options import load
from hotline.places import DEFAULT_QUEUE
from hotline.terminal import Json, opened, out, show_list

app = typer.Typer(name="desk-phone", help="SIP telephones on operators' desks. 话机。", no_args_is_help=True)

Logins = Annotated[list[str], typer.Argument(metavar="LOGIN…", help="1007, or a range 1007-1066.")]


@app.command("add")
def add_desk_phone(
    logins: Logins,
    contact: Annotated[
        str | None,
        typer.Option(help="Where the phone is reached, as sip:{n}@192.168.1.17:5060; else it registers with us."),
    ] = None,
    name: Annotated[str, typer.Option(help="Of a new operator; {n} stands for the login.")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="Which queue he serves; may be repeated.")] = None,
    codec: Annotated[list[str] | None, typer.Option(help="alaw or ulaw; may be repeated, first wanted first.")] = None,
    as_json: Json = False,
) -> None:
    """Give operators desk phones instead of their pages' softphones; new operators are made."""
    settings = load()
    wanted = desk_phones.Wanted(logins, contact, name, queue or (), codec or desk_phones.CODECS)
    with opened(settings) as store:
        added = desk_phones.add(store, settings, wanted, DEFAULT_QUEUE)
    items = [
        {"login": one.phone.login, "contact": one.phone.contact, "user": one.user, "secret": one.secret}
        | ({"password": one.password} if one.password else {})
        for one in added
    ]
    show_list(
        items,
        as_json,
        "Desk phones added 话机",
        {
            "login": lambda item: item["login"],
            "reached at": lambda item: item["contact"] or "registers with us",
            "SIP user": lambda item: item["user"],
            "SIP secret": lambda item: item["secret"],
            "page's password": lambda item: item.get("password", ""),
        },
    )
    if not as_json:
        out.print(
            f"Secrets and passwords are shown this once. The phones find us at {settings.bind}:{settings.sip_port} "
            "(SIP over UDP). *71 就绪 ready, *72 小休 pause, *70 签退 sign out. A page that is open must be reloaded.",
            highlight=False,
        )


@app.command("list")
def list_desk_phones(as_json: Json = False) -> None:
    """The desk phones, by login."""
    settings = load()
    with opened(settings) as store:
        items = [
            {
                "login": one.phone.login,
                "name": one.name,
                "queues": list(one.queues),
                "contact": one.phone.contact,
                "user": desk_phone_of(one.phone.login),
                "codecs": list(one.phone.codecs),
                "state": one.state,
            }
            for one in desk_phones.listed(store, settings)
        ]
    show_list(
        items,
        as_json,
        "Desk phones 话机",
        {
            "login": lambda item: item["login"],
            "name": lambda item: item["name"],
            "queues": lambda item: ", ".join(item["queues"]),
            "reached at": lambda item: item["contact"] or "registers with us",
            "SIP user": lambda item: item["user"],
            "codecs": lambda item: ", ".join(item["codecs"]),
            "state": lambda item: item["state"],
        },
    )


@app.command("remove")
def remove_desk_phone(logins: Logins) -> None:
    """Take desk phones away; the operators stay and work with their pages' softphones."""
    settings = load()
    with opened(settings) as store:
        removed = desk_phones.remove(store, settings, logins)
    out.print(f"No desk phone any more, the page's softphone instead: {', '.join(removed)}", highlight=False)
