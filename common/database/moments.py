"""Finding where a moment is among rows that are numbered as they come, without an index of the moment."""

from datetime import datetime

from django.db import connection, models
from psycopg import sql

# Halves the numbers until one is left, reading one row along the primary key for each half.
SEARCH = sql.SQL("""
    WITH RECURSIVE search(low, high) AS (
        SELECT coalesce(min({key}), 0)::bigint, coalesce(max({key}) + 1, 0)::bigint FROM {table}
        UNION ALL
        SELECT CASE WHEN middle.moment < %s THEN middle.number + 1 ELSE low END,
               CASE WHEN middle.moment < %s THEN high ELSE (low + high) / 2 END
        FROM search CROSS JOIN LATERAL (
            SELECT {key} AS number, {moment} AS moment FROM {table}
            WHERE {key} >= (low + high) / 2 ORDER BY {key} LIMIT 1
        ) AS middle
        WHERE low < high
    )
    SELECT max(low) FROM search
""")


def first_since(model: type[models.Model], field: str, moment: datetime) -> int:
    """Return the number of the first row at or after a moment, or the next number if every row is before it.

    The rows of `model` are numbered in the order of `field`. Where they are not quite, the answer is near.
    """
    opts = model._meta
    columns = {each.name: str(each.column) for each in opts.concrete_fields}
    asked = SEARCH.format(
        table=sql.Identifier(opts.db_table),
        key=sql.Identifier(columns[opts.pk.name]),
        moment=sql.Identifier(columns[field]),
    )
    with connection.cursor() as cursor:
        cursor.execute(asked, [moment, moment])
        [number] = cursor.fetchone()
    return int(number)
