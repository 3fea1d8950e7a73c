"""Accounts, queues, calls, recordings, messages and cases."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _instant(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable, primary_key=key)


def _number(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=nullable, primary_key=key, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "accounts",
        _text("login", key=True),
        _text("name"),
        _text("role"),
        _text("password_hash"),
        sa.Column("active", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "sessions",
        _text("token_sha256", key=True),
        _text("login"),
        _text("kind"),
        _instant("created_at"),
        _instant("seen_at"),
        _instant("expires_at"),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"]),
    )
    op.create_index("ix_sessions_login", "sessions", ["login"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "queues",
        _text("name", key=True),
        _number("position"),
        _text("title"),
        _number("ring_s"),
        _number("wrap_up_s"),
        _number("nobody_wait_s"),
        _number("max_wait_s"),
        _number("reconnect_s"),
    )
    op.create_table(
        "queue_members",
        _text("login", key=True),
        _text("queue", key=True),
        sa.ForeignKeyConstraint(["login"], ["accounts.login"]),
        sa.ForeignKeyConstraint(["queue"], ["queues.name"]),
    )
    op.create_table(
        "citizens",
        _text("number", key=True),
        _text("name"),
        _instant("first_call_at"),
        _instant("last_call_at"),
    )
    op.create_table(
        "calls",
        _text("id", key=True),
        _text("caller"),
        _text("caller_name"),
        _text("called"),
        _text("channel"),
        _text("state"),
        _text("queue", nullable=True),
        _text("operator", nullable=True),
        _instant("arrived_at"),
        _instant("queued_at", nullable=True),
        _instant("answered_at", nullable=True),
        _instant("message_at", nullable=True),
        _instant("ended_at", nullable=True),
        _text("ended_by", nullable=True),
        _number("cause", nullable=True),
        _text("outcome", nullable=True),
        _text("abandon_stage", nullable=True),
        sa.Column("wait_s", sa.Float(), nullable=True),
        sa.Column("talk_s", sa.Float(), nullable=False),
        sa.Column("live", sa.Text(), nullable=True),
    )
    op.create_index("ix_calls_newest", "calls", ["arrived_at", "id"])
    op.create_index("ix_calls_operator", "calls", ["operator", "arrived_at"])
    op.create_index("ix_calls_caller", "calls", ["caller", "arrived_at"])
    op.create_index("ix_calls_state", "calls", ["state"])
    op.create_table(
        "call_moments",
        _text("call_id", key=True),
        _number("position", key=True),
        _instant("at"),
        _text("kind"),
        _text("detail"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
    )
    op.create_table(
        "call_legs",
        _text("call_id", key=True),
        _number("position", key=True),
        _text("operator"),
        _text("channel", nullable=True),
        _instant("offered_at"),
        _instant("rung_at", nullable=True),
        _instant("answered_at", nullable=True),
        _instant("ended_at", nullable=True),
        _text("result", nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
    )
    op.create_index("ix_call_legs_operator", "call_legs", ["operator", "call_id"])
    op.create_table(
        "recordings",
        _text("id", key=True),
        _text("call_id"),
        _text("kind"),
        _text("file"),
        _number("channels"),
        _number("rate"),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        _text("sha256"),
        _text("state"),
        _text("reason", nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.UniqueConstraint("call_id", "kind", name="uq_recordings_call_kind"),
    )
    op.create_table(
        "message_work",
        _text("call_id", key=True),
        _text("caller"),
        _instant("at"),
        _text("state"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
    )
    op.create_index("ix_message_work_newest", "message_work", ["state", "at", "call_id"])
    op.create_table(
        "cases",
        _text("number", key=True),
        sa.Column("day", sa.Date(), nullable=False),
        _number("serial"),
        _text("type"),
        sa.Column("content", sa.Text(), nullable=False),
        _text("place"),
        _text("urgency"),
        _text("citizen_name"),
        _text("caller"),
        _text("call_id", nullable=True),
        _text("operator"),
        _text("state"),
        _number("version"),
        _instant("created_at"),
        _instant("updated_at"),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"]),
        sa.UniqueConstraint("day", "serial", name="uq_cases_day_serial"),
        sa.UniqueConstraint("call_id", "operator", name="uq_cases_call_operator"),
    )
    op.create_index("ix_cases_newest", "cases", ["created_at", "number"])
    op.create_index("ix_cases_operator", "cases", ["operator", "created_at"])
    op.create_index("ix_cases_caller", "cases", ["caller", "created_at"])
    op.create_table(
        "case_history",
        _text("number", key=True),
        _number("version", key=True),
        _instant("at"),
        _text("who"),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["cases.number"]),
    )
    op.create_table(
        "terms",
        _number("id", key=True),
        _number("value"),
        sa.CheckConstraint("id = 1", name="ck_terms_one_row"),
    )


def downgrade() -> None:
    for name in (
        "terms",
        "case_history",
        "cases",
        "message_work",
        "recordings",
        "call_legs",
        "call_moments",
        "calls",
        "citizens",
        "queue_members",
        "queues",
        "sessions",
        "accounts",
    ):
        op.drop_table(name)
