"""Telephones on the operators' desks."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_phones",
        sa.Column("login", sa.String(), primary_key=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("codecs", sa.String(), nullable=False),
        sa.Column("ha1", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"]),
        sa.UniqueConstraint("contact", name="uq_desk_phones_contact"),
    )


def downgrade() -> None:
    op.drop_table("desk_phones")
