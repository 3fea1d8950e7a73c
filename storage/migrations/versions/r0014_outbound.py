"""Calls to numbers outside, placed and refused."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outbound_calls",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("call_id", "number", "operator", "purpose")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal", sa.String(), nullable=False, server_default=""),
    )
    op.create_index("ix_outbound_calls_at", "outbound_calls", ["at"])
    refused = sa.text("refusal <> ''")
    op.create_index(
        "ix_outbound_calls_refused", "outbound_calls", ["id"], sqlite_where=refused, postgresql_where=refused
    )


def downgrade() -> None:
    op.drop_table("outbound_calls")
