"""Those who gave up waiting are work; several calls of one citizen are one piece, done when he got through."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UNATTENDED = ("join", "ask", "go_over", "serve")


def _columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("calls", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("through_call", sa.String(), nullable=True),
        sa.Column("through_at", sa.DateTime(timezone=True), nullable=True),
    ]


def upgrade() -> None:
    for column in _columns():
        op.add_column("message_work", column)
    op.create_index("ix_message_work_caller", "message_work", ["caller", "state"])
    with op.batch_alter_table("work_moves") as moves:
        moves.add_column(sa.Column("by_call", sa.String(), nullable=True))
        moves.create_foreign_key("fk_work_moves_by_call", "calls", ["by_call"], ["id"])
    op.create_index("ix_work_moves_by_call", "work_moves", ["by_call"])
    op.add_column("journal_position", sa.Column("missed_since", sa.DateTime(timezone=True), nullable=True))
    position = sa.table("journal_position", sa.column("seq"), sa.column("missed_since", sa.DateTime(timezone=True)))
    # where nothing has come to the store yet, all that is given up will be work
    op.execute(position.update().where(position.c.seq > 0).values(missed_since=datetime.now(UTC)))


def downgrade() -> None:
    _forget()
    op.drop_column("journal_position", "missed_since")
    op.drop_index("ix_work_moves_by_call", "work_moves")
    with op.batch_alter_table("work_moves") as moves:
        moves.drop_constraint("fk_work_moves_by_call", type_="foreignkey")
        moves.drop_column("by_call")
    op.drop_index("ix_message_work_caller", "message_work")
    for column in _columns():
        op.drop_column("message_work", column.name)


def _forget() -> None:
    """Make of what there is what the program before can read: no missed calls, and no move that it does not know.

    What was done without a person is open again, and histories are without gaps.
    """
    connection = op.get_bind()
    work = sa.table(
        "message_work", *(sa.column(one) for one in ("call_id", "kind", "state", "owner", "ending", "moves"))
    )
    undone = sa.table("message_work", sa.column("call_id"), sa.column("done_at", sa.DateTime(timezone=True)))
    moves = sa.table("work_moves", *(sa.column(one) for one in ("call_id", "position", "deed")))
    missed = sa.select(work.c.call_id).where(work.c.kind == "missed")
    connection.execute(moves.delete().where(moves.c.call_id.in_(missed)))
    connection.execute(work.delete().where(work.c.kind == "missed"))
    changed = (
        connection.execute(sa.select(moves.c.call_id).where(moves.c.deed.in_(UNATTENDED)).distinct()).scalars().all()
    )
    connection.execute(moves.delete().where(moves.c.deed.in_(UNATTENDED)))
    for call_id in changed:
        mine = moves.c.call_id == call_id
        places = connection.execute(sa.select(moves.c.position).where(mine).order_by(moves.c.position)).scalars().all()
        for position, place in enumerate(places, 1):
            connection.execute(moves.update().where(mine, moves.c.position == place).values(position=position))
        connection.execute(work.update().where(work.c.call_id == call_id).values(moves=len(places)))
        alone = sa.and_(work.c.call_id == call_id, work.c.state == "done", work.c.owner == "")
        if connection.execute(sa.select(work.c.call_id).where(alone)).first() is not None:
            connection.execute(work.update().where(work.c.call_id == call_id).values(state="open", ending=""))
            connection.execute(undone.update().where(undone.c.call_id == call_id).values(done_at=None))
