"""The journal's position, dead letters, operators' presence; calls whose recordings are still to be measured."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("login", sa.String(), primary_key=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("live", sa.Text(), nullable=False),
    )
    op.create_table(
        "journal_position",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name="ck_journal_position_one_row"),
    )
    op.create_table(
        "dead_letters",
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("calls", sa.Column("unmeasured", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "ix_calls_unmeasured",
        "calls",
        ["id"],
        sqlite_where=sa.text("unmeasured"),
        postgresql_where=sa.text("unmeasured"),
    )


def downgrade() -> None:
    op.drop_index("ix_calls_unmeasured", "calls")
    op.drop_column("calls", "unmeasured")
    op.drop_table("dead_letters")
    op.drop_table("journal_position")
    op.drop_table("presence")
