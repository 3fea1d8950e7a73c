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
    for_work = sa.text("work <> ''")
    op.create_index("ix_calls_work", "calls", ["work"], sqlite_where=for_work, postgresql_where=for_work)


def downgrade() -> None:
    op.drop_index("ix_calls_work", "calls")
    op.drop_column("calls", "work")
    op.drop_column("calls", "purpose")
