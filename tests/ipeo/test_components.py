"""Components: what people who cannot see the page, or have no mouse, rely on."""

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines
from django.template.loader import get_template
from django_cotton.compiler_regex import CottonCompiler

from ipeo.numerics.estimates import Estimate
from ipeo.stages import Blocker
from ipeo.views import gallery

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Page(HTMLParser):
    """Reads markup into a flat list of (tag, attributes) and refuses what does not nest."""

    def __init__(self, markup):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(markup)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]

    def one(self, tag):
        found = self.all(tag)
        assert len(found) == 1, f"{len(found)} <{tag}>"
        return found[0]


def render(source, **context):
    template = engines["django"].from_string(CottonCompiler().process(source))
    return template.render(context)


def page(source, **context):
    return Page(render(source, **context))


class Sample(forms.Form):
    name = forms.CharField(help_text="As your team calls it.")
    outcome = forms.ChoiceField(
        choices=[("won", "Won"), ("lost", "Lost")], widget=forms.RadioSelect
    )
    note = forms.CharField(required=False)
    sure = forms.BooleanField(required=False)


def test_a_field_has_a_label_and_its_help():
    shown = page('<c-field :field="field" />', field=Sample()["name"])
    assert shown.one("label")["for"] == shown.one("input")["id"]
    told = next(attrs for attrs in shown.all("div") if attrs["class"] == "help")
    assert shown.one("input")["aria-describedby"] == told["id"]


def test_a_refused_field_says_what_is_wrong_where_it_was_typed():
    shown = page('<c-field :field="field" />', field=Sample({"name": ""})["name"])
    typed = shown.one("input")
    assert typed["aria-invalid"] == "true"
    assert shown.one("ul")["id"] in typed["aria-describedby"].split()


def test_nothing_typed_is_lost_when_a_form_is_refused():
    markup = render('<c-form :form="form" />', form=Sample({"name": "Desks", "note": "north"}))
    assert 'value="Desks"' in markup
    assert 'value="north"' in markup
    assert 'role="alert"' in markup


def test_a_choice_is_a_named_group_that_says_what_is_wrong():
    shown = page('<c-field :field="field" />', field=Sample({"name": "x"})["outcome"])
    group = shown.one("fieldset")
    assert shown.one("ul")["id"] in group["aria-describedby"].split()
    assert len(shown.all("legend")) == 1
    assert {attrs["type"] for attrs in shown.all("input")} == {"radio"}


def test_only_fields_that_may_be_left_out_say_so():
    assert "optional" in render('<c-field :field="field" />', field=Sample()["note"])
    assert "optional" not in render('<c-field :field="field" />', field=Sample()["name"])


def test_a_button_with_an_icon_alone_has_a_name():
    shown = page('<c-button icon="edit" label="Edit the deal" />')
    assert shown.one("button")["aria-label"] == "Edit the deal"
    assert shown.one("svg")["aria-hidden"] == "true"


def test_a_button_with_an_address_is_a_link_and_passes_attributes_on():
    link = page('<c-button href="/deals" hx-boost="true">Deals</c-button>').one("a")
    assert link["href"] == "/deals"
    assert link["hx-boost"] == "true"


def test_a_component_does_not_take_a_value_from_the_page_around_it():
    markup = render('<c-card title="Outer"><c-card>inside</c-card></c-card>', title="The page's")
    assert markup.count("<h2>") == 1
    assert "The page" not in markup


def test_text_from_people_is_escaped():
    markup = render('<c-kpi label="{{ name }}" value="{{ name }}" />', name="<script>")
    assert "<script>" not in markup


def test_the_ring_is_told_in_words():
    drawing = page('<c-ring number="3" :fractions="[1, 1, 0.6, 0]" stage="Execute" />').all("svg")[
        0
    ]
    assert drawing["role"] == "img"
    assert drawing["aria-label"] == "Cycle 3, stage Execute"


def test_the_stage_that_runs_is_marked_for_those_who_do_not_see_colour():
    stages = [
        {"key": "insight", "label": "Insight", "line": "6 findings", "state": "done", "href": ""},
        {"key": "plan", "label": "Plan", "line": "Draft", "state": "now", "href": "/plan"},
    ]
    items = page('<c-stages :stages="stages" />', stages=stages).all("li")
    assert [item.get("aria-current") for item in items] == [None, "step"]


def test_each_blocker_leads_to_where_it_is_mended():
    blockers = [
        Blocker("Record a finding", "/insight"),
        Blocker("4 tasks open.", "/t", "Close them"),
    ]
    shown = page('<c-blockers :blockers="blockers" to="Plan" />', blockers=blockers)
    assert [link["href"] for link in shown.all("a")] == ["/insight", "/t"]


def test_an_open_gate_says_so():
    assert "Ready to move on to Plan" in render(
        '<c-blockers :blockers="none" to="Plan" />', none=[]
    )


def test_progress_is_polled_until_it_is_done():
    running = page('<c-progress label="Importing" url="/runs/1" :done="5" :total="10" />')
    assert running.one("progress")["value"] == "5"
    assert running.all("div")[0]["hx-get"] == "/runs/1"
    done = page('<c-progress label="Imported" url="/runs/1" finished />')
    assert "hx-get" not in done.all("div")[0]
    assert done.one("progress")["aria-label"] == "Imported"


def test_an_estimate_that_is_not_known_says_why():
    unknown = Estimate.unknown("no deal has closed yet")
    for source in ('<c-estimate :estimate="e" />', '<c-estimate :estimate="e" brief />'):
        markup = render(source, e=unknown)
        assert "Not known" in markup
        assert "No deal has closed yet" in markup


def test_an_estimate_shows_its_interval():
    markup = render('<c-estimate :estimate="e" kind="percent" />', e=Estimate(0.3, 0.2, 0.4, 50))
    assert "80% interval 20% to 40%, n = 50" in markup


def test_a_chart_has_a_table_twin_and_is_no_image():
    shown = page(
        '<c-chart title="Spend" :figure="figure" :columns="columns" :rows="rows" />',
        figure={"data": [], "layout": {}}, columns=["Month", "Spend"], rows=[("Jan", "$1")],
    )  # fmt: skip
    assert "role" not in shown.one("figure")
    assert len(shown.all("table")) == 1
    assert shown.one("script")["type"] == "application/json"


def test_a_bar_is_told_in_words():
    drawing = page('<c-bar :value="share" :mark="plan" label="Demos" />', share=0.72, plan=0.58)
    assert drawing.one("svg")["aria-label"] == "Demos: 72%, mark at 58%"
    assert "Not known" in render('<c-bar :value="share" />', share=None)


def test_a_wide_table_can_be_scrolled_by_keyboard():
    region = page('<c-table-wrap label="Budget"><table></table></c-table-wrap>').one("div")
    assert (region["tabindex"], region["role"], region["aria-label"]) == ("0", "region", "Budget")


def test_a_question_before_removing_is_a_dialog_with_a_name():
    shown = page('<c-confirm id="gone" action="/x" title="Delete" opener="Remove" />')
    assert shown.one("dialog")["aria-labelledby"] == shown.one("h2")["id"]
    assert shown.one("form")["action"] == "/x"
    assert shown.all("button")[0]["data-opens"] == shown.one("dialog")["id"]


def test_messages_are_read_aloud():
    markup = render("<c-messages />", messages=[SimpleNamespace(level_tag="error", __str__=str)])
    assert 'role="status"' in markup
    assert 'data-tone="bad"' in markup


def test_every_part_of_the_gallery_nests_and_every_id_is_there_once():
    markup = get_template("ipeo/gallery.html").render(gallery.sample())
    shown = Page(markup)
    ids = [attrs["id"] for _, attrs in shown.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for _, attrs in shown.tags:
        for told in ("aria-describedby", "aria-labelledby", "aria-controls", "for"):
            assert set(attrs.get(told, "").split()) <= set(ids), attrs


def test_the_gallery_asks_for_a_sign_in(client):
    answer = client.get("/gallery/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


def test_every_template_compiles():
    assert [name for name in NAMES if not get_template(name)] == []


def against_the_policy(text):
    """What a strict content policy would refuse in a template."""
    found = [
        what
        for what, looks in {
            "an inline style": r"\sstyle\s*=",
            "a style block": r"<style\b",
            "an inline handler": r"\son[a-z]+\s*=\s*[\"']",
            "a script address": r"javascript:",
        }.items()
        if re.search(looks, text)
    ]
    for script in re.findall(r"<script\b([^>]*)>", text):
        data = re.search(r'type="(application/json|importmap)"', script)
        if not data and "src=" not in script:
            found.append("an inline script")
    return found


@pytest.mark.parametrize(
    "text",
    [
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
        "<script>go()</script>",
    ],
)
def test_what_the_content_policy_refuses_is_recognized(text):
    assert against_the_policy(text)


def test_no_template_breaks_the_content_policy():
    broken = {path.name: against_the_policy(path.read_text()) for path in TEMPLATES}
    assert {name: found for name, found in broken.items() if found} == {}


def test_every_icon_that_a_template_names_is_drawn():
    drawn = set(re.findall(r'<symbol id="([^"]+)"', icons()))
    named = {
        name
        for path in TEMPLATES
        for looks in (r'<c-icon name="([a-z-]+)"', r'<c-[^>]*\sicon="([a-z-]+)"')
        for name in re.findall(looks, path.read_text())
    }
    assert named - drawn == set()


def icons():
    return Path(finders.find("img/icons.svg")).read_text()


def test_every_component_that_a_template_uses_exists():
    names = {path.stem.replace("_", "-") for path in (ROOT / "templates/components").glob("*.html")}
    used = {name for path in TEMPLATES for name in re.findall(r"<c-([a-z-]+)", path.read_text())}
    assert used - {"vars", "slot"} - names == set()


def luminance(colour):
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "card", "wash"])
def test_every_ink_can_be_read_on_every_ground(theme, ground):
    sheet = Path(finders.find("css/tokens.css")).read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", sheet)
    tokens = {name: colours[theme] for name, *colours in pairs}
    inks = [
        "ink",
        "ink-2",
        "ink-3",
        "insight",
        "plan",
        "execute",
        "optimize",
        "good",
        "bad",
        "warn",
    ]
    read = {ink: contrast(tokens[ink], tokens[ground]) for ink in inks}
    assert min(read.values()) >= 4.5, read
    assert contrast(tokens["edge"], tokens[ground]) >= 3
