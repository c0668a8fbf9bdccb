"""What a browser may do with a page: nothing from foreign hosts, and a frame only where that is allowed."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform

_HOST = re.compile(r"[\w.\-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?")
# Bokeh makes functions of text and Panel modules of blobs, so that these cannot be forbidden.
_RULES = (
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
)


def policy(frames: Sequence[str] | None) -> type[OutputTransform]:
    """The headers of every answer of a server whose pages may stand in frames of its own and of those sites.

    None: in every frame. No rule says that: `*` leaves out schemes such as that of notebooks in VS Code.
    """
    ancestors = () if frames is None else (" ".join(("frame-ancestors 'self'", *frames)),)

    class Policy(OutputTransform):
        def __init__(self, request: HTTPServerRequest) -> None:
            # Not every browser counts the websocket of a page as 'self'.
            named = _HOST.fullmatch(request.host or "")
            lines = (
                f"connect-src 'self' blob: ws://{named[0]} wss://{named[0]}" if named else "connect-src 'self' blob:"
            )
            self._rules = "; ".join((*_RULES, lines, *ancestors))

        def transform_first_chunk(
            self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
        ) -> tuple[int, HTTPHeaders, bytes]:
            headers["Content-Security-Policy"] = self._rules
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Referrer-Policy"] = "same-origin"
            return status_code, headers, chunk

    return Policy


class OneRequest(OutputTransform):
    """Each answer ends its connection, so that the next request may go to another process; not a websocket's."""

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        if status_code != HTTPStatus.SWITCHING_PROTOCOLS:
            headers["Connection"] = "close"
        return status_code, headers, chunk
