"""The audit."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), nullable=False, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("who", "act", "subject", "origin")),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("audit")
