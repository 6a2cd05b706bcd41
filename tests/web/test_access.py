"""Tokens, sessions, rates and names, without a network."""

from __future__ import annotations

import datetime
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from axiometer.errors import InputError, Refused
from axiometer.web.access import Access, Role
from axiometer.web.app import make_app
from axiometer.web.options import WebOptions
from axiometer.web.security import Rate, hostname_of, security_headers, sender_of
from axiometer.web.sessions import cookie_name
from axiometer.web.site import project_folder

from .conftest import TOKEN, project_of, units

LATER = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=2)


def test_a_session_outlives_the_process_and_ends_with_its_invitation(tmp_path: Path) -> None:
    first = Access(tmp_path / "access.sqlite", TOKEN)
    secret = first.enter(first.invite("R01", LATER), Role.RATER)
    keeper = first.enter(TOKEN, Role.KEEPER)
    assert secret is not None and keeper is not None
    first.close()
    second = Access(tmp_path / "access.sqlite", TOKEN)
    visitor = second.visitor(secret, Role.RATER)
    assert visitor is not None and visitor.name == "R01"
    assert second.visitor(secret, Role.KEEPER) is None and second.visitor(keeper, Role.RATER) is None
    assert second.visitor(keeper, Role.KEEPER) is not None
    second.revoke("R01")
    assert second.visitor(secret, Role.RATER) is None and second.invitations() == {}
    second.close()
    other_token = Access(tmp_path / "access.sqlite", TOKEN[::-1])
    assert other_token.visitor(keeper, Role.KEEPER) is None
    other_token.close()


def test_a_session_ends_at_its_hour() -> None:
    access = Access(None, TOKEN)
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=0.3)
    secret = access.enter(access.invite("R01", soon), Role.RATER)
    assert secret is not None and access.visitor(secret, Role.RATER) is not None
    time.sleep(0.4)
    assert access.visitor(secret, Role.RATER) is None


def test_forms_of_one_session_are_no_good_in_another() -> None:
    access = Access(None, TOKEN)
    secrets = [access.enter(TOKEN, Role.KEEPER) for _ in range(2)]
    tokens = {visitor.csrf for secret in secrets if secret and (visitor := access.visitor(secret, Role.KEEPER))}
    assert len(tokens) == 2 and not any(secret in tokens for secret in secrets)


def test_the_file_of_access_is_the_owner_s_alone(tmp_path: Path) -> None:
    Access(tmp_path / "access.sqlite").close()
    assert (tmp_path / "access.sqlite").stat().st_mode & 0o077 == 0


def test_without_a_keeper_s_token_nobody_is_keeper() -> None:
    assert Access().enter("", Role.KEEPER) is None and Access().enter("None", Role.KEEPER) is None


def test_a_rate_is_a_burst_and_then_a_pace() -> None:
    now = [0.0]
    rate = Rate(per_second=2.0, burst=3, clock=lambda: now[0])
    assert [rate.allows("a") for _ in range(5)] == [True, True, True, False, False]
    assert rate.spent("a") and not rate.spent("b") and rate.allows("b")
    now[0] = 0.5
    assert rate.allows("a") and not rate.allows("a")
    now[0] = 100.0
    assert [rate.allows("a") for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_addresses_need_a_token_of_some_length(host: str) -> None:
    with pytest.raises(Refused):
        WebOptions(host=host)
    with pytest.raises(InputError):
        WebOptions(host=host, token="short")
    assert not WebOptions(host=host, token=TOKEN).everyone_may_look


def test_a_site_behind_a_proxy_needs_a_token_too() -> None:
    with pytest.raises(Refused):
        WebOptions(site="https://labels.example.org")
    for wrong in ("labels.example.org", "ftp://x", "https://x/path"):
        with pytest.raises(InputError):
            WebOptions(site=wrong, token=TOKEN)


@pytest.mark.parametrize(
    ("options", "good", "bad"),
    [
        (WebOptions(), ["127.0.0.1", "localhost", "::1"], ["evil.example", "192.0.2.1", ""]),
        (WebOptions(host="0.0.0.0", token=TOKEN), ["192.0.2.1", "127.0.0.1", "localhost"], ["evil.example"]),
        (WebOptions(host="192.0.2.1", token=TOKEN), ["192.0.2.1"], ["evil.example", "localhost"]),
        (
            WebOptions(site="https://labels.example.org", token=TOKEN),
            ["labels.example.org", "LABELS.example.org", "127.0.0.1"],
            ["evil.example", "labels.example.org.evil.example"],
        ),
    ],
)
def test_only_our_own_names_are_answered(options: WebOptions, good: list[str], bad: list[str]) -> None:
    assert all(options.answers_to(name) for name in good) and not any(options.answers_to(name) for name in bad)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("a.example:80", "a.example"),
        ("[::1]:80", "::1"),
        ("[::1", None),
        ("a:b:c", None),
        ("x@127.0.0.1", None),
        ("127.0.0.1/x", None),
        ("127.0.0.1?x", None),
        ("127.0.0.1:99999", None),
    ],
)
def test_a_host_header_is_read_as_it_is_meant(header: str, expected: str | None) -> None:
    assert hostname_of(header) == expected


def test_behind_https_cookies_are_bound_to_it() -> None:
    options = WebOptions(site="https://labels.example.org", token=TOKEN)
    assert cookie_name(Role.RATER, options).startswith("__Host-")
    assert "Strict-Transport-Security" in security_headers(options)
    assert "Strict-Transport-Security" not in security_headers(WebOptions())


def test_only_folders_below_the_served_one_are_projects(tmp_path: Path) -> None:
    project_of(tmp_path / "outside", units(2))
    project_of(tmp_path / "served" / "annotation" / "one", units(2))
    project_of(tmp_path / "served" / "two", units(2))
    served = (tmp_path / "served").resolve()
    (served / "link").symlink_to(tmp_path / "outside")
    assert project_folder(served, "one").name == "one" and project_folder(served, "two").name == "two"
    for name in ("link", "../outside", str(tmp_path / "outside"), "annotation/../../outside", "nothing"):
        with pytest.raises(InputError):
            project_folder(served, name)


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        make_app(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("what?", "what?"),
    ],
)
def test_a_network_of_addresses_is_counted_as_one(address: str, counted: str) -> None:
    assert sender_of({"type": "http", "client": (address, 1)}) == counted


def test_sessions_of_two_servers_of_one_machine_do_not_end_each_other() -> None:
    assert cookie_name(Role.RATER, WebOptions(port=8000)) != cookie_name(Role.RATER, WebOptions(port=8001))


def test_who_is_there_is_known_while_another_process_writes(tmp_path: Path) -> None:
    access = Access(tmp_path / "access.sqlite", TOKEN)
    secret = access.enter(access.invite("R01", LATER), Role.RATER)
    other = sqlite3.connect(tmp_path / "access.sqlite", isolation_level=None)
    other.execute("begin immediate")
    waiting = threading.Thread(target=access.revoke, args=("R02",))
    waiting.start()
    time.sleep(0.1)
    began = time.monotonic()
    assert secret is not None and access.visitor(secret, Role.RATER) is not None and time.monotonic() - began < 1
    assert waiting.is_alive()
    other.execute("commit")
    waiting.join()
    other.close()
    access.close()
