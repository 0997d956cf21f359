"""Who may talk to the server: whoever has the token, from this machine, from our own page.

* The token stands in the URL that is printed, once; it becomes a cookie, and the URL is left at once.
* ``Host`` must be our own address: a page elsewhere whose name was made to point here (DNS rebinding) has another.
* ``Origin`` of the socket, and of whatever changes something, must be our own page: browsers let any page open a socket
  and send a form to anywhere.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from aiohttp import web

if TYPE_CHECKING:
    from aiohttp.typedefs import Middleware

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

QUERY: Final = "token"

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Guard:
    """Lets requests in, or not."""

    def __init__(self, token: str, host: str, port: int) -> None:
        self._token = token
        self._host = f"{host}:{port}"
        self.cookie = f"atombuild-{port}"
        """Cookies know no ports: another server of ours has another name."""

    def middleware(self) -> Middleware:
        """Return what stands before every route."""

        @web.middleware
        async def before(request: web.Request, handler: _Handler) -> web.StreamResponse:
            try:
                response: web.StreamResponse = self._answer(request) or await handler(request)
            except web.HTTPException as error:  # not there, or not now: an answer like any other
                error.headers.update(HEADERS)
                raise
            if not response.prepared:
                response.headers.update(HEADERS)
            return response

        return before

    def _answer(self, request: web.Request) -> web.Response | None:
        """Return what is said instead of what was asked for; None: let it through."""
        if request.host != self._host:
            return _refused("this server answers to the address that it printed, and to no other name")
        if request.path == "/" and QUERY in request.query:
            if not self._is_token(request.query[QUERY]):
                return _refused("that is not the token of this server")
            moved = web.Response(status=303, headers={"Location": "/"})
            moved.set_cookie(self.cookie, self._token, httponly=True, samesite="Strict", path="/")
            return moved
        if not self._is_token(request.cookies.get(self.cookie, "")):
            return _refused("open the address that atombuild-tui --serve printed in your terminal")
        changes = request.path == "/ws" or request.method not in {"GET", "HEAD"}
        if changes and request.headers.get("Origin", "").partition("://")[2] != self._host:
            return _refused("another page may not use this server")
        return None

    def _is_token(self, given: str) -> bool:
        # A cookie may hold bytes that are no text; aiohttp carries them as surrogates.
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode())


def _refused(words: str) -> web.Response:
    return web.Response(status=403, text=f"403: {words}\n")
