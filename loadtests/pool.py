"""Connections that lead to this machine alone, whatever a name resolves to when they are opened."""

from __future__ import annotations

import errno
from typing import Any

from geventhttpclient.client import HTTPClient, HTTPClientPool
from geventhttpclient.url import URL

from contracts.egress import Forbidden
from loadtests.guard import check_address


class LoopbackPool(HTTPClientPool):
    """A pool of HTTP clients, each of which judges the address that it connects to."""

    def get_client(self, url: str | URL) -> HTTPClient:
        """Return the client for a host and port, which refuses every address that is not loopback."""
        known = len(self.clients)
        client = super().get_client(url)
        if len(self.clients) > known:
            _hold(client)
        return client


def _hold(client: HTTPClient) -> None:
    pool = client._connection_pool
    connect = pool._connect_socket  # fails loudly should the library rename it

    def connect_here(sock: Any, address: Any) -> Any:
        try:
            check_address(client.host, str(address[0]))
        except Forbidden as refusal:
            # An OSError is a failed request to Locust; any other would be a broken user.
            raise PermissionError(errno.EACCES, str(refusal)) from refusal
        return connect(sock, address)

    pool._connect_socket = connect_here  # type: ignore[method-assign]
