"""When a wait was over that no operator of ours and no message ended."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIMES = ("settled_at", "forward_answered_at")


def upgrade() -> None:
    for name in TIMES:
        op.add_column("calls", sa.Column(name, sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for name in TIMES:
        op.drop_column("calls", name)
