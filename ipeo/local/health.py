"""Asks the web server whether it serves: `python -m ipeo.local.health`, exit code 0 if so."""

import http.client
import os
import sys


def serves(host: str, port: int) -> bool:
    """Say whether /healthz answers 200, asked as a proxy in front would ask."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    headers = {
        "Host": name if name not in ("", "*") else "localhost",
        "X-Forwarded-Proto": "https",
    }
    asked = http.client.HTTPConnection(reachable, port, timeout=5)
    try:
        asked.request("GET", "/healthz", headers=headers)
        return asked.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()


if __name__ == "__main__":
    here = os.environ.get("HOST") or "127.0.0.1"
    sys.exit(0 if serves(here, int(os.environ.get("PORT") or 8000)) else 1)
