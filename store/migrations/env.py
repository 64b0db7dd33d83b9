"""How Alembic runs our migrations: on the connection :meth:`store.database.Database.upgrade` hands over."""

from alembic import context

from store.tables import Base


def migrate() -> None:
    """Run the migrations that are asked for, all of them or none."""
    context.configure(
        connection=context.config.attributes["connection"], target_metadata=Base.metadata, render_as_batch=True
    )
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # the name Alembic loads it by; anybody else may import it unharmed
    migrate()
