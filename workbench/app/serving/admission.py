"""Who may come in: everybody, whom a proxy names in a header, or who knows a password."""

import asyncio
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bokeh.server.auth_provider import AuthProvider, NullAuth
from tornado.httputil import HTTPServerRequest
from tornado.template import Template
from tornado.web import RequestHandler

from workbench.app.serving.log import note
from workbench.refusal import Refusal

_COOKIE = "workbench_name"
_WRONG = 1.0  # seconds that a wrong password waits for its answer
_LOGIN = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Workbench: sign in</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root { color-scheme: light dark; font: 16px/1.5 Roboto, Helvetica, Arial, sans-serif }
form { max-width: 20em; margin: 12vh auto; padding: 0 1em; display: grid; gap: .8em }
input, button { font: inherit; padding: .4em .6em; width: 100%; box-sizing: border-box } p { margin: 0 }
</style></head><body><form method="post"><h1>Workbench</h1>{% if wrong %}<p role="alert">This name and password do not
belong together.</p>{% end %}<label>Name <input name="name" autocomplete="username" required autofocus></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<input type="hidden" name="next" value="{{ next }}"><button>Sign in</button></form></body></html>"""


@dataclass(frozen=True)
class Admission:
    """Everybody, unless there are `passwords` by name, or a `header` in which a proxy names the person.

    `secret` signs the cookies of those who have signed in: what each process of one server knows.
    """

    passwords: Mapping[str, str] = field(default_factory=dict, repr=False)
    header: str = ""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    def provider(self) -> AuthProvider:
        """The same for Bokeh's server, which asks it for every page and every websocket."""
        if self.header:
            return FromProxy(self.header)
        return WithPassword(self.passwords, self.secret) if self.passwords else NullAuth()


def read_passwords(path: Path) -> dict[str, str]:
    """The passwords in a text file, `name:password` a line; empty lines and those after # do not count."""
    wanted = "a text file of lines name:password"
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Refusal(wanted, f"{path} ({type(error).__name__})", "name such a file") from error
    found = dict[str, str]()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, colon, password = line.partition(":")
        if not (name.strip() and colon and password):
            raise Refusal(wanted, f"line {number} of {path}, which is none", "mend that line")
        if name.strip() in found:
            raise Refusal(wanted, f"two lines for {name.strip()} in {path}", "leave one of them")
        found[name.strip()] = password
    if not found:
        raise Refusal(wanted, f"{path}, which has none", "write at least one")
    return found


class FromProxy(AuthProvider):
    """The person whom a proxy names in a header of every request; without it, 403."""

    def __init__(self, header: str) -> None:
        self._header = header
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], Any]:
        return lambda handler: handler.request.headers.get(self._header) or None

    @property
    def login_url(self) -> str:
        return "/unnamed"

    @property
    def login_handler(self) -> type[RequestHandler]:
        return _Unnamed


class WithPassword(AuthProvider):
    """The person who has signed in; others see the form first."""

    def __init__(self, passwords: Mapping[str, str], secret: bytes) -> None:
        self._secret = secret

        class Login(_Login):
            def initialize(self) -> None:
                self._passwords, self._secret = passwords, secret

        self._login = Login
        super().__init__()

    @property
    def get_user(self) -> Callable[[Any], Any]:
        return lambda handler: _named(handler.request, self._secret)

    @property
    def login_url(self) -> str:
        return "/login"

    @property
    def login_handler(self) -> type[RequestHandler]:
        return self._login


class _Unnamed(RequestHandler):
    def get(self) -> None:
        self.set_status(403)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish("This page is behind a proxy that says who you are: use the address of the proxy.")


class _Login(RequestHandler):
    _passwords: Mapping[str, str]
    _secret: bytes

    def get(self) -> None:
        self._form(wrong=False)

    async def post(self) -> None:
        name, password = self.get_body_argument("name", "").strip(), self.get_body_argument("password", "", strip=False)
        known = self._passwords.get(name, "")
        if not hmac.compare_digest(known.encode(), password.encode()) or not known:
            note("sign-in refused", {})
            await asyncio.sleep(_WRONG)
            self.set_status(403)
            self._form(wrong=True)
            return
        secure = self.request.protocol == "https"
        self.set_cookie(_COOKIE, _signed(name, self._secret), httponly=True, samesite="Lax", secure=secure)
        self.redirect(_within(self.get_body_argument("next", "")))

    def _form(self, wrong: bool) -> None:
        self.set_header("Cache-Control", "no-store")
        self.finish(Template(_LOGIN).generate(wrong=wrong, next=self.get_argument("next", "")))


def _within(wanted: str) -> str:
    """The page that was asked for, which is one of ours: no address leads elsewhere."""
    _, mark, query = wanted.partition("?")
    return f"./?{query}" if mark else "./"


def _signed(name: str, secret: bytes) -> str:
    return f"{name.encode().hex()}.{hmac.digest(secret, name.encode(), 'sha256').hex()}"


def _named(request: HTTPServerRequest, secret: bytes) -> str | None:
    """The name in the cookie, where we have signed it."""
    cookie = request.cookies.get(_COOKIE)
    if cookie is None:
        return None
    try:
        name = bytes.fromhex(cookie.value.partition(".")[0]).decode()
    except ValueError:
        return None
    return name if hmac.compare_digest(_signed(name, secret).encode(), cookie.value.encode()) else None
