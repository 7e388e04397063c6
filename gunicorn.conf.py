"""How the web server runs, alike under the supervisor and in a container."""

import os

host = os.environ.get("HOST") or "127.0.0.1"
port = os.environ.get("PORT") or "8000"

bind = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS") or 2)
threads = int(os.environ.get("WEB_THREADS") or 4)
# Imported once and shared, which halves the start and the memory.
preload_app = True
timeout = 60
graceful_timeout = 8
keepalive = 5
loglevel = "warning"
control_socket_disable = True
