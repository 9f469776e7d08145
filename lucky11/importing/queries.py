"""The queries on the old site's database. Each is read once, from its first row to its last."""

from psycopg import sql

from lucky11.importing.source import Source

# What Django's forms accept, except quotes: a word that only looks like an address merges nobody.
ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
EMAIL = rf"^{ATOM}(\.{ATOM})*@({LABEL}\.)+[a-z]{{2,63}}$"
MOST_COINS = 1_000_000_000


def people(source: Source, *, merge: bool) -> sql.Composed:
    """Select every account, its usable email and that email's `first` account; `owner` gets its coins."""
    return sql.SQL(
        """raw AS (SELECT {columns}, lower(btrim({email})) AS address FROM users),
        usable AS (SELECT *, CASE WHEN length(address) <= 254 AND address ~ {pattern}
                                  THEN address END AS usable FROM raw),
        grouped AS (SELECT *, first_value(id) OVER (
                        PARTITION BY coalesce('e:' || usable, 'i:' || id) ORDER BY created_at NULLS LAST, id
                    ) AS first FROM usable),
        people AS (SELECT *, {owner} AS owner FROM grouped)"""
    ).format(
        columns=source.columns("users", " ".join(source.spelled["users"])),
        email=source.column("users", "email"),
        pattern=sql.Literal(EMAIL),
        owner=sql.SQL("first" if merge else "id"),
    )


def accounts(source: Source, *, merge: bool) -> sql.Composed:
    """Select the accounts, unmerged ones first, with their real numbers of tickets and wins."""
    return sql.SQL(
        """WITH {people},
        held AS (SELECT {p_user} AS id, count(*) AS n FROM participations p JOIN draws d ON {d_id} = {p_draw}
                 GROUP BY 1),
        won AS (SELECT {w_user} AS id, count(DISTINCT {w_draw}) AS n FROM winners w
                JOIN draws d ON {d_id} = {w_draw} GROUP BY 1)
        SELECT people.*, coalesce(held.n, 0) AS tickets, coalesce(won.n, 0) AS wins
        FROM people LEFT JOIN held USING (id) LEFT JOIN won USING (id)
        ORDER BY people.owner <> people.id, people.id"""
    ).format(
        people=people(source, merge=merge),
        p_user=source.column("participations", "user_id", "p"),
        p_draw=source.raw("participations", "draw_id", "p"),
        w_user=source.column("winners", "user_id", "w"),
        w_draw=source.raw("winners", "draw_id", "w"),
        d_id=source.raw("draws", "id", "d"),
    )


def movements(source: Source, *, merge: bool) -> sql.Composed:
    """Select each owner's transactions by time, or one empty row; `sure`: the coins are usable."""
    return sql.SQL(
        """WITH {people},
        owners AS (SELECT owner, bool_and(coalesce(good, false)) AS sure,
                          sum(coins) FILTER (WHERE good) AS coins
                   FROM (SELECT owner, coins, coins >= 0 AND coins <= {most} AND coins = floor(coins) AS good
                         FROM people) AS a GROUP BY 1),
        moved AS (SELECT people.owner, {columns} FROM transactions t JOIN people ON people.id = {user})
        SELECT owners.*, moved.id, moved.type, moved.amount, moved.description, moved.created_at
        FROM owners LEFT JOIN moved ON moved.owner = owners.owner
        ORDER BY owners.owner, moved.created_at NULLS FIRST, moved.id"""
    ).format(
        people=people(source, merge=merge),
        most=sql.Literal(MOST_COINS),
        columns=source.columns("transactions", "id type amount description created_at", "t"),
        user=source.column("transactions", "user_id", "t"),
    )


def orphan_movements(source: Source) -> sql.Composed:
    """Select the transactions whose user is missing."""
    return sql.SQL(
        """SELECT {columns} FROM transactions t LEFT JOIN users u ON {u_id} = {user}
           WHERE {u_id} IS NULL ORDER BY 1"""
    ).format(
        columns=source.columns("transactions", "id user_id type amount description created_at", "t"),
        u_id=source.column("users", "id", "u"),
        user=source.column("transactions", "user_id", "t"),
    )


def draws(source: Source) -> sql.Composed:
    """Select the draws with their real numbers of tickets and winners; `winner_here`: the named user."""
    return sql.SQL(
        """WITH held AS (SELECT {p_draw} AS id, count(*) AS n FROM participations p
                         JOIN users u ON {u_id} = {p_user} GROUP BY 1),
        won AS (SELECT {w_draw} AS id, count(*) AS n, bool_or({w_user} = {winner}) AS named FROM winners w
                JOIN users u ON {u_id} = {w_user} JOIN draws d ON {d_id} = {w_draw} GROUP BY 1)
        SELECT {columns}, coalesce(held.n, 0) AS tickets, coalesce(won.n, 0) AS wins, won.named,
               u.id IS NOT NULL AS winner_here
        FROM draws d LEFT JOIN held ON held.id = {d_id} LEFT JOIN won ON won.id = {d_id}
        LEFT JOIN (SELECT {u_id} AS id FROM users u) u ON u.id = {winner}
        ORDER BY {d_id}"""
    ).format(
        columns=source.columns("draws", " ".join(source.spelled["draws"]), "d"),
        p_draw=source.raw("participations", "draw_id", "p"),
        p_user=source.column("participations", "user_id", "p"),
        w_draw=source.raw("winners", "draw_id", "w"),
        w_user=source.column("winners", "user_id", "w"),
        u_id=source.column("users", "id", "u"),
        d_id=source.raw("draws", "id", "d"),
        winner=source.column("draws", "winner_id", "d"),
    )


def tickets(source: Source) -> sql.Composed:
    """Select the participations by user; `user_here` and `draw_here` say whether theirs exist."""
    return _rows_of(source, "participations", "id user_id draw_id participated_at", sql.SQL("0"))


def winners(source: Source) -> sql.Composed:
    """Select the winners; `nth` is 1 for the first row of a user in a draw; `holds`: they held a ticket."""
    holds = sql.SQL(
        "EXISTS (SELECT FROM participations p WHERE {} = {} AND {} = {}) AS holds, "
        "row_number() OVER (PARTITION BY {}, {} ORDER BY {})"
    ).format(
        source.column("participations", "user_id", "p"),
        source.column("winners", "user_id", "x"),
        source.raw("participations", "draw_id", "p"),
        source.raw("winners", "draw_id", "x"),
        source.raw("winners", "draw_id", "x"),
        source.column("winners", "user_id", "x"),
        source.raw("winners", "id", "x"),
    )
    return _rows_of(source, "winners", "id user_id draw_id prize_amount won_at celebration_video_url", holds)


def _rows_of(source: Source, table: str, names: str, nth: sql.Composable) -> sql.Composed:
    return sql.SQL(
        """SELECT {columns}, {u_id} IS NOT NULL AS user_here, {d_id} IS NOT NULL AS draw_here,
                  coalesce({draw_time}, {draw_made}) AS draw_time, {nth} AS nth
           FROM {table} x LEFT JOIN users u ON {u_id} = {user} LEFT JOIN draws d ON {d_id} = {draw}
           ORDER BY {user}, {id}"""
    ).format(
        columns=source.columns(table, names, "x"),
        u_id=source.column("users", "id", "u"),
        d_id=source.raw("draws", "id", "d"),
        user=source.column(table, "user_id", "x"),
        draw=source.raw(table, "draw_id", "x"),
        draw_time=source.column("draws", "draw_time", "d"),
        draw_made=source.column("draws", "created_at", "d"),
        nth=nth,
        table=sql.Identifier(table),
        id=source.raw(table, "id", "x"),
    )


def unpaid_back(source: Source) -> sql.Composed:
    """Select the tickets of draws that have no winner at all, which can no longer win."""
    return sql.SQL(
        """SELECT {columns}, {fee} AS entry_fee, {title} AS title FROM participations p
           JOIN users u ON {u_id} = {p_user} JOIN draws d ON {d_id} = {p_draw}
           WHERE NOT EXISTS (SELECT FROM winners w JOIN users v ON {v_id} = {w_user} WHERE {w_draw} = {d_id})
             AND NOT EXISTS (SELECT FROM users v WHERE {v_id} = {winner})
           ORDER BY {p_id}"""
    ).format(
        columns=source.columns("participations", "id user_id draw_id", "p"),
        fee=source.raw("draws", "entry_fee", "d"),
        title=source.column("draws", "title", "d"),
        u_id=source.column("users", "id", "u"),
        v_id=source.column("users", "id", "v"),
        p_id=source.raw("participations", "id", "p"),
        p_user=source.column("participations", "user_id", "p"),
        p_draw=source.raw("participations", "draw_id", "p"),
        d_id=source.raw("draws", "id", "d"),
        w_draw=source.raw("winners", "draw_id", "w"),
        w_user=source.column("winners", "user_id", "w"),
        winner=source.column("draws", "winner_id", "d"),
    )
