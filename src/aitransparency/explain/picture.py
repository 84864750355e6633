"""A card or notice as PNG or PDF, drawn by a browser already installed; extra ``[picture]``.

The page is drawn without scripts and without a network: what is not in the page is not drawn.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from aitransparency.errors import InputError, MissingDependencyError

Theme = Literal["light", "dark"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")
_A4 = 794  # CSS pixels across
_FLAGS = ("--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


def save_png(
    page: str, path: str | os.PathLike[str], *, width: int = 640, theme: Theme = "light"
) -> None:
    """Draw a page to a PNG file, as high as it needs to be.

    Parameters
    ----------
    page
        HTML, as `Card.to_html` or `Notice.to_html` returns it without a stylesheet's address.
    path
        File to write.
    width
        In CSS pixels; drawn at twice as many.
    theme
        "light" or "dark".

    Raises
    ------
    MissingDependencyError
        The extra ``[picture]`` is not installed.
    InputError
        No browser was found; the environment variable AITRANSPARENCY_BROWSER may name one.
    """
    if theme not in ("light", "dark"):
        raise InputError(f"theme is 'light' or 'dark', got {theme!r}")
    made = _drawn(page, width, theme, lambda shown: shown.screenshot(full_page=True, type="png"))
    Path(path).write_bytes(made)


def save_pdf(page: str, path: str | os.PathLike[str]) -> None:
    """Print a page to a PDF file of A4 pages; parameters and errors as in `save_png`."""
    margin = dict.fromkeys(("top", "bottom", "left", "right"), "15mm")
    printed = _drawn(
        page,
        _A4,
        "light",
        lambda shown: shown.pdf(format="A4", print_background=True, margin=margin),
    )
    Path(path).write_bytes(printed)


def _drawn(page: str, width: int, theme: Theme, draw: Callable[[Any], bytes]) -> bytes:
    """Return what `draw` makes of the page, a page of playwright.

    In a thread of its own: a notebook has an event loop in its main one, where playwright refuses.
    """

    def work() -> bytes:
        with _opened(page, width, theme) as shown:
            return draw(shown)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


@contextmanager
def _opened(page: str, width: int, theme: Theme) -> Iterator[Any]:
    """Open a page in a browser; what is given is a page of playwright, which is optional."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise MissingDependencyError.of("playwright", "picture") from None
    with sync_playwright() as playwright:
        flags = [*_FLAGS, *(["--no-sandbox"] if _is_root() else [])]
        browser = playwright.chromium.launch(executable_path=_browser(), args=flags)
        try:
            context = browser.new_context(
                viewport={"width": width, "height": 400},
                device_scale_factor=2,
                color_scheme=theme,
                java_script_enabled=False,
                offline=True,
            )
            shown = context.new_page()
            shown.set_content(page, wait_until="load")
            yield shown
        finally:
            browser.close()


def _browser() -> str:
    named = os.environ.get("AITRANSPARENCY_BROWSER")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None or not Path(found).exists():
        raise InputError(
            "no browser was found; install chromium, or set AITRANSPARENCY_BROWSER to one's path"
        )
    return found


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
