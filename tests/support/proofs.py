"""Public documents, fetched as a stranger does, and checked with the program that anyone downloads."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.test import Client

from draws.models import Draw


def body(response: Any) -> bytes:
    """All of a page or of a streamed file."""
    return b"".join(response) if response.streaming else response.content


def fetch(path: str, client: Client | None = None) -> bytes:
    """What a visitor gets from an address."""
    response = (client or Client()).get(path)
    assert response.status_code == 200, path
    return body(response)


def document(draw: Draw) -> dict[str, Any]:
    """The draw's proof document."""
    proof: dict[str, Any] = json.loads(fetch(f"/draws/{draw.pk}/proof.json"))
    return proof


def check(folder: Path, *arguments: str, **files: bytes) -> subprocess.CompletedProcess[str]:
    """Run the downloaded checker over downloaded files, named in the arguments as `{name}`."""
    program = folder / "lucky11_verify.py"
    program.write_bytes(fetch("/verify/lucky11_verify.py"))
    paths = {}
    for name, content in files.items():
        paths[name] = folder / f"{name}.json"
        paths[name].write_bytes(content)
    command = [sys.executable, "-I", str(program), *(part.format(**paths) for part in arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


def check_draw(folder: Path, draw: Draw, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Download a draw's proof and check it."""
    return check(folder, "{proof}", *arguments, proof=fetch(f"/draws/{draw.pk}/proof.json"))
