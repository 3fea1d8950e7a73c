"""The name of the journal that a database goes with."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("journal_position", sa.Column("journal", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("journal_position", "journal")
