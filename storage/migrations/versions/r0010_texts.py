"""Texts to citizens. Who left a message, asked for a call-back or has a case already is not told of it any more."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

COLUMNS = "id, kind, subject, caller, at, wanted_at, state, reason, due_at"


def upgrade() -> None:
    op.create_table(
        "texts",
        sa.Column("id", sa.String(), primary_key=True),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject", "caller")),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=False) for name in ("at", "wanted_at")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("state", "reason")),
        sa.Column("detail", sa.Text(), nullable=False, server_default=""),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recipient", sa.String(), nullable=False, server_default=""),
        sa.Column("words", sa.Text(), nullable=False, server_default=""),
        sa.Column("template", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sid", sa.String(), nullable=False, server_default=""),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in ("handed_at", "settled_at")),
    )
    for name, columns in INDEXES.items():
        op.create_index(name, "texts", columns)
    told = "'suppressed', 'before'"
    op.execute(
        f"INSERT INTO texts ({COLUMNS}) SELECT kind || '.' || call_id, kind, call_id, caller, at, at, {told}, at "  # noqa: S608
        "FROM message_work"
    )
    op.execute(
        f"INSERT INTO texts ({COLUMNS}) SELECT 'case.' || number, 'case', number, caller, created_at, created_at, "  # noqa: S608
        f"{told}, created_at FROM cases WHERE call_id IS NOT NULL"
    )


INDEXES = {
    "ix_texts_newest": ["at", "id"],
    "ix_texts_state": ["state", "at", "id"],
    "ix_texts_due": ["state", "due_at"],
    "ix_texts_subject": ["subject"],
}


def downgrade() -> None:
    op.drop_table("texts")
