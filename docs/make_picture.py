"""Make the picture of the README: the demo's portal as an engineer sees it.

    make picture

Runs the demo in a folder of its own, signs in with a headless Chromium, and photographs the open-plan office.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.progress import Progress

from vigie.demo import make_workspace, run_demo, today_in_france
from vigie.portal import portal_in_background

TARGET = Path(__file__).parent / "_static" / "portal.png"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def main() -> int:
    """Make it; 2 where no Chromium is installed."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.stderr.write("no Chromium found; on Debian: apt-get install chromium\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        workspace = make_workspace(Path(folder) / "demo", 0)
        with Progress(disable=True) as progress:
            result = run_demo(workspace, today_in_france(), progress)
        with portal_in_background(workspace, 0) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1100, "height": 1190})
            page.goto(f"{address}?lang=en")
            page.fill("input[name=email]", result.accounts[0].email)
            page.fill("input[type=password]", result.accounts[0].password)
            page.click("form button[type=submit]")
            page.goto(f"{address}zones/office-open-plan")
            page.wait_for_load_state("networkidle")
            time.sleep(0.5)
            page.screenshot(path=TARGET)
            browser.close()
    sys.stdout.write(f"{TARGET} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
