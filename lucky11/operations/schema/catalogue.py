"""The parts of a database, as PostgreSQL describes them, for comparing two databases."""

from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

# Everything that was made in the schema `public`, each as kind, owner, name and definition. The order
# of columns is left out: a restored database and a migrated one may differ in it. So are rights, which belong
# to `db_roles`, and what belongs to an extension: neither the migrations nor a backup make it.
PARTS = """
    WITH extended AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
    own_relations AS (
        SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_class'::regclass AND objid = pg_class.oid))
    SELECT 'schema', '', nspname::text, '' FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      AND NOT EXISTS (SELECT FROM extended
                      WHERE classid = 'pg_namespace'::regclass AND objid = pg_namespace.oid)
      AND NOT EXISTS (SELECT FROM pg_extension WHERE extnamespace = pg_namespace.oid AND nspname <> 'public')
    UNION ALL
    SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
                        WHEN 'f' THEN 'foreign table' ELSE 'table' END, '', relname::text,
           concat_ws(' ', CASE relpersistence WHEN 'u' THEN 'unlogged' END, reloptions::text,
                     CASE WHEN relrowsecurity THEN 'row security' END,
                     CASE WHEN relforcerowsecurity THEN 'forced' END,
                     CASE WHEN relkind IN ('v', 'm') THEN pg_get_viewdef(oid) END,
                     (SELECT format_type(seqtypid, NULL) || ' by ' || seqincrement FROM pg_sequence
                      WHERE seqrelid = pg_class.oid))
    FROM pg_class WHERE oid IN (SELECT oid FROM own_relations) AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
    UNION ALL
    SELECT 'column', c.relname::text, a.attname::text,
           concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
                     'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
                     nullif('identity ' || a.attidentity::text, 'identity '),
                     nullif('generated ' || a.attgenerated::text, 'generated '), 'COLLATE ' || l.collname)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
    WHERE c.oid IN (SELECT oid FROM own_relations) AND c.relkind IN ('r', 'p', 'f') AND a.attnum > 0
      AND NOT a.attisdropped
    UNION ALL
    SELECT 'index', t.relname::text, i.relname::text,
           pg_get_indexdef(x.indexrelid) ||
           CASE WHEN x.indisvalid AND x.indisready THEN '' ELSE ' INVALID' END
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE t.oid IN (SELECT oid FROM own_relations)
    UNION ALL
    SELECT 'constraint', coalesce(nullif(conrelid, 0)::regclass::text, ''), conname::text,
           pg_get_constraintdef(oid) || CASE WHEN convalidated THEN '' ELSE ' not validated' END
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
      AND (conrelid = 0 OR conrelid IN (SELECT oid FROM own_relations))
    UNION ALL
    SELECT 'trigger', tgrelid::regclass::text, tgname::text, pg_get_triggerdef(pg_trigger.oid) ||
           CASE tgenabled WHEN 'O' THEN '' WHEN 'D' THEN ' DISABLED' ELSE ' enabled ' || tgenabled::text END
    FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
    WHERE NOT tgisinternal AND c.oid IN (SELECT oid FROM own_relations)
    UNION ALL
    SELECT 'constraint trigger', tgrelid::regclass::text, conname::text,
           string_agg(tgenabled::text, '' ORDER BY tgname)
    FROM pg_trigger JOIN pg_constraint o ON o.oid = tgconstraint JOIN pg_class c ON c.oid = tgrelid
    WHERE tgisinternal AND c.oid IN (SELECT oid FROM own_relations) GROUP BY tgrelid, conname
    UNION ALL
    SELECT 'function', '', oid::regprocedure::text, pg_get_functiondef(oid)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
      AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid)
    UNION ALL
    SELECT 'policy', tablename::text, policyname::text,
           concat_ws(' ', permissive, roles::text, cmd, 'USING ' || qual, 'CHECK ' || with_check)
    FROM pg_policies WHERE schemaname = 'public'
    UNION ALL
    SELECT 'rule', tablename::text, rulename::text, definition FROM pg_rules
    WHERE schemaname = 'public'
      AND to_regclass('public.' || quote_ident(tablename)) IN (SELECT oid FROM own_relations)
    UNION ALL
    SELECT 'type', '', typname::text, typtype::text FROM pg_type
    WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
      AND NOT EXISTS (SELECT FROM extended WHERE classid = 'pg_type'::regclass AND objid = pg_type.oid)
    UNION ALL
    SELECT 'event trigger', '', evtname::text, concat_ws(' ', evtevent, evtfoid::regproc, evtenabled)
    FROM pg_event_trigger
    WHERE NOT EXISTS (
        SELECT FROM extended WHERE classid = 'pg_event_trigger'::regclass AND objid = pg_event_trigger.oid)
"""


@dataclass(frozen=True, order=True)
class Part:
    """One thing in a database: a column of a table, an index, a trigger, a function …"""

    kind: str
    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.owner}.{self.name}" if self.owner else f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Difference:
    """A part that differs between two databases; an empty definition means that it is missing."""

    part: Part
    expected: str | None
    found: str | None

    @property
    def word(self) -> str:
        """Say what is wrong with it, in a word."""
        if self.expected is None:
            return "ROGUE"
        return "MISSING" if self.found is None else "CHANGED"

    def __str__(self) -> str:
        shown = [f"{self.word:<8} {self.part}"]
        if self.expected is not None:
            shown.append(f"    the migrations make: {_line(self.expected)}")
        if self.found is not None:
            shown.append(f"    this database has:   {_line(self.found)}")
        return "\n".join(shown)


def describe(database: BaseDatabaseWrapper) -> dict[Part, str]:
    """Return every part of a database and its definition."""
    with database.cursor() as cursor:
        cursor.execute(PARTS)
        return {Part(kind, owner, name): text for kind, owner, name, text in cursor.fetchall()}


def compare(
    expected: dict[Part, str], found: dict[Part, str], *, restored: dict[Part, str] | None = None
) -> list[Difference]:
    """Return the parts that differ, ordered by name.

    `restored` has the expected parts as a dump and a restore print them, which is as good.
    """
    return [
        Difference(part, expected.get(part), found.get(part))
        for part in sorted(expected.keys() | found.keys())
        if found.get(part) not in (expected.get(part), (restored or expected).get(part))
    ]


def _line(definition: str) -> str:
    text = " ".join(definition.split()) or "(no details)"
    return text if len(text) <= 200 else text[:199] + "…"
