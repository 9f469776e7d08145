"""Running the checks: each by itself, within its time, read-only, and without printing a secret."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection, transaction
from redis import RedisError

from lucky11.operations import OperationError
from lucky11.operations.doctor.registry import DATABASE, REDIS, Check, Stage
from lucky11.operations.doctor.results import Result, problem, warning

SERVERS = {
    DATABASE: "Start PostgreSQL, let this machine in, and correct DATABASE_URL.",
    REDIS: "Start Redis, let this machine in, and correct REDIS_URL.",
}
SHORTEST_SECRET = 6


@dataclass(frozen=True)
class Line:
    """A line of the page: a check's name and its result."""

    name: str
    result: Result


def examine(checks: Sequence[Check], stage: Stage = Stage.RUNNING) -> Iterator[Line]:
    """Yield the result of each check that must hold at this stage, as soon as it is known."""
    away: set[str] = set()
    secrets = _secrets()
    for check in checks:
        if check.since > stage:
            continue
        if check.needs in away:
            result = warning(f"Not checked: {check.needs} does not answer.", f"See the line {check.needs}.")
        else:
            result, is_answered = _within_its_time(check)
            if not is_answered:
                away.add(check.name)
        yield Line(check.name, _without(secrets, result))


def _within_its_time(check: Check) -> tuple[Result, bool]:
    """Run a check in a thread of its own, which is left behind if it takes too long.

    Return its result, and whether what it asks has answered at all.
    """
    outcomes: list[tuple[Result, bool]] = []
    thread = threading.Thread(target=lambda: outcomes.append(_safely(check)), daemon=True)
    thread.start()
    thread.join(check.seconds)
    if outcomes:
        return outcomes[0]
    advice = SERVERS.get(check.name, "Run it again; if it stays so, look at what it asks.")
    return problem(f"No answer within {check.seconds:.0f} s.", advice), False


def _safely(check: Check) -> tuple[Result, bool]:
    try:
        return (_read_only(check) if check.needs == DATABASE else check.run()), True
    except OperationError as reason:
        found, advice = str(reason), "Do what the sentence says."
    except (DatabaseError, psycopg.Error) as error:
        found, advice = _first_line(error), SERVERS[DATABASE]
    except RedisError as error:
        found, advice = _first_line(error), SERVERS[REDIS]
    except Exception as error:
        found = f"It could not be checked ({type(error).__name__}: {_first_line(error)})"
        advice = "Correct the setting or the service that this names."
    finally:
        # The connection is this thread's own.
        connection.close()
    return problem(found, advice), False


def _read_only(check: Check) -> Result:
    with transaction.atomic():
        with connection.cursor() as cursor:
            # For this database transaction only: a pooler hands the connection on.
            cursor.execute("SET TRANSACTION READ ONLY")
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true)", [f"{check.seconds * 1000:.0f}"]
            )
        return check.run()


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{lines[0].rstrip('.')}." if lines else f"{type(error).__name__}."


def _secrets() -> set[str]:
    """Return every secret that the settings hold: an error of somebody else's may quote one."""
    given = [
        settings.SECRET_KEY,
        *settings.ENCRYPTION_KEYS,
        *settings.BACKUP_KEYS,
        settings.EMAIL_HOST_PASSWORD,
    ]
    databases = [settings.DATABASES["default"], settings.BACKUP_DATABASE or {}]
    given += [str(each.get("PASSWORD") or "") for each in databases]
    for address in (settings.REDIS_URL, settings.SENTRY_DSN, settings.ALERT_WEBHOOK_URL):
        parts = urlsplit(address)
        given += [parts.password or "", unquote(parts.password or "")]
    # A webhook's address is its secret.
    given.append(settings.ALERT_WEBHOOK_URL)
    for app in settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]:
        given.append(app["secret"])
    return {each for each in given if len(each or "") >= SHORTEST_SECRET}


def _without(secrets: set[str], result: Result) -> Result:
    found, advice = result.found, result.advice
    for each in sorted(secrets, key=len, reverse=True):
        found, advice = found.replace(each, "…"), advice.replace(each, "…")
    return Result(result.state, found, advice)
