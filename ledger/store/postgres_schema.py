"""The shape of a ledger in a PostgreSQL schema: tables, append-only triggers, the row of the tip.

Tables and columns are those of `ledger.store.tables`. Text is ordered by code points (collation
"C"), as SQLite and Python order it, whatever the database's own language is. Beside them stand
two tables that only several writers need: `tip`, the one row whose lock is the right to append,
and `recent`, a ring of what the last groups changed.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql.base import PGDialect, PGTypeCompiler
from sqlalchemy.schema import CreateIndex, CreateTable, DDLElement

from ledger.errors import Unavailable
from ledger.store.tables import DERIVED_TABLES, LOG_TABLES, METADATA

LAYOUT = 1
"""The shape of the log tables, of `tip` and of `recent`."""
RING = 1_000
"""How many groups back it is known what they changed."""

_SHARED = {
    "tip": (
        "CREATE TABLE tip (one boolean PRIMARY KEY CHECK (one), layout bigint NOT NULL,"
        " size bigint NOT NULL, groups bigint NOT NULL)"
    ),
    "recent": (
        "CREATE TABLE recent (slot bigint PRIMARY KEY, first_seq bigint NOT NULL,"
        " last_seq bigint NOT NULL, kinds text[] NOT NULL, ids text[] NOT NULL)"
    ),
}
SHARED_TABLES = tuple(_SHARED)
"""Tables that are neither log nor derived: several writers find each other by them."""

_GUARD = "BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END"
_COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, k.collname,
       coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_collation k ON k.oid = a.attcollation
LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p')
ORDER BY c.relname, a.attnum
"""
_TRIGGERS = """
SELECT c.relname, t.tgname, t.tgtype, t.tgenabled, p.prosrc
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN pg_proc p ON p.oid = t.tgfoid
WHERE c.relnamespace = to_regnamespace(current_schema()) AND NOT t.tgisinternal
"""
_GRANTED = """
SELECT pg_get_userbyid(a.grantee), a.privilege_type
FROM pg_class c, aclexplode(c.relacl) a
WHERE c.oid = 'entry'::regclass AND a.grantee NOT IN (0, c.relowner)
"""
_STATEMENT_UPDATE_DELETE_TRUNCATE_BEFORE = 2 | 8 | 16 | 32  # of pg_trigger.tgtype

Columns = list[tuple[str, str, bool, str | None, bool]]
"""Name, type, NOT NULL, collation, in the primary key."""


class _Types(PGTypeCompiler):
    def visit_TEXT(self, type_: Any, **kw: Any) -> str:  # noqa: N802 - SQLAlchemy's own name
        """Text that is ordered by code points."""
        return 'TEXT COLLATE "C"'


_DIALECT = PGDialect()  # type: ignore[no-untyped-call] # SQLAlchemy does not say
_DIALECT.type_compiler_instance = _Types(_DIALECT)


def prepare(connection: Connection, *, rebuild: bool = False) -> None:
    """Check the ledger in the current schema, or make a new one, inside the open transaction.

    Raises `Unavailable` for a schema that is missing or another program's, of a newer release, or
    with a table that has another shape than this release gives it (with `rebuild`: a log table).
    """
    (schema,) = _row(connection, "SELECT current_schema()")
    if schema is None:
        raise Unavailable("There is no such schema in the database: create it first.")
    # Two servers that start at once on an empty schema: the second one finds the tables.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('duebill ' || current_schema()))")
    found = _columns(connection)
    if found and "tip" not in found:
        raise Unavailable(f"The schema {schema} holds tables of another program.")
    if not found:
        _create_all(connection)
        return
    (layout,) = _row(connection, "SELECT max(layout) FROM tip")
    if layout is None or layout > LAYOUT:
        raise Unavailable(f"The schema has layout {layout}; this release knows {LAYOUT}.")
    for table in LOG_TABLES if rebuild else METADATA.sorted_tables:
        if found.get(table.name) != _due(table):
            raise Unavailable(f"Table {table.name} is of another release: run duebill rebuild.")


def renew_derived(connection: Connection) -> None:
    """Empty derived tables in the shape of this release, for a replay to fill.

    A table that has it already is only emptied, so that readers see its old rows to the end.
    """
    found = _columns(connection)
    for table in DERIVED_TABLES:
        if found.get(table.name) == _due(table):
            connection.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))
        else:
            made = [f'DROP TABLE IF EXISTS "{table.name}"', *_creating(table)]
            connection.execute(";\n".join(made).encode())
            _grant_again(connection, table)


def faults(connection: Connection) -> list[str]:
    """One sentence for each thing in the schema that is not as `prepare` makes it."""
    found = _columns(connection)
    missing = [
        f"Table {table.name} is not there or has another shape."
        for table in METADATA.sorted_tables
        if found.get(table.name) != _due(table)
    ]
    missing += [f"Table {name} is not there." for name in SHARED_TABLES if name not in found]
    ours = {*METADATA.tables, *SHARED_TABLES}
    strange = [f"There is a table {name} that is none of ours." for name in found.keys() - ours]
    return missing + sorted(strange) + _trigger_faults(connection) + _tip_faults(connection)


def _tip_faults(connection: Connection) -> list[str]:
    """The next entry would be put where the tip says."""
    (size,) = _row(connection, "SELECT max(size) FROM tip")
    (last,) = _row(connection, "SELECT coalesce(max(seq), -1) FROM entry")
    return [] if size == last + 1 else [f"The tip says {size} entries; the last is {last}."]


def _trigger_faults(connection: Connection) -> list[str]:
    there = {(table, name): tuple(rest) for table, name, *rest in connection.execute(_TRIGGERS)}
    due = {(table.name, f"{table.name}_append_only") for table in LOG_TABLES}
    sound = (_STATEMENT_UPDATE_DELETE_TRUNCATE_BEFORE, "A", _GUARD)
    return [
        f"Trigger {name} is not there or does something else."
        for table, name in sorted(due)
        if there.get((table, name)) != sound
    ] + [
        f"There is a trigger {name} on {table} that is none of ours."
        for table, name in sorted(there.keys() - due)
    ]


def _create_all(connection: Connection) -> None:
    statements = [text for table in METADATA.sorted_tables for text in _creating(table)]
    statements += _SHARED.values()
    statements += [
        f"INSERT INTO tip VALUES (true, {LAYOUT}, 0, 0)",  # noqa: S608 - a number of ours
        f"CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $${_GUARD}$$",
    ]
    acts, each = "UPDATE OR DELETE OR TRUNCATE", "FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
    for table in LOG_TABLES:
        trigger = f"{table.name}_append_only"
        statements += [
            f"CREATE TRIGGER {trigger} BEFORE {acts} ON {table.name} {each}",
            # Also where a session says that it only repeats what happened elsewhere.
            f"ALTER TABLE {table.name} ENABLE ALWAYS TRIGGER {trigger}",
        ]
    connection.execute(";\n".join(statements).encode())


def _creating(table: Table) -> list[str]:
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    made: list[DDLElement] = [CreateTable(table), *map(CreateIndex, indexes)]
    return [str(item.compile(dialect=_DIALECT)) for item in made]


def _columns(connection: Connection) -> dict[str, Columns]:
    """The columns of each table of the schema."""
    found: dict[str, Columns] = {}
    for table, *column in connection.execute(_COLUMNS):
        name, kind, needed, collation, key = column
        found.setdefault(table, []).append((name, kind, needed, collation, key))
    return found


def _due(table: Table) -> Columns:
    """The columns that this release gives a table."""
    types = ((column, column.type.compile(PGDialect())) for column in table.columns)  # type: ignore[no-untyped-call] # SQLAlchemy does not say
    return [
        (
            column.name,
            kind.lower(),
            not column.nullable,
            "C" if kind == "TEXT" else None,
            column.primary_key,
        )
        for column, kind in types
    ]


def _grant_again(connection: Connection, table: Table) -> None:
    """Who may read or add to the log may read or change a derived table."""
    rights = {"SELECT": SQL("SELECT"), "INSERT": SQL("INSERT, UPDATE, DELETE")}
    for role, right in connection.execute(_GRANTED).fetchall():
        if right in rights:
            grant = SQL("GRANT {} ON {} TO {}")
            connection.execute(
                grant.format(rights[right], Identifier(table.name), Identifier(role))
            )


def _row(connection: Connection, statement: str) -> tuple[Any, ...]:
    row = connection.execute(statement.encode()).fetchone()
    return row if row is not None else ()
