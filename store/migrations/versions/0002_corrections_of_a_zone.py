"""Named corrections of a zone's readings."""

import sqlalchemy as sa
from alembic import op


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.add_column(sa.Column("corrections", sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.alter_column("corrections", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("zones", schema=None) as batch_op:
        batch_op.drop_column("corrections")
