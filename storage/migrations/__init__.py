"""The history of the schema. Never change a revision that was released: add one."""
