#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The page of --html in Chromium: it renders, sorts, fits, takes the keyboard.

browser.py OPINE [FOLDER]: with a folder, screenshots are left there. Exits with
77 where Chromium, its driver or python3-selenium are not there.
"""
import base64
import math
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import wave

EVIL = "</script><script>document.title='hit'</script><b>&amp;\"'"
RATE, SECONDS, HOLE_S = 16000, 4, 2.5


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    skip("no selenium: package python3-selenium")


def samples(gain, hole):
    """Chords of harmonics that change four times a second"""
    x = []
    for i in range(RATE * SECONDS):
        t = i / RATE
        pitch = 150 + 40 * (int(4 * t) * 7 % 5)
        tone = sum(math.sin(2 * math.pi * pitch * k * t) / k for k in range(1, 12))
        envelope = .4 + .6 * abs(math.sin(math.pi * 4 * t))
        silent = hole and HOLE_S <= t < HOLE_S + .2
        crackle = gain * math.sin(i * i * .37)
        x.append(0 if silent else .1 * tone * envelope + crackle)
    return x


def write(path, x):
    with wave.open(path, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(b"".join(
            struct.pack("<h", max(-32768, min(32767, round(32767 * v))))
            for v in x))


def make_page(opine, folder):
    os.mkdir(os.path.join(folder, "in"))
    write(os.path.join(folder, "in", "ref #1.wav"), samples(0, False))
    write(os.path.join(folder, "in", "hole %41.wav"), samples(0, True))
    rows = ["ref,deg,id,codec,bitrate", 'ref #1.wav,hole %41.wav,hole,,']
    for i, gain in enumerate((.001, .004, .016, .06)):
        write(os.path.join(folder, "in", f"{i}.wav"), samples(gain, False))
        rows.append(f"ref #1.wav,{i}.wav,noise {i},crackle,{64 >> i}")
    evil = EVIL.replace('"', '""')
    rows.append(f'ref #1.wav,0.wav,"{evil}",,')
    rows.append("ref #1.wav,gone.wav,gone,,")
    manifest = os.path.join(folder, "in", "m.csv")
    with open(manifest, "w", encoding="utf-8") as file:
        file.write("\n".join(rows) + "\n")
    page = os.path.join(folder, "page.html")
    run = subprocess.run([opine, "batch", "--quiet", "--html", page, manifest],
                         stderr=subprocess.DEVNULL, check=False)
    assert run.returncode == 4, run.returncode  # for the row that is gone
    return page


def start():
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not chromium or not driver:
        skip("no chromium: packages chromium and chromium-driver")
    options = Options()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu",
                     "--disable-dev-shm-usage", "--hide-scrollbars",
                     "--autoplay-policy=no-user-gesture-required"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    try:
        return webdriver.Chrome(service=Service(driver), options=options)
    except WebDriverException as error:
        skip(f"Chromium does not start here: {error.msg}")


def view(browser, page, width, scheme):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": width, "height": 900, "deviceScaleFactor": 1,
        "mobile": width < 600})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})
    browser.get("file://" + page)


def names(browser):
    cells = browser.find_elements(By.CSS_SELECTOR, "#rows tbody td:first-child")
    return [cell.text for cell in cells]


def scores(browser):
    cells = browser.find_elements(By.CSS_SELECTOR, "#rows tbody td:nth-child(2)")
    return [float(cell.text) for cell in cells if cell.text]


def check_quiet(browser):
    log = browser.get_log("browser")
    assert not log, log


def check_renders(browser):
    assert browser.title.startswith(browser.find_element(By.ID, "title").text)
    assert len(names(browser)) == 7, names(browser)
    assert any(EVIL in name for name in names(browser)), names(browser)
    assert len(browser.find_elements(By.CSS_SELECTOR, "#scatter .dot")) == 4
    assert len(browser.find_elements(By.CSS_SELECTOR, "#pairs details")) == 6
    painted = browser.execute_script("""
        const c = document.querySelector("details[open] canvas");
        const pixels = c.getContext("2d").getImageData(0, 0, c.width, c.height);
        return pixels.data.filter((v, i) => i % 4 === 3 && v > 100).length""")
    assert painted > 100, painted


def check_sorts(browser):
    assert scores(browser) == sorted(scores(browser))
    button = browser.find_elements(By.CSS_SELECTOR, "#rows th button")[1]
    button.click()
    assert scores(browser) == sorted(scores(browser), reverse=True)
    assert names(browser)[-1].startswith("gone")
    sort = browser.find_elements(By.CSS_SELECTOR, "#rows th")[1]
    assert sort.get_attribute("aria-sort") == "descending"


def check_keyboard(browser):
    """Tab reaches a header, Enter sorts by it, Space opens a pair"""
    first = browser.find_element(By.CSS_SELECTOR, "#rows th button")
    for _ in range(10):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        if browser.switch_to.active_element == first:
            break
    assert browser.switch_to.active_element == first
    width = browser.execute_script(
        "return getComputedStyle(document.activeElement).outlineWidth")
    assert width == "3px", width
    first.send_keys(Keys.ENTER)
    assert browser.find_element(By.CSS_SELECTOR, "#rows th").get_attribute(
        "aria-sort") == "ascending"
    boxes = browser.find_elements(By.CSS_SELECTOR, "#pairs details")
    boxes[1].find_element(By.TAG_NAME, "summary").send_keys(Keys.SPACE)
    WebDriverWait(browser, 5).until(
        lambda _: boxes[1].find_elements(By.TAG_NAME, "canvas"))


def check_fits(browser, width):
    """Nothing is wider than the window with all pairs open"""
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d) => d.open = true)")
    WebDriverWait(browser, 5).until(lambda _: len(
        browser.find_elements(By.CSS_SELECTOR, "#pairs canvas")) == 6)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width, wide


def hole_of(browser):
    return next(box for box in
                browser.find_elements(By.CSS_SELECTOR, "#pairs details")
                if "hole" in box.find_element(By.TAG_NAME, "summary").text)


def check_plays(browser):
    """The button jumps to the hole, the files are found by their odd names"""
    box = hole_of(browser)
    browser.execute_script("arguments[0].open = true", box)
    WebDriverWait(browser, 5).until(
        lambda _: box.find_elements(By.TAG_NAME, "audio"))
    audio = box.find_element(By.TAG_NAME, "audio")
    button = box.find_element(By.CSS_SELECTOR, ".buttons button")
    button.send_keys(Keys.ENTER)
    WebDriverWait(browser, 10).until(lambda _: browser.execute_script(
        "return arguments[0].readyState >= 2 || arguments[0].error", audio))
    error, time = browser.execute_script(
        "return [arguments[0].error && arguments[0].error.message, "
        "arguments[0].currentTime]", audio)
    assert error is None, error
    assert HOLE_S - 1.1 < time < HOLE_S + .4, time


def shoot(browser, name):
    height = browser.execute_script(
        "return document.documentElement.scrollHeight")
    width = browser.execute_script("return innerWidth")
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": width, "height": min(height, 3000),
                 "scale": 1}})
    with open(name, "wb") as file:
        file.write(base64.b64decode(shot["data"]))


def check_all(browser, page, shots):
    for width in (360, 1200):
        for scheme in ("light", "dark"):
            view(browser, page, width, scheme)
            check_renders(browser)
            if shots:
                shoot(browser, f"{shots}/{width}-{scheme}.png")
            check_sorts(browser)
            view(browser, page, width, scheme)
            check_keyboard(browser)
            check_fits(browser, width)
            check_plays(browser)
            check_quiet(browser)


def main():
    browser = start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            page = make_page(sys.argv[1], folder)
            check_all(browser, page, sys.argv[2] if len(sys.argv) > 2 else None)
    finally:
        browser.quit()


if __name__ == "__main__":
    main()
