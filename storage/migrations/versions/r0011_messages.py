"""Messages spoken anew, and call-backs as work: number, owner, attempts, history, transcript."""

from datetime import UTC, timedelta, timezone
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

CHINA = timezone(timedelta(hours=8))
"""Numbers of what is there already: a migration does not know the city's time zone."""
DUE = timedelta(hours=1)


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("number", sa.String(), nullable=False, server_default=""),
        sa.Column("day", sa.Date(), nullable=False, server_default="2000-01-01"),
        sa.Column("serial", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, server_default="2000-01-01 00:00:00"),
        sa.Column("owner", sa.String(), nullable=False, server_default=""),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("talked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ending", sa.String(), nullable=False, server_default=""),
        sa.Column("case_number", sa.String(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moves", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("transcript", sa.Text(), nullable=True),
        sa.Column("transcript_engine", sa.String(), nullable=False, server_default=""),
        sa.Column("transcript_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    for name in ("message_takes", "message_confirmed"):
        op.add_column("calls", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("recordings", sa.Column("take", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("recordings") as recordings:
        recordings.drop_constraint("uq_recordings_call_kind", type_="unique")
        recordings.create_unique_constraint("uq_recordings_call_kind_take", ["call_id", "kind", "take"])
    for column in _columns():
        op.add_column("message_work", column)
    _number()
    # before anything refers to it: SQLite makes the table anew
    with op.batch_alter_table("message_work") as work:
        work.create_unique_constraint("uq_message_work_number", ["number"])
        work.create_unique_constraint("uq_message_work_day_serial", ["day", "serial"])
        work.create_foreign_key("fk_message_work_case", "cases", ["case_number"], ["number"])
    op.create_index("ix_message_work_at", "message_work", ["at", "call_id"])
    op.create_index("ix_message_work_owner", "message_work", ["owner", "state"])
    op.create_table(
        "work_moves",
        sa.Column("call_id", sa.String(), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["message_work.call_id"]),
    )
    op.execute(
        sa.text(
            "INSERT INTO work_moves (call_id, position, at, who, deed, detail) "
            "SELECT call_id, 1, at, '', 'opened', kind FROM message_work"
        )
    )


def _number() -> None:
    """Give what is there its number, and until when it is due."""
    connection = op.get_bind()
    work = sa.table(
        "message_work",
        sa.column("call_id", sa.String()),
        sa.column("at", sa.DateTime(timezone=True)),
        sa.column("number", sa.String()),
        sa.column("day", sa.Date()),
        sa.column("serial", sa.Integer()),
        sa.column("due_at", sa.DateTime(timezone=True)),
        sa.column("moves", sa.Integer()),
    )
    serials: dict[object, int] = {}
    rows = connection.execute(sa.select(work.c.call_id, work.c.at).order_by(work.c.at, work.c.call_id)).all()
    for call_id, at in rows:
        utc = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
        day = utc.astimezone(CHINA).date()
        serial = serials[day] = serials.get(day, 0) + 1
        number = f"HD{day:%Y%m%d}-{serial:04d}"
        given = {"number": number, "day": day, "serial": serial, "due_at": at + DUE, "moves": 1}
        connection.execute(work.update().where(work.c.call_id == call_id).values(**given))


def downgrade() -> None:
    op.drop_index("ix_message_work_owner", "message_work")
    op.drop_index("ix_message_work_at", "message_work")
    op.drop_table("work_moves")
    with op.batch_alter_table("message_work") as work:
        work.drop_constraint("fk_message_work_case", type_="foreignkey")
        work.drop_constraint("uq_message_work_day_serial", type_="unique")
        work.drop_constraint("uq_message_work_number", type_="unique")
        for column in _columns():
            work.drop_column(column.name)
    op.execute(sa.text("DELETE FROM recordings WHERE take > 1"))
    with op.batch_alter_table("recordings") as recordings:
        recordings.drop_constraint("uq_recordings_call_kind_take", type_="unique")
        recordings.create_unique_constraint("uq_recordings_call_kind", ["call_id", "kind"])
        recordings.drop_column("take")
    for name in ("message_confirmed", "message_takes"):
        op.drop_column("calls", name)
