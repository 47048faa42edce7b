"""Messages offer the nearest valid word, and nothing when none is meant."""

from __future__ import annotations

import pytest

from audit.model.suggest import did_you_mean, nearest_dotted

MODULES = ("shop", "shop.orders", "shop.orders.basket", "shop.store", "shop.store.disk", "shop.disk")


def test_a_misspelled_word_is_answered_with_the_valid_one() -> None:
    assert did_you_mean("slect", ["select", "ignore"]) == ", did you mean 'select'?"
    assert did_you_mean("nonsense", ["select", "ignore"]) == ""


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("shop.ordrs", "shop.orders"),  # a sibling that is spelled alike
        ("shop.cart.basket", "shop.orders.basket"),  # the only one of that name, elsewhere
        ("shop.cache.disk", None),  # two of that name: either could be meant
        ("shop.gone", None),  # alike only in its package
    ],
)
def test_a_dotted_name_is_answered_by_its_last_part(name: str, meant: str | None) -> None:
    assert nearest_dotted(name, MODULES) == meant
