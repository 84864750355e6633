"""Pictures of a page: the right size, without scripts, and a clear error without a browser."""

from __future__ import annotations

import asyncio
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from aitransparency.errors import InputError
from aitransparency.explain.picture import save_pdf, save_png

pytestmark = pytest.mark.browser

PAGE = (
    "<!doctype html><style>body{margin:0;height:700px}@media(prefers-color-scheme:dark)"
    "{body{background:#000}}</style><body><script>document.body.style.height='9000px'</script>"
)


def size(path):
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return struct.unpack(">II", data[16:24])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_is_as_wide_as_asked_and_as_high_as_needed(tmp_path, theme):
    save_png(PAGE, tmp_path / "card.png", width=320, theme=theme)
    assert size(tmp_path / "card.png") == (640, 1400)  # at two pixels each, the script not run


def test_it_works_inside_an_event_loop_as_in_a_notebook(tmp_path):
    async def cell():
        save_png(PAGE, tmp_path / "card.png", width=320)

    with ThreadPoolExecutor(1) as notebook:  # the other tests' browser has a loop in this thread
        notebook.submit(asyncio.run, cell()).result()
    assert size(tmp_path / "card.png") == (640, 1400)


def test_a_pdf_is_printed(tmp_path):
    save_pdf(PAGE, tmp_path / "card.pdf")
    assert (tmp_path / "card.pdf").read_bytes().startswith(b"%PDF-")


def test_no_browser_is_a_clear_error(tmp_path, monkeypatch):
    monkeypatch.setenv("AITRANSPARENCY_BROWSER", "/nowhere")
    with pytest.raises(InputError, match="AITRANSPARENCY_BROWSER"):
        save_png(PAGE, tmp_path / "card.png")
    assert not list(tmp_path.iterdir())
