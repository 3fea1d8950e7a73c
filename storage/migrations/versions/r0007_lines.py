"""Whose line a call came by and where it went: diversions, overflow, call-backs, incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXTS = ("diverted_from", "line", "tag", "forwarded_to", "joined")
FLAGS = ("urgent", "returned")


def upgrade() -> None:
    for name in TEXTS:
        op.add_column("calls", sa.Column(name, sa.String(), nullable=False, server_default=""))
    for name in FLAGS:
        op.add_column("calls", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("message_work", sa.Column("kind", sa.String(), nullable=False, server_default="message"))
    op.create_table(
        "case_callers",
        sa.Column("number", sa.String(), primary_key=True),
        sa.Column("call_id", sa.String(), primary_key=True),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"]),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
    )


def downgrade() -> None:
    op.drop_table("case_callers")
    op.drop_column("message_work", "kind")
    for name in (*FLAGS, *TEXTS):
        op.drop_column("calls", name)
