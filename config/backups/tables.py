"""What the database holds: its tables, how each is copied, and which public rows belong to one client.

Ledger positions are rewritten on the way out. An entry carries the number of the transaction that wrote it, and
readers go by (xid, id); in another database cluster transactions are counted anew, so the numbers of the old one
would lie in its future and no reader would ever reach what is recorded after the restore. A backup therefore
holds the smallest numbers that keep the order of (xid, id): 1, and one more wherever an id is smaller than the one
before it. The hash chain does not contain xid, and its seals are moved with their entries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.backends.utils import CursorWrapper
from psycopg import sql

LEFT_OUT = frozenset({"django_session"})
"""Tables whose rows are not kept: after a restore everybody signs in anew."""

SHARED_WHOLE = frozenset({
    "accounts_role", "auth_group", "auth_group_permissions", "auth_permission", "django_content_type",
    "django_migrations", "socialaccount_socialapp", "tenants_blueprint", "tenants_networkpolicy",
})  # fmt: skip
"""Public tables that say nothing about a client: a backup of one client holds them whole."""

AGENCYS_LEDGER = frozenset({"ledger_entry", "ledger_seal", "ledger_cursor"})
"""The public ones tell what happened at the agency; they do not travel with one client."""

PEOPLE = "accounts_user"
EVERYWHERE = frozenset({"accounts_seat"})
"""Tables in which a row without a client counts for every client: a seat at the agency."""

POSITIONS = {"ledger_seal": ("last_xid", "last_id"), "ledger_cursor": ("xid", "entry_id")}
"""Tables that point at a place in the ledger, and the columns that do."""

ENTRIES = "ledger_entry"

COLUMNS = """
    SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum),
        array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum), pg_table_size(c.oid)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE n.nspname = %s AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.oid, c.relname ORDER BY c.relname
"""

REFERENCES = """
    SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE n.nspname = 'public' AND c.contype = 'f' AND array_length(c.conkey, 1) = 1
"""

SEQUENCES = (
    "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = %s AND last_value IS NOT NULL"
)


class UnknownPosition(Exception):
    """A table has a transaction number that this module does not know how to carry over."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table and the columns that are copied; generated ones are computed again by the database."""

    schema: str
    name: str
    columns: tuple[str, ...]
    size: int = 0
    """Bytes on disk, to tell how far a backup is."""

    @property
    def title(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class PublicTable:
    """How the rows of a public table depend on a client and on other tables (their names, by column)."""

    name: str
    client_column: str = ""
    references: dict[str, str] = field(default_factory=dict)


def read_tables(cursor: CursorWrapper, schema: str) -> list[Table]:
    """The tables of a schema by name."""
    cursor.execute(COLUMNS, [schema])
    found = []
    for name, columns, types, size in cursor.fetchall():
        moved = {ENTRIES: ("xid",), **POSITIONS}.get(name, ())
        for column, kind in zip(columns, types, strict=True):
            if kind == "xid8" and column not in moved:
                raise UnknownPosition(
                    f"{name}.{column} is a transaction number; add it to {__name__}.POSITIONS."
                )
        found.append(Table(schema, name, tuple(columns), size))
    return found


def read_sequences(cursor: CursorWrapper, schema: str) -> dict[str, int]:
    """The last number each sequence has given out."""
    cursor.execute(SEQUENCES, [schema])
    return dict(cursor.fetchall())


def read_public(cursor: CursorWrapper, tables: list[Table]) -> dict[str, PublicTable]:
    """The public tables with what `of_clients` needs to know of them."""
    cursor.execute(REFERENCES)
    references: dict[str, dict[str, str]] = {}
    for table, column, target in cursor.fetchall():
        references.setdefault(table.removeprefix("public."), {})[column] = target.removeprefix("public.")
    found = {}
    for table in tables:
        column = next((name for name in ("client_id", "tenant_id") if name in table.columns), "")
        found[table.name] = PublicTable(table.name, column, references.get(table.name, {}))
    return found


def copy_out(table: Table, where: sql.Composable | None = None) -> sql.Composed:
    """The COPY statement that writes the rows of a table, with ledger positions rewritten."""
    if where is not None:  # first: no rewriting may widen what a backup of one client holds
        source = sql.SQL("SELECT {} FROM {} WHERE {}").format(
            _columns(table), sql.Identifier(table.schema, table.name), where
        )
    elif table.name == ENTRIES:
        source = _entries(table)
    elif table.name in POSITIONS:
        source = _positions(table)
    else:
        return sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(table.schema, table.name), _columns(table)
        )
    return sql.SQL("COPY ({}) TO STDOUT").format(source)


def copy_back(table: Table) -> sql.Composed:
    """The COPY statement that writes the rows of a restored table as they are."""
    return sql.SQL("COPY {} ({}) TO STDOUT").format(sql.Identifier(table.schema, table.name), _columns(table))


def copy_in(table: Table) -> sql.Composed:
    return sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.schema, table.name), _columns(table)
    )


def of_clients(name: str, public: Mapping[str, PublicTable], ids: Sequence[int]) -> sql.Composable | None:
    """Which rows of a public table belong to these clients; None means all of them.

    Rows of a table that has neither a client nor a reference to somebody are left out unless SHARED_WHOLE names
    it: what is unknown does not travel with one client.
    """
    table, clients = (
        public[name],
        sql.SQL("ANY (ARRAY[{}]::bigint[])").format(sql.SQL(", ").join(map(sql.Literal, ids))),
    )
    if name in SHARED_WHOLE:
        return None
    if name == "tenants_client":
        return sql.SQL("id = {}").format(clients)
    if table.client_column:
        column = sql.Identifier(table.client_column)
        words = "({0} = {1} OR {0} IS NULL)" if name in EVERYWHERE else "{0} = {1}"
        return sql.SQL(words).format(column, clients)
    if name == PEOPLE:
        return _people(public, ids)
    rules = [
        sql.SQL("({0} IS NULL OR {0} IN (SELECT id FROM public.{1} WHERE {2}))").format(
            sql.Identifier(column), sql.Identifier(target), rule
        )
        for column, target in table.references.items()
        if target in public and target != name and (rule := of_clients(target, public, ids)) is not None
    ]
    return sql.SQL(" AND ").join(rules) if rules else sql.SQL("false")


def _people(public: Mapping[str, PublicTable], ids: Sequence[int]) -> sql.Composable:
    """Everybody whom a row of the client, or a seat at the agency, refers to."""
    found = [
        sql.SQL("id IN (SELECT {} FROM public.{} WHERE {})").format(
            sql.Identifier(column), sql.Identifier(table.name), rule
        )
        for table in public.values()
        if table.client_column and (rule := of_clients(table.name, public, ids)) is not None
        for column, target in table.references.items()
        if target == PEOPLE
    ]
    return sql.SQL(" OR ").join(found) if found else sql.SQL("false")


# --- Ledger positions --------------------------------------------------------------------------------
RANKED = """
    SELECT *, 1 + count(*) FILTER (WHERE steps_back) OVER (ORDER BY xid, id) AS place FROM (
        SELECT *, id < lag(id) OVER (ORDER BY xid, id) AS steps_back FROM {schema}.ledger_entry
    ) AS entry
"""


def _entries(table: Table) -> sql.Composed:
    columns = [
        sql.SQL("place::text::xid8") if name == "xid" else sql.Identifier(name) for name in table.columns
    ]
    return sql.SQL("SELECT {} FROM ({}) AS ranked ORDER BY place, id").format(
        sql.SQL(", ").join(columns), sql.SQL(RANKED).format(schema=sql.Identifier(table.schema))
    )


def _positions(table: Table) -> sql.Composed:
    """The rows of a table that points at entries, with their new places; 0 stays 0, the beginning."""
    xid, entry = POSITIONS[table.name]
    columns = [
        sql.SQL("coalesce(place, 0)::text::xid8") if name == xid else sql.Identifier("pointing", name)
        for name in table.columns
    ]
    statement = """
        SELECT {columns} FROM {table} AS pointing
        LEFT JOIN (SELECT id, place FROM ({ranked}) AS entries) AS ranked ON ranked.id = pointing.{entry}
        ORDER BY 1
    """
    return sql.SQL(statement).format(
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier(table.schema, table.name),
        ranked=sql.SQL(RANKED).format(schema=sql.Identifier(table.schema)),
        entry=sql.Identifier(entry),
    )


def _columns(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in table.columns)
