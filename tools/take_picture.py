"""Take the picture of the README from a running demo: python tools/take_picture.py [ADDRESS]."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).resolve().parent.parent / "docs" / "images" / "explorer.png"


def main(address: str) -> None:
    """Sign in as the executive and keep the KPI explorer as it opens."""
    browser_path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(address)
        page.get_by_role("button", name="Executive").click()
        page.goto(f"{address}/performance/explorer/")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=TARGET)
        browser.close()


if __name__ == "__main__":
    main((sys.argv[1:] or ["http://localhost:8000"])[0].rstrip("/"))
