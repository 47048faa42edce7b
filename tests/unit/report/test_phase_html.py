"""The page of a report: sound HTML that asks for nothing, holds every claim once, and lets no text become markup."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audit.report.phase_html import render_page
from tests.unit.report.verifications import verification

VOID = {"meta", "link", "input"}


class Page(HTMLParser):
    """The elements of a page in order, its text, and whether every element is closed where it has to be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))
        assert len(dict(attributes)) == len(attributes), f"{tag} has an attribute twice"
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.texts).split())

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def skeleton(self) -> list[tuple[str, tuple[str, ...]]]:
        """Every element with the names of its attributes."""
        return [(tag, tuple(attributes)) for tag, attributes in self.elements]


@pytest.fixture(scope="module")
def source() -> str:
    return render_page(verification())


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


def test_it_asks_for_nothing_and_runs_nothing(page: Page, source: str) -> None:
    addresses = [
        each[name] for _, each in page.elements for name in ("href", "src", "srcset", "action") if name in each
    ]
    assert [each for each in addresses if not re.match(r"(?:\.\./[^/]|#|data:,$)", str(each))] == []
    assert page.all("script", "iframe", "object", "embed", "form", "base") == []
    assert [name for _, each in page.elements for name in each if name.startswith("on") or name == "style"] == []
    assert re.findall(r"url\((?!#)|@import", source) == []


def test_its_policy_allows_its_own_style_and_nothing_else(page: Page, source: str) -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", source, flags=re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_it_can_be_read_without_seeing_it(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [len(page.all(tag)) for tag in ("main", "header", "footer", "nav")] == [1, 1, 1, 1]
    assert all("scope" in each for each in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(each.get("aria-label") for each in page.all("svg"))
    identifiers = [each["id"] for _, each in page.elements if "id" in each]
    assert len(identifiers) == len(set(identifiers))
    referred = [str(each["href"])[1:] for each in page.all("a") if str(each["href"]).startswith("#")]
    referred += [str(each["aria-labelledby"]) for _, each in page.elements if "aria-labelledby" in each]
    assert set(referred) <= set(identifiers)
    assert page.all("html") == [{"lang": "en"}]


def test_every_claim_stands_in_it_once_with_its_verdict(page: Page) -> None:
    assert [each["data-verdict"] for each in page.all("tr") if "data-verdict" in each] == [
        "refuted", "error", "partly", "unverified", "verified",
    ]  # fmt: skip
    table = page.text.partition("Claims against reality")[2].partition("What works")[0]
    assert Counter(re.findall(r"claim \d", table)) == Counter(f"claim {number}" for number in (3, 5, 2, 4, 1))


@pytest.mark.parametrize(
    "said",
    [
        "Could not be judged RISK word 1 of 4 core claims verified",
        "(1 could not be judged, 1 partly verified, 1 unverified).",
        "1 missing name kills 2 of 7 modules: shop.storeword, removed in cccccccccc.",
        "claim 3 word notes.md:3",
        "Kills 2 modules, 1 test and the command shop word; mending it alone revives 2.",
        "Removed in cccccccccc on 2025-08-27: “Delete word”. It became shop.newword.",
        "Mend shop/bridge.py:1, word:2: use shop.newword (2 modules revived).",
        "Correct notes.md:9: it “cites word” (DOC001).",
        "5 2025-08-26",
        "Learning curve: return 0 at step 0, 0.5 at step 512.",
        "95 % intervals over 16 episodes",
        "1 module could not be analysed: see audit roots.",
        "No claims, and so not judged: 1 plan.",
        "1 claim without a predicate claim 6 word notes.md:6 because word",
        "1 file not read dataword.bin large word",
        "claim word rules/w.yaml:1",
    ],
)
def test_it_says(page: Page, said: str) -> None:
    squeezed = page.text.replace("✓ ", "").replace("✕ ", "").replace("? ", "").replace("! ", "").replace("◐ ", "")
    assert said in squeezed


HOSTILE = st.text(st.sampled_from("<>&\"'`=/ab {}%#;-!\\\n$("), min_size=1, max_size=24)


@settings(deadline=None, max_examples=30)
@given(HOSTILE)
@example("</style><script>alert(1)</script>")
@example('" onmouseover="alert(1)')
@example("{{ 7 * 7 }}{% raw %}")
@example("--><img src=x onerror=alert(1)>")
def test_no_text_of_others_becomes_markup(hostile: str) -> None:
    plain = Page(render_page(verification("x" + re.sub(r"[^`]", "y", hostile))))
    page = Page(render_page(verification(f"x{hostile}")))

    assert without_links_and_code(page) == without_links_and_code(plain)
    assert {name for _, each in page.elements for name in each} <= {name for _, each in plain.elements for name in each}


def without_links_and_code(page: Page) -> list[tuple[str, tuple[str, ...]]]:
    """The skeleton but for what a name may rightly change: whether it is a place, and what of it is code."""
    return [each for each in page.skeleton if each[0] not in ("a", "code")]


def test_the_same_result_gives_the_same_page(source: str) -> None:
    assert render_page(verification()) == source
