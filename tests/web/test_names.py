"""Names that lead elsewhere: of hosts, and of files."""

from __future__ import annotations

import pytest

from .attacking import raw, status_of
from .conftest import Server, invited


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "a@127.0.0.1", "127.0.0.1/x"]
)
def test_a_name_that_is_not_ours_is_refused(served: Server, host: str) -> None:
    """DNS rebinding: a stranger's name that points to this machine."""
    answer = raw(served, b"GET / HTTP/1.1\r\nConnection: close\r\nHost: " + host.encode() + b"\r\n\r\n")
    assert status_of(answer) == 400


def test_a_request_without_a_host_is_refused(served: Server) -> None:
    assert status_of(raw(served, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")) == 400
    assert status_of(raw(served, b"GET / HTTP/1.0\r\n\r\n")) == 400
    twice = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
    assert status_of(raw(served, twice)) == 400


@pytest.mark.parametrize(
    "path",
    [
        "/static/../site.py", "/static/..%2f..%2fsite.py", "/static/%2e%2e/site.py", "/static//etc/passwd",
        "/static/..\\site.py", "/static/%00", "/static/site.css%00.py", "/../../../../etc/passwd", "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd", "/project.yaml", "/labels.sqlite", "/access.sqlite", "/r/../access.sqlite",
        "/static/%252e%252e/site.py", "/static/%25252e%25252e%25252fsite.py", "/static/%c0%ae%c0%ae/site.py",
        "/static/..;/site.py", "/static/site.css/../../site.py",
        "/rate/../../project.yaml", "/rate/99999999999999999999", "/rate/0", "/rate/-1",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(served: Server, path: str) -> None:
    client = served.client().enter(invited(served.folder, "R01")).agree()
    cookie = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    answer = raw(served, head.encode())
    assert status_of(answer) in (400, 404) and b"root:" not in answer and b"SQLite" not in answer


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_page_leads_to_another_host(served: Server, method: str) -> None:
    head = f"{method} //evil.example/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    answer = raw(served, head.encode())
    assert status_of(answer) == 404 and b"//evil" not in answer and b"location:" not in answer.lower()
