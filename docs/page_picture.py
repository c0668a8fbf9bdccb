"""Make the README's picture of the page, beside `make app`: `.venv/bin/python -m docs.page_picture http://localhost:5006`.

The address says what is reconstructed, so that the picture can be made again after the page has changed.
"""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect, sync_playwright

QUERY = "?truth=camera&truth.size=256&operator=MotionBlur&prior=TotalVariation&steps=400"
SIZE = {"width": 1366, "height": 768}


def main(address: str) -> None:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        expect.set_options(timeout=180_000)
        page.goto(address.rstrip("/") + "/" + QUERY)
        expect(page.get_by_text("done", exact=False).first).to_be_visible()
        expect(page.get_by_role("slider", name="weight")).to_be_visible()
        page.wait_for_timeout(3000)  # the last drawings
        seen = Image.open(io.BytesIO(page.screenshot()))
        browser.close()
    seen.convert("RGB").quantize(256).save(Path(__file__).with_name("page.png"), optimize=True)


if __name__ == "__main__":
    main(sys.argv[1])
