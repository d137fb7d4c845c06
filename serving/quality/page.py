"""The inspection as a page: one HTML file that needs no network, no script and no other file."""

from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from data.whole_files import write_whole
from serving.quality.inspection import Inspection
from serving.quality.terminal import change_text, spend_text
from serving.report.page import page_environment, page_style, reading_parts


def write_page(inspection: Inspection, path: Path) -> None:
    """Write an inspection as a page.

    Raises
    ------
    data.errors.OutputError
        When the file cannot be written.
    """
    now = datetime.now(UTC)
    by_code = {one.code: one for one in inspection.scenarios}
    page = page_environment("serving.quality").get_template("inspection.html")
    text = page.render(
        **page_style(),
        inspection=inspection,
        spend=spend_text(inspection),
        **reading_parts(inspection.readings, inspection.remarks),
        written=f"{now.day} {now:%B %Y, %H:%M} UTC",
        earned=sorted(inspection.earned, key=lambda one: -one.lost),
        groups=[
            (subject.value, list(told))
            for subject, told in groupby(inspection.findings, key=lambda one: one.subject)
        ],
        scenarios=[(one, change_text(one, by_code)) for one in inspection.scenarios],
    )
    write_whole(text, path)
