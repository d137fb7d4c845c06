"""Every page in a real browser: quiet, without hindrances, wide and narrow, light and dark."""

import pytest

from tests.browsing import hindrances, overflows


@pytest.mark.parametrize("path", ["/", "/nowhere"])
def test_a_page_hinders_nobody(watched, path, scheme):
    watched.page.emulate_media(color_scheme=scheme)

    watched.page.goto(path)

    assert hindrances(watched.page) == []
    assert not overflows(watched.page)
    assert watched.elsewhere == []
