"""Pages in Debian's chromium, served from memory on the loopback address."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

CHROMIUM = "/usr/bin/chromium"
STRICT = "default-src 'none'; style-src 'self'"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


@dataclass
class Shown:
    """A page in a browser, and what the browser complained of."""

    page: object
    complaints: list[str] = field(default_factory=list)
    asked_for: list[str] = field(default_factory=list)

    def axe(self) -> list[str]:
        """Return the rules of WCAG 2.2 A and AA that are broken, with where."""
        self.page.evaluate(axe_source())
        result = self.page.evaluate(
            """async () => {
                const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
                const run = {type: "tag", values: tags};
                const found = await axe.run(document, {runOnly: run});
                return found.violations.map(
                    v => v.id + " " + v.nodes.map(n => n.html.slice(0, 120)));
            }"""
        )
        return list(result)


def axe_source() -> str:
    import axe_playwright_python

    return Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield started
        started.close()


class Server(ThreadingHTTPServer):
    """A site of a few files in memory, on the loopback address only."""

    files: ClassVar[dict[str, str]] = {}
    policy: str | None = None
    asked_for: ClassVar[list[str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        found = self.server.files.get(self.path)
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
            return
        if self.path != "/":
            self.server.asked_for.append(self.path)
        kinds = {"css": "text/css", "js": "text/javascript"}
        kind = kinds.get(self.path.rsplit(".", 1)[-1], "text/html")
        self.send_response(200 if found is not None else 404)
        self.send_header("content-type", f"{kind}; charset=utf-8")
        if self.server.policy is not None:
            self.send_header("content-security-policy", self.server.policy)
        self.end_headers()
        self.wfile.write((found or "").encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output to the test."""


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), _Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


Open = Callable[..., Shown]


@pytest.fixture
def show(browser, server) -> Iterator[Open]:
    """Open HTML as a page of a site that has the given files, under a content security policy."""
    contexts = []

    def opened(
        html: str,
        *,
        width: int = 1280,
        theme: str = "light",
        policy: str | None = STRICT,
        files: dict[str, str] | None = None,
        forced_colors: str = "none",
    ) -> Shown:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            forced_colors=forced_colors,
        )
        contexts.append(context)
        page = context.new_page()
        made = Shown(page)
        server.policy, server.asked_for = policy, made.asked_for
        server.files = {"/": html, **(files or {})}
        page.on("console", lambda message: made.complaints.append(message.text))
        page.on("pageerror", lambda error: made.complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/", wait_until="load")
        return made

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory) -> Path:
    """Return where screenshots go: the folder in AIT_SCREENSHOTS, or one that pytest clears."""
    folder = Path(os.environ.get("AIT_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
