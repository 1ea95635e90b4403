"""The official Twilio SDK on our own wire. Imported by the first message that needs it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

from twilio.base.exceptions import TwilioException
from twilio.http import AsyncHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from crisis.providers.twilio import API
from crisis.providers.wire import Answer, Wire

__all__ = ["NotTakenError", "TwilioException", "client"]


class NotTakenError(Exception):
    """Twilio answered, and took nothing."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Transport(AsyncHttpClient):  # type: ignore[misc]  # the SDK carries no types
    """The SDK's own extension point for transports."""

    def __init__(self, wire: Wire, sid: str, token: str, api: str) -> None:
        super().__init__(logger=None, is_async=True)
        self._wire, self._api = wire, api
        self._proof = "Basic " + b64encode(f"{sid}:{token}".encode()).decode()

    async def request(
        self,
        method: str,
        uri: str,
        params: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        **_: Any,
    ) -> Response:
        """Raises `NotTakenError`, and what the wire raises."""
        sent = {**(headers or {}), "Authorization": self._proof}
        url = self._api + uri.removeprefix(API)
        if method == "POST":
            body = urlencode(data or {}, doseq=True).encode()
            answer = await self._wire.post(url, body=body, headers=sent)
        else:
            asked = f"?{urlencode(params)}" if params else ""
            answer = await self._wire.get(url + asked, headers=sent)
        if not answer.is_taken:
            raise NotTakenError(answer)
        return Response(answer.status, answer.text, answer.headers)


def client(wire: Wire, *, sid: str, token: str, api: str) -> Client:
    """The SDK, told everything by us and nothing by the environment."""
    return Client(
        sid,
        token,
        http_client=Transport(wire, sid, token, api),
        environment={"": ""},
    )
