"""A local HTTP server that keeps what it is sent, and answers as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer


class Listener:
    """Listens on a free port of this machine; `got` is what came, `status` what it answers."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.status = 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.got.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *args: object) -> None:
                return

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
