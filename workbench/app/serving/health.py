"""What a machine asks a server: /healthz whether it lives, /metrics its numbers. Neither tells what people do."""

from prometheus_client import CONTENT_TYPE_LATEST
from tornado.web import RequestHandler

from workbench import jobs
from workbench.app.serving.server_numbers import ServerNumbers


class Healthz(RequestHandler):
    """GET: 200 with {"status": "ok"}, or 503 with "stopped" where a thread that computes has ended."""

    def get(self) -> None:
        alive = jobs.alive()
        self.set_status(200 if alive else 503)
        self.set_header("Cache-Control", "no-store")
        self.finish({"status": "ok" if alive else "stopped"})


class Metrics(RequestHandler):
    """GET: the numbers in the text format of Prometheus."""

    def initialize(self, tally: ServerNumbers) -> None:
        self._tally = tally

    def get(self) -> None:
        self.set_header("Content-Type", CONTENT_TYPE_LATEST)
        self.finish(self._tally.text())
