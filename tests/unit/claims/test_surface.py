"""Sentences about what a tree offers to those who use it: HTTP routes, options of commands, constants."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.claims.markdown import read_document
from audit.model.surface import Constant, Option, Route
from audit.verdict.route_table import plain_route


def judged(text: str) -> list[object]:
    statements = read_document("doc.md", f"# The store\n\n{text}\n".encode(), may_run=False).statements
    return [predicate for each in statements for predicate in each.predicates]


@pytest.mark.parametrize(
    ("text", "routes"),
    [
        ("- `POST /api/users` - Creates one", [("POST", "/api/users")]),
        ("- Added `POST /api/users` endpoint", [("POST", "/api/users")]),
        ("- New endpoint: `GET /api/users/{id}`", [("GET", "/api/users/{id}")]),
        ("- Endpoint: `PUT /users/<int:id>` (one user)", [("PUT", "/users/<int:id>")]),
        ("- **DELETE** `/users/:id`: for admins", [("DELETE", "/users/:id")]),
        ("- Added `/status` endpoint", [("", "/status")]),
        ("| Method | Path | What |\n|---|---|---|\n| GET | /books/{id} | One |", [("GET", "/books/{id}")]),
        ("| Endpoint | What |\n|---|---|\n| `GET /books` | All |", [("GET", "/books")]),
        ("| Endpoint | Time |\n|---|---|\n| `/books` | 3 ms |", []),
        ("- Removed `POST /api/users`", []),
        ("- `POST /api/users` → `POST /api/people`", []),
        ("- `POST /api/users` is no longer there", []),
        ("- `GET https://example.org/users`", []),
        ("- `GET /users?active=1`", []),
        ("- The client calls `GET /users`", []),
        ("## Old endpoints\n\n- `GET /users`", []),
        ("- Add `GET /users`", []),
        ("- `GET /...`", []),
        ("- Web: `GET /users`, `GET /users/<id>`, `POST /users`", []),
        ("- Added `/users` endpoint, and `/people`", []),
        ("- `GET /users` returns 200 and includes `name`", []),
    ],
)
def test_a_route_is_one_that_a_sentence_or_a_row_opens_with(text, routes) -> None:
    assert judged(text) == [Route(method=method, path=path) for method, path in routes]


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)


@given(st.lists(st.tuples(st.booleans(), NAMES), min_size=1, max_size=5))
def test_a_parameter_is_the_same_in_every_way_of_writing_it(parts) -> None:
    written = {
        "/" + "/".join(form.format(name) if is_parameter else name for is_parameter, name in parts) + end
        for form in ("{{{}}}", "<{}>", "<int:{}>", ":{}", "{{{}:path}}")
        for end in ("", "/")
    }

    assert {plain_route(each) for each in written} == {"/" + "/".join("{}" if is_p else name for is_p, name in parts)}


@pytest.mark.parametrize(
    ("text", "options"),
    [
        ("- Added `--dry-run` flag", [Option(names=("--dry-run",))]),
        ("- Added a `--dry-run` option to the CLI", [Option(names=("--dry-run",))]),
        ("- New flag: `--resume FILE`", [Option(names=("--resume",))]),
        ("- `--workers N` - How many (default: 4)", [Option(names=("--workers",), default="4", others=True)]),
        ("- `--mode`: fast or slow (default: fast)", [Option(names=("--mode",), default="fast", others=True)]),
        ("- `--workers N` - How many (default: 30 seconds)", []),
        ("- `--workers N` - How many, 4 by default", []),
        ("- `--depth` - Глубина поиска (по умолчанию: 3)", []),
        ("- `--mode`: 실행 모드 (기본값: paper)", []),
        ("- `--cov` (of pytest)", []),
        ("- Removed `--dry-run` flag", []),
        ("- Added `--dry-run` checks", []),
        ("- Runs `--dry-run` first", []),
        ("## Deprecated\n\n- `--dry-run` - Does nothing", []),
    ],
)
def test_an_option_is_one_that_was_added_or_that_an_item_opens_with(text, options) -> None:
    assert judged(text) == options


@pytest.mark.parametrize(
    ("text", "constants"),
    [
        ("- `MAX_RETRIES = 3`", [("MAX_RETRIES", "3", "")]),
        ("- `MAX_RETRIES: int = 3` - How often it tries", [("MAX_RETRIES", "3", "")]),
        ("- Increased `MAX_WAIT` from 60 to 120s", []),
        ("- Increased `MAX_WAIT` from 60 to 120 s", [("MAX_WAIT", "120", "")]),
        ("- `shop/net.py`: Set `MAX_WAIT` to 1.5", [("MAX_WAIT", "1.5", "shop/net.py")]),
        ("- `BASE_URL` defaults to `'http'`", [("BASE_URL", "'http'", "")]),
        ("- `USE_CACHE` is now True", [("USE_CACHE", "True", "")]),
        ("- `MAX_RETRIES` was 3", []),
        ("- `MAX_RETRIES = 007`", []),
        ("- `MAX_RETRIES = 1__0`", []),
        ('- `MAX_RETRIES = "\\x"`', []),
        ("- `retries = 3`", []),
        ("- Set the environment variable `MAX_WAIT` to 3", []),
        ("- `MAX_RETRIES`: 3 or more", []),
        ("- `MAX_ROWS` is 1,000", []),
        ("- `APP_VERSION`: 1.2.3", []),
        ("- `BATCH_SIZE`: 16 - 64", []),
        ("- `MAX_ROWS`: 10, as before", []),
        ("- `MAX_ROWS`: 10, so that it fits.", [("MAX_ROWS", "10", "")]),
    ],
)
def test_a_constant_has_the_value_that_a_sentence_gives_it(text, constants) -> None:
    assert judged(text) == [Constant(name=name, value=value, path=path) for name, value, path in constants]
