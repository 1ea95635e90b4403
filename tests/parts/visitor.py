"""Somebody at a browser without scripts: follows links, sends forms, keeps cookies."""

import re
from uuid import uuid4

import requests

from tests.parts.sockets import SignedIn


class Visitor:
    """One person signed in to one running product, over plain HTTP."""

    def __init__(self, port: int, who: SignedIn) -> None:
        self.base = f"http://localhost:{port}"
        self.session = requests.Session()
        self.session.cookies.set("sid", who.cookie)
        self._token: str | None = None

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.base + path, timeout=10)

    def post(self, path: str, **fields: str) -> requests.Response:
        """Send a form, with the token and the key that its page would carry."""
        sent = {"csrf_token": self.token, "_key": str(uuid4()), **fields}
        return self.session.post(self.base + path, data=sent, timeout=10, allow_redirects=False)

    @property
    def token(self) -> str:
        """The token against forged requests, read from a page once."""
        if self._token is None:
            page = self.get("/me")
            found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
            assert found, page.text[:2000]
            self._token = found[1]
        return self._token
