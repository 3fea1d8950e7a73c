"""Calls that we place: what for, and by which work."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("calls", sa.Column("purpose", sa.String(), nullable=True))
    op.add_column("calls", sa.Column("work", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("calls", "work")
    op.drop_column("calls", "purpose")
