"""The life of tickets: a hash-chained log, states of rules, what tickets rest on, metrology results, outbox, roles."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("state IN ('proposed', 'validated', 'assigned', 'in_progress')")
STATES = "'proposed', 'validated', 'assigned', 'in_progress', 'done', 'verified', 'dismissed'"
DAY = 86_400_000
DAYS_TO_ACT = {
    "workplace_action": (1, 7, 30, 90),
    "targeted_metrology": (7, 30, 60, 90),
    "kit_check": (1, 7, 7, 14),
}


def upgrade() -> None:
    _new_tables()
    _roles("('engineer', 'physician', 'technician', 'expert', 'employer')")
    with op.batch_alter_table("ticket_revisions", schema=None) as batch_op:
        batch_op.add_column(sa.Column("computed_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("registry_digest", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("packs", sa.JSON(), server_default="[]", nullable=False))
        batch_op.add_column(sa.Column("software", sa.String(), server_default="", nullable=False))
        batch_op.create_foreign_key(
            batch_op.f("fk_ticket_revisions_registry_digest"), "registry_snapshots", ["registry_digest"], ["digest"]
        )
    _tickets()
    _events()
    _chain_what_there_is()
    _no_defaults()


def _new_tables() -> None:
    op.create_table(
        "registry_snapshots",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_registry_snapshots")),
    )
    op.create_table(
        "rule_packs",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_rule_packs")),
    )
    op.create_table(
        "rule_states",
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("agent", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("watermark", sa.BigInteger(), nullable=False),
        sa.Column("flapping", sa.Boolean(), nullable=False),
        sa.Column("history", sa.JSON(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["zone"], ["zones.id"], name=op.f("fk_rule_states_zone")),
        sa.PrimaryKeyConstraint("zone", "rule", name=op.f("pk_rule_states")),
    )
    op.create_table(
        "metrology_results",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("ticket", NUMBER, nullable=False),
        sa.Column("performed", sa.Date(), nullable=False),
        sa.Column("quantity", sa.String(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("expanded_uncertainty", sa.Double(), nullable=True),
        sa.Column("coverage_factor", sa.Double(), nullable=True),
        sa.Column("below_loq", sa.Boolean(), nullable=False),
        sa.Column("limit", sa.Double(), nullable=False),
        sa.Column("comparator", sa.String(), nullable=False),
        sa.Column("limit_source", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("laboratory", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("replaces", NUMBER, nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["ticket"], ["tickets.id"], name=op.f("fk_metrology_results_ticket")),
        sa.ForeignKeyConstraint(["replaces"], ["metrology_results.id"], name=op.f("fk_metrology_results_replaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metrology_results")),
    )
    op.create_index(op.f("ix_metrology_results_ticket"), "metrology_results", ["ticket"])
    op.create_table(
        "outbox",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('pending', 'sending', 'sent', 'failed', 'uncertain')", name=op.f("ck_outbox_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_waiting", "outbox", ["state", "next_attempt"])
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_cursors")),
    )


def _roles(roles: str) -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_accounts_role"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_accounts_role"), f"role IN {roles}")


def _tickets() -> None:
    """Columns for what lists show; *closed* is called *done*."""
    op.drop_index("one_open_ticket", table_name="tickets")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_tickets_state"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_tickets_validated_revision"), type_="check")
        for name in ("kind", "level", "title_fr", "title_en"):
            batch_op.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
        for name in ("simulated", "held_back", "flapping", "ended"):
            batch_op.add_column(sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("priority", sa.BigInteger(), server_default="4", nullable=False))
        batch_op.add_column(sa.Column("events", sa.BigInteger(), server_default="0", nullable=False))
        for name in ("cause", "assignee"):
            batch_op.add_column(sa.Column(name, sa.String(), nullable=True))
        batch_op.add_column(sa.Column("follows", NUMBER, nullable=True))
        for name in ("due", "snoozed_until", "validated_at"):
            batch_op.add_column(sa.Column(name, sa.BigInteger(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_tickets_follows"), "tickets", ["follows"], ["id"])
        batch_op.create_index(batch_op.f("ix_tickets_assignee"), ["assignee"])
        batch_op.create_index(batch_op.f("ix_tickets_due"), ["due"])
    op.execute("UPDATE tickets SET ended = (state IN ('dismissed', 'closed'))")
    op.execute("UPDATE tickets SET state = 'done' WHERE state = 'closed'")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_tickets_state"), f"state IN ({STATES})")
        batch_op.create_check_constraint(
            batch_op.f("ck_tickets_validated_revision"),
            "state IN ('proposed', 'dismissed') OR validated_revision IS NOT NULL",
        )
        batch_op.create_check_constraint(batch_op.f("ck_tickets_priority"), "priority BETWEEN 1 AND 4")
    op.create_index(
        "one_open_ticket", "tickets", ["zone", "agent", "rule"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )


def _events() -> None:
    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.add_column(sa.Column("number", sa.BigInteger(), nullable=True))
        for name in ("role", "previous", "hash"):
            batch_op.add_column(sa.Column(name, sa.String(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("detail", sa.JSON(), server_default="{}", nullable=False))


def _no_defaults() -> None:
    with op.batch_alter_table("ticket_events", schema=None) as batch_op:
        batch_op.alter_column("number", existing_type=sa.BigInteger(), nullable=False)
        for name in ("role", "previous", "hash", "detail"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_unique_constraint(batch_op.f("uq_ticket_events_ticket_number"), ["ticket", "number"])
    with op.batch_alter_table("ticket_revisions", schema=None) as batch_op:
        for name in ("packs", "software"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        for name in ("kind", "level", "title_fr", "title_en", "priority", "events"):
            batch_op.alter_column(name, server_default=None)
        for name in ("simulated", "held_back", "flapping", "ended"):
            batch_op.alter_column(name, server_default=None)
    op.create_index("ix_tickets_listed", "tickets", ["ended", "priority", sa.text("updated DESC"), "id"])


def _chain_what_there_is() -> None:
    """Give the events of before their numbers, details and hashes, and the tickets what their events come to."""
    connection = op.get_bind()
    contents = {
        (row.ticket, row.revision): row.content if isinstance(row.content, dict) else json.loads(row.content)
        for row in connection.execute(sa.text("SELECT ticket, revision, content FROM ticket_revisions"))
    }
    matters = {
        row.id: {"zone": row.zone, "agent": row.agent, "rule": row.rule}
        for row in connection.execute(sa.text("SELECT id, zone, agent, rule FROM tickets"))
    }
    numbers: dict[int, int] = {}
    standing: dict[int, dict[str, object]] = {}
    previous = ""
    rows = connection.execute(
        sa.text('SELECT id, ticket, at, kind, "by", revision, note FROM ticket_events ORDER BY id')
    ).all()
    for row in rows:
        number = numbers[row.ticket] = numbers.get(row.ticket, 0) + 1
        kind = "done" if row.kind == "closed" else row.kind
        content = contents[row.ticket, row.revision]
        role = "" if row.by == "vigie" else "engineer"
        known = standing.setdefault(row.ticket, {"due": None, "validated_at": None, "created": row.at})
        known["updated"] = row.at
        detail = _detail(kind, content, row.at)
        if kind == "opened":
            detail |= matters[row.ticket]
        record = {
            "ticket": row.ticket, "number": number, "at": row.at, "kind": kind, "by": row.by, "role": role,
            "revision": row.revision, "note": row.note, "detail": detail, "previous": previous,
        }  # fmt: skip
        hash_ = hashlib.sha256(_canonical(record)).hexdigest()
        connection.execute(
            sa.text(
                "UPDATE ticket_events SET number = :number, kind = :kind, role = :role, detail = :detail, "
                "previous = :previous, hash = :hash WHERE id = :id"
            ).bindparams(sa.bindparam("detail", type_=sa.JSON)),
            {
                "number": number, "kind": kind, "role": role, "detail": detail, "previous": previous, "hash": hash_,
                "id": row.id,
            },
        )  # fmt: skip
        previous = hash_
        _learn(known, kind, content, row, detail)
    for ticket, known in standing.items():
        connection.execute(
            sa.text(
                "UPDATE tickets SET kind = :kind, level = :level, title_fr = :title_fr, title_en = :title_en, "
                "simulated = :simulated, held_back = :held_back, priority = :priority, due = :due, "
                "validated_at = :validated_at, events = :events, created = :created, updated = :updated WHERE id = :ticket"
            ),
            known | {"ticket": ticket, "events": numbers[ticket]},
        )


def _learn(known: dict[str, object], kind: str, content: dict[str, object], row: sa.Row, detail: dict) -> None:  # type: ignore[type-arg]
    if kind in ("opened", "amended"):
        known |= {name: content[name] for name in ("kind", "level", "priority", "title_fr", "title_en", "simulated")}
        known["held_back"] = content["held_back_by"] is not None
        if known["validated_at"] is None:
            decide = row.at + (1 if content["priority"] == 1 else 7) * DAY
            known["due"] = decide if known["due"] is None else min(known["due"], decide)
    elif kind == "validated":
        known["validated_at"] = row.at
    if "due" in detail:
        known["due"] = detail["due"]
    elif kind == "dismissed":
        known["due"] = None


def _detail(kind: str, content: dict[str, object], at: int) -> dict[str, object]:
    if kind in ("opened", "amended"):
        said = {name: content[name] for name in ("kind", "level", "priority", "title_fr", "title_en", "simulated")}
        digest = hashlib.sha256(_canonical(content)).hexdigest()
        return said | {"held_back": content["held_back_by"] is not None, "content": digest, "follows": None}
    if kind == "validated":
        return {"due": at + DAYS_TO_ACT[str(content["kind"])][int(str(content["priority"])) - 1] * DAY}
    if kind == "done":
        return {"due": at + 182 * DAY}
    return {"reason": "known"} if kind == "dismissed" else {}


def _canonical(record: dict[str, object]) -> bytes:
    return json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode("ascii")


def downgrade() -> None:
    raise RuntimeError("the log of tickets cannot be taken apart again; restore the backup of before the upgrade")
