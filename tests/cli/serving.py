"""A simulator as ``serve`` starts it, asked with curl."""

import urllib.error
import urllib.request

UP = "Ctrl-C"
TOKEN = "s3cret"


def ask(url, token=None, host=None):
    """Return status and text of a GET."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers | ({"Host": host} if host else {}))
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
