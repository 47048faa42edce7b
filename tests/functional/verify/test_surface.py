"""What a tree offers to those who use it, as documents tell it, is held against what its code declares."""

from __future__ import annotations

import json

MAIN = """\
from fastapi import FastAPI

from web.books import router as books
from web import people, settings

app = FastAPI()
app.include_router(books, prefix="/api")
app.include_router(people.router, prefix=settings.PREFIX)


@app.get("/health")
def health(): ...
"""
BOOKS = """\
from fastapi import APIRouter

router = APIRouter(prefix="/books")


@router.get("/")
def listed(): ...


@router.post("/")
async def made(): ...


@router.get("/{book_id}/pages/{number}")
def read(book_id, number): ...
"""
PEOPLE = """\
from fastapi import APIRouter

router = APIRouter()


@router.get("/people/{name}")
def one(name): ...
"""
ROUTES = """\
# Endpoints

- `GET /health` - The state of it
- `POST /health` - The state of it
- `GET /api/books` - All of them
- `GET /books` - All of them
- `GET /api/books/{id}/pages/{page}` - One of them
- `DELETE /api/books` - None of them
- `GET /api/books/{id}/page/{page}` - One of them
- `GET /v2/books/{id}/pages/{page}` - One of them
- `GET /api/people/{id}` - One of them
- `GET /people/{id}` - One of them
- `GET /api/persons/{id}` - One of them
- `GET /api/prices/{id}` - One of them
- `GET /{id}` - One of them
"""


def verdicts(done) -> list[tuple[int, str, str]]:
    return [(each["line"], each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]]


def test_a_route_is_looked_for_with_the_prefixes_of_its_routers(shop, audit) -> None:
    web = {"web/__init__.py": "", "web/main.py": MAIN, "web/books.py": BOOKS, "web/people.py": PEOPLE}
    shop.commit("Serve", {**web, "web/settings.py": "PREFIX = '/v1'\n", "web/a.js": "a = '/prices'\n", "a.md": ROUTES})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "verified", "GET /health is served"),
        (4, "refuted", "/health takes GET, not POST"),
        (5, "verified", "GET /api/books is served"),
        (6, "verified", "GET /books is declared; under which prefix was not compared"),
        (7, "verified", "GET /api/books/{id}/pages/{page} is served"),
        (8, "refuted", "/api/books takes GET, POST, not DELETE"),
        (9, "refuted", "no route of the tree is /api/books/{}/page/{}"),
        (10, "refuted", "no route of the tree is /v2/books/{}/pages/{}"),
        (11, "unverified", "a route ends in /people/{}; under which prefix it is served is not written out"),
        (12, "verified", "GET /people/{id} is declared; under which prefix was not compared"),
        (13, "refuted", "no route of the tree is /api/persons/{}"),
        (14, "unverified", "no route was read that names prices, which web/a.js does"),
        (15, "unverified", "/{} names nothing by which its route could be told"),
    ]


def test_routes_that_are_declared_in_another_way_leave_a_route_open(shop, audit) -> None:
    flask = (
        "from flask import Blueprint, Flask\napp = Flask(__name__)\nold = Blueprint('old', __name__, url_prefix=P)\n"
        "@app.route('/books', methods=['GET', 'PUT'])\ndef books(): ...\n@old.route('/pages')\ndef pages(): ...\n"
        "@app.route('/tags', methods=TAKEN)\ndef tags(): ...\n"
    )
    routes = ("PUT /books", "POST /books", "GET /a/pages", "GET /b/books/c", "PUT /tags")
    text = "# A\n\n" + "".join(f"- `{route}` - A\n" for route in routes)
    shop.commit("Serve", {"web.py": f"{flask}app.add_url_rule('/c', view_func=pages)\n", "a.md": text})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "verified", "PUT /books is served"),
        (4, "unverified", "/books is declared with GET, PUT; another router may have POST"),
        (5, "unverified", "a route ends in /pages; under which prefix it is served is not written out"),
        (6, "unverified", "no route was read that names c, which web.py does"),
        (7, "unverified", "which methods /tags takes is not written out"),
    ]


def test_flask_takes_the_prefix_of_a_mount_instead_of_that_of_the_blueprint(shop, audit) -> None:
    flask = (
        "from flask import Blueprint, Flask\napp = Flask(__name__)\n"
        "old = Blueprint('old', __name__, url_prefix='/old')\n"
        "new = Blueprint('new', __name__, url_prefix='/new')\n"
        "@old.route('/pages')\ndef pages(): ...\n@new.route('/books')\ndef books(): ...\n"
        "app.register_blueprint(old, url_prefix='/v2')\napp.register_blueprint(new)\n"
    )
    text = "# A\n\n- `GET /v2/pages` - A\n- `GET /v2/old/pages` - A\n- `GET /new/books` - A\n- `GET /v2/books` - A\n"
    shop.commit("Serve", {"web.py": flask, "a.md": text})

    assert [each[:2] for each in verdicts(audit(shop.root, "verify", "a.md", "--format", "json"))] == [
        (3, "verified"),
        (4, "refuted"),
        (5, "verified"),
        (6, "refuted"),
    ]


COMMANDS = """\
import argparse
import click
import typer

parser = argparse.ArgumentParser()
parser.add_argument("-w", "--workers", type=int, default=4)
parser.add_argument("--offset", type=int, default=-2)
parser.add_argument("--seed", type=int)
parser.add_argument("--mode", default="fast")


@click.command()
@click.option("--shout/--no-shout", default=False)
def shout(shout): ...


def run(dry_run: bool = False, name: str = typer.Option("me", "--name")): ...
"""
OPTIONS = """\
# Options

- Added `--workers` flag
- Added `--no-shout` flag
- Added `--name` option
- Added `--dry-run` flag
- Added `--loud` flag
- `--workers N` - How many (default: 4)
- `--workers N` - How many (default: 40)
- `--offset N` - From where (default: -2)
- `--seed N` - From where (default: 1)
- `--mode M` - In which way (default: fast)
- `--mode M` - In which way (default: quick)
- `--loud` - It shouts
"""


def test_an_option_is_looked_for_among_the_parsers(shop, audit) -> None:
    shop.commit("Command", {"shop/cli.py": COMMANDS, "a.md": OPTIONS})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "verified", "--workers is declared"),
        (4, "verified", "--no-shout is declared"),
        (5, "verified", "--name is declared"),
        (6, "unverified", "no parser of this tree declares --dry-run; shop/cli.py names it"),
        (7, "refuted", "nothing but documents names --loud"),
        (8, "verified", "--workers is 4 by default"),
        (9, "refuted", "--workers is 4 by default, not 40"),
        (10, "verified", "--offset is -2 by default"),
        (11, "unverified", "the default of --seed is not written out in one place"),
        (12, "verified", "--mode is fast by default"),
        (13, "unverified", "--mode is fast by default, which may mean the same"),
        (14, "unverified", "no parser of this tree declares --loud; it may be one of another program"),
    ]


CONSTANTS = """\
# Constants

- `MAX_RETRIES = 3`
- `MAX_RETRIES = 4`
- `MAX_WAIT` is now 3600
- `MAX_AGE = 1`
- `MAX_SIZE = 1`
- `MAX_NONE = 1`
- `shop/a.py`: Set `MAX_SIZE` to 1
- `shop/a.py`: Set `MAX_SIZE` to 3
- `USE_CACHE = 1`
"""


def test_a_constant_is_held_against_every_assignment(shop, audit) -> None:
    first = "MAX_RETRIES = 3\nMAX_WAIT = 60 * 60\nMAX_AGE = int('1')\nMAX_SIZE = 1\nUSE_CACHE: bool = True\n"
    shop.commit("Settle", {"shop/a.py": first, "shop/b.py": "MAX_SIZE = 2\n", "a.md": CONSTANTS})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "verified", "MAX_RETRIES is 3"),
        (4, "refuted", "MAX_RETRIES is 3, not 4"),
        (5, "verified", "MAX_WAIT is 3600"),
        (6, "unverified", "MAX_AGE is computed when the program runs"),
        (7, "unverified", "MAX_SIZE has other values as well"),
        (8, "unverified", "no code of this tree gives MAX_NONE a value"),
        (9, "verified", "MAX_SIZE is 1"),
        (10, "refuted", "MAX_SIZE is 1, not 3"),
        (11, "refuted", "USE_CACHE is True, not 1"),
    ]


def test_a_constant_that_no_number_can_hold_is_left_open(shop, audit) -> None:
    odd = {
        "DEEP_SUM": "+".join(["1"] * 3000),
        "FAR_SIGN": "-" * 3000 + "1",
        "TOO_LARGE": "9" * 400 + " * 1.5",
    }
    report = "".join(f"- `{name} = 3`\n" for name in odd)
    shop.commit(
        "Settle",
        {"shop/a.py": "".join(f"{name} = {value}\n" for name, value in odd.items()), "a.md": f"# Report\n\n{report}"},
    )

    done = audit(shop.root, "verify", "a.md", "--format", "json")

    assert [(each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]] == [
        ("unverified", f"{name} is computed when the program runs") for name in odd
    ]


def test_a_constant_in_another_unit_type_or_language_is_left_open(shop, audit) -> None:
    text = "# A\n\n- `MAX_WAIT` = 30 seconds\n- `WEB_PORT` = 80\n- `MAX_SIZE` is 5\n- `MAX_SIZE`: 6\n- `MAX_AGE`: 6\n"
    code = "MAX_WAIT = 30000\nWEB_PORT = '80'\nMAX_SIZE = 6\nMAX_AGE = 7\n"
    shop.commit("Settle", {"shop/a.py": code, "web/a.ts": "export const MAX_SIZE: number = 5;\n", "a.md": text})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "unverified", "MAX_WAIT may be 30 in another unit or type"),
        (4, "unverified", "WEB_PORT may be 80 in another unit or type"),
        (5, "unverified", "web/a.ts may give MAX_SIZE a value as well"),
        (6, "verified", "MAX_SIZE is 6"),
        (7, "refuted", "MAX_AGE is 7, not 6"),
    ]


def test_a_default_that_two_parsers_give_otherwise_is_open(shop, audit) -> None:
    one = "import argparse\nargparse.ArgumentParser().add_argument('--rate', default=3)\n"
    text = "# A\n\n- `--rate N` - How fast (default: 3)\n"
    shop.commit("Command", {"shop/one.py": one, "shop/two.py": one.replace("3", "4"), "a.md": text})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "unverified", "the default of --rate is not written out in one place"),
    ]


def test_routers_that_hold_each_other_and_roots_of_several_leave_a_route_open(shop, audit) -> None:
    web = (
        "from fastapi import APIRouter, FastAPI\n"
        "one, two = FastAPI(), FastAPI()\napp = FastAPI()\nother = FastAPI()\n"
        "left = APIRouter(prefix='/left')\nright = APIRouter(prefix='/right')\n"
        "left.include_router(right)\nright.include_router(left)\napp.include_router(left)\n"
        "@right.get('/books')\ndef books(): ...\n"
        "@app.get('/{name}')\ndef root(): ...\n@other.get('/{name}')\ndef other_root(): ...\n"
    )
    text = "# A\n\n- `GET /left/right/books` - A\n- `GET /{id}` - A\n"
    shop.commit("Serve", {"web.py": web, "a.md": text})

    assert verdicts(audit(shop.root, "verify", "a.md", "--format", "json")) == [
        (3, "unverified", "a route ends in /right/books; under which prefix it is served is not written out"),
        (4, "unverified", "2 routers have a route /{id}; say which"),
    ]
