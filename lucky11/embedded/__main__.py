"""``python -m lucky11.embedded COMMAND…``: run a command with the embedded servers up and its tools on PATH.

For example ``python -m lucky11.embedded psql`` or ``python -m lucky11.embedded pg_dump -Fc -f lucky11.dump``.
"""

from __future__ import annotations

import os
import subprocess
import sys

from lucky11.embedded import account, paths, users


def main() -> int:
    """Run the command of the arguments and return its exit code."""
    data = paths.data_folder()
    try:
        with users.servers():
            who = account.server_account(data)
            tools = account.programs(account.servers_home(data, who), who)
            os.environ["PATH"] = f"{tools.postgres}{os.pathsep}{os.environ['PATH']}"
            os.environ |= {
                "PGHOST": str(paths.runtime_folder()),
                "PGUSER": paths.NAME,
                "PGDATABASE": paths.NAME,
            }
            return subprocess.run(sys.argv[1:] or ["psql"]).returncode
    except account.EmbeddedError as error:
        sys.exit(f"lucky11.embedded: {error}")


if __name__ == "__main__":
    sys.exit(main())
