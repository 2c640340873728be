"""Lighthouse judges pages of the sample, served as in production, as seen on a telephone.

Run as `make lighthouse`; needs Node and Chromium. Prints each page's scores and what cost it
points; exits with 1 when one of them is below LEAST. A page that is too slow is measured again,
RUNS times at the most, and its best run counts: what else the machine does can make a page
slower, never faster than it is. The other categories are the same in each run. A run in which
Lighthouse itself fails judges nothing and is repeated likewise.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from tests.browser.sample import ENTRIES, sample_site

LEAST = 98
RUNS = 6
PAGES = {
    "home": "/",
    "entry": ENTRIES["article"],
    "tag": "/tags/permalinks/",
    "search": "/search/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
LIGHTHOUSE = Path(__file__).parent / "node_modules" / "lighthouse" / "cli" / "index.js"


@dataclass
class Verdict:
    """The best that a page reached, 0 to 100 per category, and what cost it points there."""

    scores: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CATEGORIES, -1))
    losses: dict[str, list[str]] = field(default_factory=dict)

    def add(self, report: dict):
        for name, category in report["categories"].items():
            score = round(100 * (category["score"] or 0))
            if score > self.scores[name]:
                self.scores[name] = score
                self.losses[name] = losses(report, category)

    @property
    def is_good(self):
        return min(self.scores.values()) >= LEAST


def main() -> int:
    verdicts = {}
    with sample_site() as site:
        print(f"{'':10}", *(f"{name:>15}" for name in CATEGORIES), flush=True)
        for name, path in PAGES.items():
            verdicts[name] = judge(site + path)
            scores = verdicts[name].scores
            print(f"{name:10}", *(f"{scores[each]:15}" for each in CATEGORIES), flush=True)
    for name, verdict in verdicts.items():
        for category, lines in verdict.losses.items():
            if verdict.scores[category] < LEAST:
                print(f"\n{name}, {category} below {LEAST}:", *lines, sep="\n  ")
    return 0 if all(verdict.is_good for verdict in verdicts.values()) else 1


def judge(address: str) -> Verdict:
    # The first answer of a new process pays for its imports and templates.
    urlopen(address).close()
    verdict = Verdict()
    for _ in range(RUNS):
        try:
            verdict.add(report_on(address))
        except LighthouseError as error:
            print(f"{address}: {error}", file=sys.stderr)
        if verdict.scores["performance"] >= LEAST:
            break
    return verdict


class LighthouseError(Exception):
    """A run of Lighthouse that judged nothing: its browser did not start, or lost the trace."""


def report_on(address: str) -> dict:
    done = subprocess.run(
        [
            *("node", LIGHTHOUSE, address, "--quiet", "--output=json"),
            *(f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={CHROMIUM}"),
        ],
        env={"CHROME_PATH": "/usr/bin/chromium"} | os.environ,
        capture_output=True,
        text=True,
        timeout=180,
    )
    if done.returncode:
        raise LighthouseError(done.stderr.strip())
    report = json.loads(done.stdout)
    if "runtimeError" in report:
        raise LighthouseError(report["runtimeError"]["message"])
    return report


def losses(report: dict, category: dict) -> list[str]:
    """The audits that cost a category points, each with the first elements that it names."""
    lines = []
    for reference in category["auditRefs"]:
        audit = report["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            why = audit.get("explanation") or audit.get("displayValue", "")
            lines.append(f"{audit['title']} ({audit['id']}) {why}")
            items = audit.get("details", {}).get("items", [])[:5]
            lines += [f"  {each['node']['snippet'] if 'node' in each else each}" for each in items]
    return lines


if __name__ == "__main__":
    sys.exit(main())
