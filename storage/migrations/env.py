"""Run by alembic, on the connection that `storage.database.migrate` opened."""

from alembic import context
from sqlmodel import SQLModel

from storage import tables

target = SQLModel.metadata
if not set(target.tables) >= {tables.Call.__tablename__}:
    raise RuntimeError("the tables are not loaded")

# SQLite can undo changes of the schema since we begin transactions ourselves: killed half-way, nothing has happened
context.configure(connection=context.config.attributes["connection"], target_metadata=target, transactional_ddl=True)
context.run_migrations()
