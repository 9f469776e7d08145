"""The rights of each role in the database: read from its rules, and from the lists here."""

from collections.abc import Iterator

from django.db import connection

# Only migrations write these, and the environment names providers of sign-in.
READ_ONLY = {"django_migrations", "django_content_type", "auth_permission", "socialaccount_socialapp"}
READ_ONLY |= {"coin_rates", "coin_proofs", "coin_orders"}  # What coins are proven by.
# Tickets are taken by `take_tickets` alone, and what came over from the old site is the import's, which works
# as the owner.
NEVER_ADDED = {
    *("participations", "entries_to_tell"),
    *("old_draws", "old_tickets", "old_winners", "old_accounts"),
}
# A player's row stays forever; staff cannot remove records of their own actions.
NEVER_REMOVED = {"users", "django_admin_log", "left_addresses", "old_accounts", "coin_days", "log_watch"}
# Only the ledger's triggers move coins, and only functions that count tickets and wins set statistics.
NEVER_SET = {
    "users": {
        *("id", "coins", "created_at", "total_participations", "total_wins", "total_earnings"),
        *("current_streak", "last_ticket_on", "grace_used_on"),
    },
    "draws": {"id", "current_participants", "created_at"},
}
# Of rows that say what happened, the site changes these columns alone: what comes later or is forgotten.
ONLY_SET: dict[str, tuple[str, ...]] = {
    "django_admin_log": ("object_repr", "change_message"),
    "operation_runs": ("ended_at", "ok", "summary", "details"),
    "incidents": ("ended_at", "told_at", "recovery_told_at"),
    "winners": (
        *("transaction_id", "settled_at", "hand_over", "forfeited_at", "forfeit_ground", "forfeit_reason"),
        *("is_public", "public_name", "hidden_by_staff", "celebration_video_url", "claim_by"),
        *("video_text", "video_agreed_at"),
    ),
    "claims": ("details", "tracking", "sent_at", "sent_by_id"),
    "disqualifications": (
        *("state", "evidence", "objection", "objected_at"),
        *("decision", "decided_by_id", "decided_at"),
    ),
    "undo_links": ("used_at",),
    "draw_seals": (
        "root",
        "total",
        "freeze_hash",
        "signature",
        "places",
        "result_hash",
        "void_hash",
        "list_told_at",
        "server_seed",
        "secrets",
    ),
    "approvals": ("state", "decided_by_id", "decided_at", "note", "summary", "reason", "payload"),
    "old_tickets": ("user_id",),
    "old_winners": ("user_id", "celebration_video_url"),
    "old_accounts": ("user_id", "came_as", "invited_at"),
    "old_draws": (),
    "spend_limits": ("coins", "next_coins", "next_at", "changed_at"),
    "excluded_addresses": ("ends_at",),
    "left_addresses": ("back_as_id",),
    "data_exports": ("content", "made_at", "expires_at"),
    "messages": ("read_at",),
    "outbox_emails": (
        *("recipient", "subject", "text", "html", "unsubscribe_url"),
        *("due_at", "sent_at", "attempts", "last_error"),
    ),
    "entries_to_tell": (),
    "freezes_to_tell": ("told_up_to",),
    "corrections_to_tell": ("told_up_to",),
    "coin_days": (),
    "opened_results": (),
    "draw_reminders": (),
}
# Whoever takes a backup or drills one leaves a record of it.
BACKUPS_RECORD = "operation_runs"

# Reports may read these: no name, no address, no message, no text that anyone wrote, no secret of a draw that
# is still open. They cannot read tables and columns that are not listed here.
REPORT: dict[str, tuple[str, ...]] = {
    "users": (
        *("id", "coins", "total_participations", "total_wins", "total_earnings", "current_streak"),
        *("is_vip", "created_at", "closed_at"),
    ),
    "draws": (
        *("id", "title", "prize_amount", "prize_coins", "entry_fee", "max_participants", "max_per_player"),
        *("min_participants", "winner_count", "reserve_count", "current_participants", "draw_time"),
        *("is_active", "vip_only", "fairness_mode", "created_at", "published_at", "frozen_at", "drawn_at"),
        *("cancelled_at", "void_code", "settled_at"),
    ),
    "participations": ("id", "user_id", "draw_id", "transaction_id", "ticket_number", "participated_at"),
    "transactions": (
        *("id", "user_id", "type", "amount", "balance_after", "user_seq", "reference", "reverses_id"),
        "created_at",
    ),
    "winners": (
        *("id", "draw_id", "user_id", "ticket_id", "place", "prize_amount", "prize_coins", "won_at"),
        *("settled_at", "hand_over", "claim_by", "forfeited_at", "is_public"),
    ),
    "operation_runs": ("id", "kind", "started_at", "ended_at", "ok", "summary"),
    "incidents": ("id", "alert", "began_at", "ended_at", "summary"),
}

# What an extension made belongs to it, wherever it stands: nobody's rights on it are the site's business.
OF_NO_EXTENSION = """NOT EXISTS (SELECT FROM pg_depend e WHERE e.deptype = 'e' AND e.objid = {}
                     AND e.classid = '{}'::regclass)"""
NO_EXTENSIONS_RELATION = OF_NO_EXTENSION.format("c.oid", "pg_class")
NO_EXTENSIONS_FUNCTION = OF_NO_EXTENSION.format("pg_proc.oid", "pg_proc")

TABLES = f"""SELECT c.relname::text,
                   coalesce(bool_or(t.tgtype & 16 > 0), false), coalesce(bool_or(t.tgtype & 8 > 0), false)
            FROM pg_class c LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgqual IS NULL AND t.tgattr = ''
                 AND t.tgtype & 1 > 0 AND t.tgfoid::regproc::text ~ '(^|_)refuse_change$'
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')
              AND {NO_EXTENSIONS_RELATION}
            GROUP BY c.relname, c.relkind"""
# Tables, views, functions, the schema and the database, each with its owner.
OWNERS = f"""SELECT kind, what, r.rolname::text FROM (
    SELECT CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END, quote_ident(relname), relowner
    FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v')
         AND {NO_EXTENSIONS_RELATION}
    UNION ALL SELECT CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
           oid::regprocedure::text, proowner
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
         AND {NO_EXTENSIONS_FUNCTION}
    UNION ALL SELECT 'SCHEMA', 'public', nspowner FROM pg_namespace WHERE nspname = 'public'
    UNION ALL SELECT 'DATABASE', quote_ident(datname), datdba FROM pg_database
    WHERE datname = current_database()) AS owned (kind, what, owner) JOIN pg_roles r ON r.oid = owner"""
# Functions that run with their owner's rights: not for every role.
AS_OWNER = f"""SELECT oid::regprocedure::text FROM pg_proc
              WHERE pronamespace = 'public'::regnamespace AND prosecdef
                AND prorettype <> 'trigger'::regtype AND {NO_EXTENSIONS_FUNCTION}"""
ATTRIBUTE_NAMES = ("LOGIN", "SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS")
ATTRIBUTES = """SELECT rolname::text, rolcanlogin, rolsuper, rolcreatedb, rolcreaterole, rolreplication,
                       rolbypassrls
                FROM pg_roles WHERE rolname = ANY(%s)"""
MEMBERS = """SELECT m.rolname::text, g.rolname::text FROM pg_auth_members a
             JOIN pg_roles m ON m.oid = a.member JOIN pg_roles g ON g.oid = a.roleid
             WHERE m.rolname = ANY(%s)"""
# Rights that these roles and everybody have, by kind. Everybody may use the schema, and run functions that do
# not work with their owner's rights.
GRANTED = f"""
    WITH granted AS (
        SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
               quote_ident(c.relname) AS what, a.grantee, a.privilege_type
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
          AND {NO_EXTENSIONS_RELATION}
        UNION ALL SELECT 'column', quote_ident(c.relname) || '.' || quote_ident(t.attname), a.grantee,
                         a.privilege_type
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid, aclexplode(t.attacl) a
        WHERE c.relnamespace = 'public'::regnamespace AND NOT t.attisdropped
          AND {NO_EXTENSIONS_RELATION}
        UNION ALL SELECT 'function', oid::regprocedure::text, a.grantee, a.privilege_type
        FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) a
        WHERE pronamespace = 'public'::regnamespace AND prosecdef AND prorettype <> 'trigger'::regtype
          AND {NO_EXTENSIONS_FUNCTION}
        UNION ALL SELECT 'schema', nspname::text, a.grantee, a.privilege_type
        FROM pg_namespace, aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a WHERE nspname = 'public'
        UNION ALL SELECT 'database', quote_ident(datname), a.grantee, a.privilege_type
        FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) a
        WHERE datname = current_database()),
    named AS (SELECT kind, coalesce(r.rolname::text, 'PUBLIC') AS role, what, privilege_type AS right
              FROM granted LEFT JOIN pg_roles r ON r.oid = grantee WHERE grantee = 0 OR r.oid IS NOT NULL)
    SELECT DISTINCT kind, role, what, "right" FROM named
    WHERE role = ANY(%s) AND NOT (role = 'PUBLIC' AND kind = 'schema' AND "right" = 'USAGE')"""


def of_app() -> Iterator[tuple[str, str]]:
    """Return each table with each right that the site needs on it."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = cursor.fetchall()
    for table, never_changed, never_removed in sorted(tables):
        quoted = connection.ops.quote_name(table) if not table.isidentifier() else table
        yield quoted, "SELECT"
        if table in READ_ONLY or table in _views():
            continue
        if table not in NEVER_ADDED:
            yield quoted, "INSERT"
        if not never_changed and table not in NEVER_SET and table not in ONLY_SET:
            yield quoted, "UPDATE"
        if not never_removed and table not in NEVER_REMOVED:
            yield quoted, "DELETE"


def columns_of_app() -> Iterator[str]:
    """Return the columns that the site may change, in tables where it may not change all."""
    for table, never in NEVER_SET.items():
        yield from (f"{table}.{column}" for column in _columns(table) if column not in never)
    for table, alone in ONLY_SET.items():
        yield from (f"{table}.{column}" for column in _columns(table) if column in alone)


def columns_of_backup() -> Iterator[str]:
    """Return the columns that the backup role may change: how its own runs ended."""
    return (each for each in columns_of_app() if each.startswith(f"{BACKUPS_RECORD}."))


def columns_of_report() -> Iterator[str]:
    """Return the columns that reports read."""
    for table, columns in REPORT.items():
        yield from (f"{table}.{column}" for column in _columns(table) if column in columns)


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT quote_ident(attname) FROM pg_attribute
               WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum""",
            [table],
        )
        return [column for (column,) in cursor.fetchall()]


def _views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT viewname::text FROM pg_views WHERE schemaname = 'public'")
        return {name for (name,) in cursor.fetchall()}
