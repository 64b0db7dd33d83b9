"""Registry, tickets, accounts, audit."""

import sqlalchemy as sa
from alembic import op


revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_at"), ["at"], unique=False)

    op.create_table(
        "compute_state",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("readings_version", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_compute_state")),
    )
    op.create_table(
        "employers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("siret", sa.String(), nullable=False),
        sa.Column("naf", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_employers")),
    )
    op.create_table(
        "kit_status",
        sa.Column("kit", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("firmware", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("kit", name=op.f("pk_kit_status")),
    )
    op.create_table(
        "kits",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("model", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kits")),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("email", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=True),
        sa.Column("password", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(role = 'employer') = (employer IS NOT NULL)", name=op.f("ck_accounts_tenant")),
        sa.CheckConstraint("role IN ('engineer', 'employer')", name=op.f("ck_accounts_role")),
        sa.ForeignKeyConstraint(["employer"], ["employers.id"], name=op.f("fk_accounts_employer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "calibrations",
        sa.Column("kit", sa.String(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("performed", sa.Date(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("gain", sa.Double(), nullable=False),
        sa.Column("offset", sa.Double(), nullable=False),
        sa.Column("uncertainty", sa.JSON(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["kit"], ["kits.id"], name=op.f("fk_calibrations_kit")),
        sa.PrimaryKeyConstraint("kit", "quantity", "performed", name=op.f("pk_calibrations")),
    )
    op.create_table(
        "establishments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("employer", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("subdivision", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["employer"], ["employers.id"], name=op.f("fk_establishments_employer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_establishments")),
    )
    with op.batch_alter_table("establishments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_establishments_employer"), ["employer"], unique=False)

    op.create_table(
        "sessions",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("account", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_sessions_account")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sessions_account"), ["account"], unique=False)

    op.create_table(
        "zones",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("establishment", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("headcount", sa.BigInteger(), nullable=False),
        sa.Column("work_unit", sa.String(), nullable=False),
        sa.Column("intensity", sa.String(), nullable=False),
        sa.Column("schedule", sa.JSON(), nullable=False),
        sa.Column("transfer_factors", sa.JSON(), nullable=False),
        sa.Column("place_uncertainty", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["establishment"], ["establishments.id"], name=op.f("fk_zones_establishment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_zones")),
    )
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_zones_establishment"), ["establishment"], unique=False)

    op.create_table(
        "deployments",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kit", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=True),
        sa.Column("position", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["kit"], ["kits.id"], name=op.f("fk_deployments_kit")),
        sa.ForeignKeyConstraint(["zone"], ["zones.id"], name=op.f("fk_deployments_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployments")),
    )
    with op.batch_alter_table("deployments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployments_kit"), ["kit"], unique=False)
        batch_op.create_index(batch_op.f("ix_deployments_zone"), ["zone"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("validated_revision", sa.BigInteger(), nullable=True),
        sa.Column("supported", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state <> 'validated' OR validated_revision IS NOT NULL", name=op.f("ck_tickets_validated_revision")
        ),
        sa.CheckConstraint("state IN ('proposed', 'validated', 'dismissed', 'closed')", name=op.f("ck_tickets_state")),
        sa.ForeignKeyConstraint(["zone"], ["zones.id"], name=op.f("fk_tickets_zone")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_zone"), ["zone"], unique=False)
        batch_op.create_index(
            "one_open_ticket",
            ["zone", "agent", "rule"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'validated')"),
            postgresql_where=sa.text("state IN ('proposed', 'validated')"),
        )

    op.create_table(
        "ticket_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_ticket_events_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_events")),
    )
    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ticket_events_ticket"), ["ticket"], unique=False)

    op.create_table(
        "ticket_revisions",
        sa.Column("ticket", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("readings_version", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_ticket_revisions_ticket")),
        sa.PrimaryKeyConstraint("ticket", "revision", name=op.f("pk_ticket_revisions")),
    )


def downgrade() -> None:
    op.drop_table("ticket_revisions")
    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ticket_events_ticket"))

    op.drop_table("ticket_events")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(
            "one_open_ticket",
            sqlite_where=sa.text("state IN ('proposed', 'validated')"),
            postgresql_where=sa.text("state IN ('proposed', 'validated')"),
        )
        batch_op.drop_index(batch_op.f("ix_tickets_zone"))

    op.drop_table("tickets")
    with op.batch_alter_table("deployments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deployments_zone"))
        batch_op.drop_index(batch_op.f("ix_deployments_kit"))

    op.drop_table("deployments")
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_zones_establishment"))

    op.drop_table("zones")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sessions_account"))

    op.drop_table("sessions")
    with op.batch_alter_table("establishments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_establishments_employer"))

    op.drop_table("establishments")
    op.drop_table("calibrations")
    op.drop_table("accounts")
    op.drop_table("sign_in_throttle")
    op.drop_table("kits")
    op.drop_table("kit_status")
    op.drop_table("employers")
    op.drop_table("compute_state")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_at"))

    op.drop_table("audit")
