"""For how long the citizen heard music in a talk, which is no part of it."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("call_legs", sa.Column("held_s", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("call_legs", "held_s")
