"""Queues and who serves them become documents, and every change of a document is kept."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEFAULT = "main"
FORMER = {"ring_s": 20, "wrap_up_s": 60, "nobody_wait_s": 12, "max_wait_s": 600, "reconnect_s": 20}
"""The numbers that a queue had, and what they are where a document names none."""


def upgrade() -> None:
    documents = op.create_table(
        "documents",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("key", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.UniqueConstraint("kind", "position", name="uq_documents_position"),
    )
    op.create_table(
        "document_changes",
        sa.Column("revision", sa.BigInteger(), nullable=False, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("who", "origin", "kind", "key")),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
    )
    op.create_index("ix_document_changes_document", "document_changes", ["kind", "key", "revision"])
    queues = [
        dict(row._mapping)
        for row in op.get_bind().execute(sa.text("SELECT * FROM queues ORDER BY queues.position, name"))
    ]
    served = defaultdict(list)
    places = {queue["name"]: place for place, queue in enumerate(queues)}
    for login, queue in op.get_bind().execute(sa.text("SELECT login, queue FROM queue_members ORDER BY login")):
        served[login].append(queue)
    rows = [
        *_rows("queues", "name", [{key: queue[key] for key in ("name", "title", *FORMER)} for queue in queues]),
        *_rows(
            "members",
            "login",
            [{"login": who, "queues": sorted(of, key=places.__getitem__)} for who, of in served.items()],
        ),
    ]
    if DEFAULT in places:  # until now the number that could be dialled stood in the program
        rows += _rows("lines", "number", [{"number": "12345", "title": "市长热线", "tag": "12345", "queue": DEFAULT}])
    if rows:
        op.bulk_insert(documents, rows)
    op.drop_table("queue_members")
    op.drop_table("queues")


def downgrade() -> None:
    queues = op.create_table(
        "queues",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FORMER),
    )
    members = op.create_table(
        "queue_members",
        sa.Column("login", sa.String(), primary_key=True),
        sa.Column("queue", sa.String(), primary_key=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"]),
        sa.ForeignKeyConstraint(["queue"], ["queues.name"]),
    )
    was = [{**FORMER, **data} for data in _documents("queues")]
    names = ("name", "title", *FORMER)
    if was:
        op.bulk_insert(
            queues, [{"position": place, **{name: one[name] for name in names}} for place, one in enumerate(was)]
        )
    known = {one["name"] for one in was}
    logins = set(op.get_bind().execute(sa.text("SELECT login FROM accounts")).scalars())
    served = [
        {"login": data["login"], "queue": queue}
        for data in _documents("members")
        for queue in data.get("queues", ())
        if queue in known and data["login"] in logins
    ]
    if served:
        op.bulk_insert(members, served)
    op.drop_table("document_changes")
    op.drop_table("documents")


def _rows(kind: str, key: str, documents: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    return [
        {
            "kind": kind,
            "key": data[key],
            "position": place,
            "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")),
            "version": 1,
            "changed_at": now,
            "changed_by": "hotline",
        }
        for place, data in enumerate(documents)
    ]


def _documents(kind: str) -> list[dict[str, Any]]:
    query = sa.text("SELECT data FROM documents WHERE kind = :kind ORDER BY documents.position")
    return [json.loads(data) for data in op.get_bind().execute(query, {"kind": kind}).scalars()]
