"""Makes sure that the browser tests have a Chromium and Chinese fonts, or says what to type."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys


NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The path of a Chromium on PATH, or of Playwright's own."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None


def has_chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    listed = subprocess.run(["fc-list", ":lang=zh-cn"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def main() -> int:
    if chromium() and has_chinese_font():
        return 0
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Chromium and Chinese fonts for the browser tests ...")
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium",
             "fontconfig", "fonts-noto-cjk"],
            check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, **quiet,
        )  # fmt: skip
    if not chromium():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if not chromium():
        print(
            "The tests need a Chromium. Install one and run make test again:\n"
            "  sudo apt-get install chromium fonts-noto-cjk      (Debian, Ubuntu)\n"
            "  .venv/bin/python -m playwright install chromium   (elsewhere)",
            file=sys.stderr,
        )
        return 1
    if not has_chinese_font():
        print(
            "The tests look at Chinese pages and need a Chinese font:\n"
            "  sudo apt-get install fontconfig fonts-noto-cjk",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
