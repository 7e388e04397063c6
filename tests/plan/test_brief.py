"""The brief as PDF: one page that holds the plan, whatever its words are."""

import contextlib
import re
import zlib

import pytest

from ipeo.exports.pages import html_of
from ipeo.navigation import link
from plan.queries.brief import brief_of, dossier_of
from tests.factories.insight import AudienceFactory, BrandStoryFactory, FindingFactory
from tests.factories.plan import BudgetLineFactory, ProgramPlanFactory, ReadyScenarioFactory

pytestmark = pytest.mark.usefixtures("workspace")


@pytest.fixture
def scenario():
    return ReadyScenarioFactory()


def _unpacked(content):
    """What a PDF keeps packed: its pages may stand in there."""
    found = []
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        with contextlib.suppress(zlib.error):
            found.append(zlib.decompressobj().decompress(packed))
    return b"\n".join(found)


@pytest.fixture
def pages(sign_in):
    """Prints a scenario's brief, and counts the pages of the PDF."""

    def do(scenario):
        answer = sign_in("viewer").get(link("plan:brief_pdf", scenario.pk))
        if answer.status_code == 302:
            pytest.skip("nothing here prints PDF")
        assert answer["Content-Type"] == "application/pdf"
        content = b"".join(answer) if answer.streaming else answer.content
        assert content.startswith(b"%PDF-")
        assert content.rstrip().endswith(b"%%EOF")
        return len(re.findall(rb"/Type\s*/Page\b", content + _unpacked(content)))

    return do


def words_of(scenario):
    """The document that is printed, as HTML."""
    return html_of(dossier_of(brief_of(scenario)))


def planned(scenario, member, **more):
    plan = ProgramPlanFactory(
        scenario=scenario,
        **{
            "program__name": "Demo days",
            "audience": more.get("audience") or AudienceFactory(name="Facility managers"),
            "finding": FindingFactory(statement="Demos win twice as often"),
            "message": "See it pay back",
            "marketing_owner": member("marketer"),
            "sales_owner": member("sales_rep"),
        }
        | more,
    )
    BudgetLineFactory(program_plan=plan, amount=12_345)
    return plan


def test_it_is_one_page_that_holds_all_that_a_brief_holds(scenario, member, pages):
    plan = planned(scenario, member)
    BrandStoryFactory(promise="Desks that pay back", is_current=True)
    text = words_of(scenario)
    for words in (
        "Facility managers",
        "Demos win twice as often",
        "Desks that pay back",
        "See it pay back",
        "Demo days",
        "12,345",
        "22,345 in total",
        "Won margin by 30 Jun",
        str(plan.marketing_owner),
        str(plan.sales_owner),
        "80%",
        "rough guess",
    ):
        assert words in text, words
    assert pages(scenario) == 1


def test_hostile_words_stand_as_words(scenario, member, pages):
    hostile = "<script>alert(1)</script></td>{{ 7*7 }}<img src=//evil.test>"
    planned(scenario, member, message=hostile, program__name="<b>Bold</b>")
    text = words_of(scenario)
    assert "<script>alert" not in text
    assert "<img src=//evil" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&lt;/td&gt;{{ 7*7 }}" in text
    assert "&lt;b&gt;Bold&lt;/b&gt;" in text
    assert pages(scenario) == 1


def test_long_words_go_on_to_another_page_and_nothing_is_cut_off(scenario, member, pages):
    audience = AudienceFactory(name="Facility managers")
    for number in range(10):
        planned(
            scenario,
            member,
            audience=audience,
            program__name=f"Program {number:02}",
            message=("payback " * 40 + f"end{number:02}")[-300:],
        )
    text = words_of(scenario)
    assert all(f"end{number:02}" in text for number in range(10))
    assert pages(scenario) == 2


def test_a_word_without_a_break_stays_on_the_page(scenario, member):
    planned(scenario, member, message="W" * 300)
    weasyprint = pytest.importorskip("weasyprint", exc_type=OSError)
    (page,) = weasyprint.HTML(string=words_of(scenario)).render().pages
    reach = [
        box.position_x + box.width
        for box in page._page_box.descendants()
        if type(box).__name__ == "TextBox"
    ]
    assert max(reach) <= page.width
