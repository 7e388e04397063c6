"""The library: found by words, read by kind, answered by file, by hand and by a link."""

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from insight.actions import research
from insight.models import MindsetWave, Study, StudyAnswer
from insight.queries import research as queries
from insight.queries.answers import PRICES as PRICES_ASKED
from insight.queries.answers import guessed, price_order, read_likelihood, read_price
from ipeo import tenancy
from tests.factories.insight import MindsetWaveFactory, ProductFactory, StudyFactory
from tests.factories.ipeo import WorkspaceFactory

pytestmark = pytest.mark.django_db
PSM = Path(__file__).resolve().parents[3] / "shared/data/price_van_westendorp"
PRICES = "too cheap;bargain;getting expensive;too expensive"
RISING = "\n".join(f"{base};{base + 10};{base + 20};{base + 30}" for base in range(10, 40, 2))


@pytest.fixture
def pages(workspace):
    return f"/w/{workspace.slug}/insight/research/"


def test_words_find_studies_in_any_of_their_forms_the_latest_first(workspace):
    StudyFactory(title="Desks in hospitals", held_on=date(2026, 1, 1))
    StudyFactory(title="A note", body="The hospital's buyer asked for desks", held_on="2026-02-01")
    StudyFactory(title="Chairs")
    found = queries.library(search="desk hospital").rows
    assert [row.title for row in found] == ["A note", "Desks in hospitals"]
    assert [row.title for row in queries.library(search='"desks in" -note').rows] == [
        "Desks in hospitals"
    ]


def test_search_keeps_to_the_workspace_and_narrows_by_kind_and_tag(workspace):
    StudyFactory(title="Price of desks", tags=["price"])
    StudyFactory(title="Desk prices asked", kind=Study.Kind.PRICE)
    with tenancy.scope(WorkspaceFactory()):
        StudyFactory(title="Price of their desks")
        assert len(queries.library(search="price").rows) == 1
        assert not queries.library(search="asked").rows
    assert len(queries.library(search="price").rows) == 2
    assert [row.title for row in queries.library(search="desk", tag="price").rows] == [
        "Price of desks"
    ]
    assert [row.title for row in queries.library(search="desk", kind="price").rows] == [
        "Desk prices asked"
    ]


def test_the_pages_of_a_search_follow_each_other(workspace):
    for number in range(5):
        StudyFactory(title=f"Desk {number}", held_on=date(2026, 1, 1))
    first = queries.library(search="desk", size=2)
    second = queries.library(search="desk", size=2, after=first.next)
    third = queries.library(search="desk", size=2, after=second.next)
    titles = [row.title for page in (first, second, third) for row in page.rows]
    assert titles == [f"Desk {number}" for number in (4, 3, 2, 1, 0)]
    assert (third.next, second.is_first) == ("", False)


@pytest.mark.parametrize("search", ["'", "a & | !", '"', "\x00", "-", "price:*", "<->"])
def test_no_search_breaks(workspace, search):
    StudyFactory(title="Price")
    queries.library(search=search)


def test_a_note_is_written_found_by_its_tag_and_removed(pages, sign_in):
    browser = sign_in("marketer")
    typed = {
        "kind": "note",
        "title": "Talk with Cedar",
        "body": "They repair in year three.",
        "held_on": "2026-03-01",
        "tags": "Repairs, hospitals, repairs",
    }
    shown = browser.post(f"{pages}new/", typed, follow=True)
    assert "They repair in year three." in shown.content.decode()
    study = Study.objects.get()
    assert study.tags == ["repairs", "hospitals"]
    assert "Talk with Cedar" in browser.get(f"{pages}?tag=repairs").content.decode()
    browser.post(f"{pages}{study.pk}/edit/", {"remove": "yes"})
    assert not Study.objects.exists()


def test_a_file_of_prices_is_read_after_its_columns_are_named(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.PRICE)
    browser = sign_in("marketer")
    file = SimpleUploadedFile("answers.csv", f"{PRICES}\n{RISING}\n10;5;1;x\n".encode())
    columns = browser.post(f"{pages}{study.pk}/answers/", {"file": file})
    named = {"too_cheap": "0", "bargain": "1", "expensive": "2", "too_expensive": "3"}
    preview = browser.get(columns.url)
    assert 'value="3" selected' in preview.content.decode()
    # Prices stand right, as figures do.
    assert [is_figure for _, is_figure in preview.context["heads"]] == [True] * 4
    shown = browser.post(columns.url, named, follow=True).content.decode()
    assert "15 answers are saved" in shown
    assert "1 row has no answer" in shown
    assert "Lower bound" in shown
    assert "15 collected" in shown
    assert "No answers yet" not in shown
    browser.post(columns.url, named)
    assert StudyAnswer.objects.count() == 15


def test_prices_that_do_not_rise_ask_a_question_in_place(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.PRICE)
    browser = sign_in("marketer")
    file = SimpleUploadedFile("answers.csv", f"{PRICES}\n{RISING}".encode())
    columns = browser.post(f"{pages}{study.pk}/answers/", {"file": file}).url
    wrong = {"too_cheap": "3", "bargain": "1", "expensive": "2", "too_expensive": "0"}
    asked = browser.post(columns, wrong)
    assert asked.status_code == 422
    assert "look swapped" in asked.content.decode()
    assert not StudyAnswer.objects.exists()
    order = "too_expensive,bargain,expensive,too_cheap"
    browser.post(columns, {**wrong, "swapped": "mend", "order": order})
    assert StudyAnswer.objects.first().given["too_cheap"] == 10


def test_a_file_that_is_no_table_says_so(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.LADDER)
    file = SimpleUploadedFile("page.csv", b"<!doctype html><html></html>")
    shown = sign_in("marketer").post(f"{pages}{study.pk}/answers/", {"file": file})
    assert shown.status_code == 422
    assert "web page" in shown.content.decode()


@pytest.mark.skipif(not PSM.is_dir(), reason="the real data sets are not on this machine")
def test_a_real_survey_in_the_letters_of_an_old_macintosh_gives_its_known_prices(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.PRICE)
    browser = sign_in("marketer")
    data = next(PSM.glob("*.csv")).read_bytes()
    columns = browser.post(
        f"{pages}{study.pk}/answers/", {"file": SimpleUploadedFile("psm.csv", data)}
    ).url
    form = browser.get(columns).context["form"]
    browser.post(columns, {name: field.initial for name, field in form.fields.items()})
    read = queries.price_result(study)
    points = ("lower", "upper", "indifference", "optimum", "most_trial", "most_revenue")
    assert read.valid == 991
    assert [getattr(read, name).value for name in points] == [40, 98, 67, 70, 61, 76]


def test_answers_to_a_tracking_study_are_counted_into_their_wave(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.BRAND)
    browser = sign_in("marketer")
    file = SimpleUploadedFile("wave.csv", b"aware,consider,prefer\nyes,yes,no\nno,no,no\nno,yes,\n")
    columns = browser.post(
        f"{pages}{study.pk}/answers/", {"file": file, "wave": "Spring", "held_on": "2026-03-01"}
    ).url
    browser.post(columns, {"aware": "0", "considering": "1", "preferring": "2"})
    wave = MindsetWave.objects.get()
    assert (wave.asked, wave.aware, wave.considering, wave.preferring) == (3, 2, 2, 0)
    assert "Spring" in browser.get(f"{pages}{study.pk}/").content.decode()


def test_a_wave_says_what_changed_with_an_interval(workspace):
    study = StudyFactory(kind=Study.Kind.BRAND)
    for name, day, aware in (("Spring", date(2026, 3, 1), 40), ("Autumn", date(2026, 9, 1), 55)):
        MindsetWaveFactory(study=study, name=name, held_on=day, asked=200, aware=aware)
    first, second = queries.waves(study)
    assert not first.changes["aware"].known
    change = second.changes["aware"]
    assert change.value == pytest.approx(0.075)
    assert change.low < change.value < change.high


def test_a_wave_cannot_hold_more_who_prefer_than_who_know(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.BRAND)
    typed = {"name": "A", "held_on": "2026-03-01", "asked": 9, "aware": 1, "considering": 2}
    shown = sign_in("marketer").post(f"{pages}{study.pk}/waves/new/", {**typed, "preferring": 0})
    assert shown.status_code == 422
    assert not MindsetWave.objects.exists()


def test_interviews_are_coded_in_the_words_of_sales(pages, sign_in):
    from execute.actions.setup import ensure_defaults

    ensure_defaults()
    study = StudyFactory(kind=Study.Kind.INTERVIEWS)
    browser = sign_in("marketer")
    typed = {
        "outcome": "lost",
        "drivers": ["price", "trust"],
        "rival": "Acme",
        "words": "Too dear for us",
        "account": "Cedar",
    }
    shown = browser.post(f"{pages}{study.pk}/interview/", typed, follow=True).content.decode()
    assert "Too dear for us" in shown
    assert "Not in your drivers" not in shown
    read = queries.interviews(study)
    assert (read.won, read.lost) == (0, 1)
    assert {driver.name for driver in read.drivers} == {"Price", "Trust"}
    assert not read.drivers[0].won.known


def test_columns_are_guessed_from_their_headings():
    assert guessed("price", PRICES.split(";")) == {
        "too_cheap": 0,
        "bargain": 1,
        "expensive": 2,
        "too_expensive": 3,
    }


@pytest.mark.parametrize(
    ("cell", "read"),
    [("$1,250.50", 1250.5), ("12,5", 12.5), ("1.250,50 €", 1250.5), ("", None), (40, 40.0)],
)
def test_prices_are_read_as_people_write_them(cell, read):
    assert read_price(cell) == read


@pytest.mark.parametrize("cell", ["forty", "-3", "1e99", True])
def test_what_is_no_price_is_refused(cell):
    with pytest.raises(ValueError, match="is not a "):
        read_price(cell)


def test_likelihoods_are_words_or_steps():
    assert [read_likelihood(cell) for cell in ("Very likely", "1", "", 3.0)] == [0.7, 0, None, 0.3]


def test_prices_in_their_order_are_not_asked_about():
    answer = {"too_cheap": 1, "bargain": 2, "expensive": 3, "too_expensive": 4}
    assert price_order([answer]) is None
    turned = {**answer, "too_cheap": 4, "too_expensive": 1}
    assert price_order([turned]) == ("too_expensive", "bargain", "expensive", "too_cheap")


def test_the_library_asks_as_much_of_the_database_for_many_rows_as_for_few(pages, sign_in):
    browser = sign_in("viewer")
    counts = []
    for more in (2, 20):
        for number in range(more):
            StudyFactory(title=f"Desk {more} {number}", tags=["desk"], product=ProductFactory())
        for query in ("", "?q=desk", "?tag=desk"):
            with CaptureQueriesContext(connection) as asked:
                browser.get(f"{pages}{query}")
            counts.append(len(asked))
    assert counts[:3] == counts[3:]


def test_a_study_takes_thousands_of_answers_and_reads_them(workspace):
    study = StudyFactory(kind=Study.Kind.PRICE)
    base = [10 + place % 37 for place in range(6_000)]
    columns = {key: [one + gap for one in base] for gap, key in enumerate(PRICES_ASKED)}
    loaded = research.load_answers(study=study, columns=columns, rows=len(base))
    assert (loaded.taken, loaded.refused) == (6_000, [])
    assert queries.price_result(study).valid == 6_000


def test_a_study_that_is_full_says_so(workspace, monkeypatch):
    monkeypatch.setattr(research, "MOST_ANSWERS", 2)
    study = StudyFactory(kind=Study.Kind.LADDER)
    with pytest.raises(research.TooManyAnswers):
        research.load_answers(study=study, columns={"most": [40, 50, 60]}, rows=3)
    assert not StudyAnswer.objects.exists()


def test_what_decided_deals_is_counted_by_the_database(workspace, django_assert_max_num_queries):
    study = StudyFactory(kind=Study.Kind.INTERVIEWS)
    given = {
        "outcome": ["won", "lost", "no decision", "lost"],
        "drivers": ["trust", "price; trust", "price", "service"],
        "words": ["Good", "", "Too dear", None],
    }
    research.load_answers(study=study, columns=given, rows=4)
    with django_assert_max_num_queries(4):
        read = queries.interviews(study)
    assert (read.won, read.lost) == (1, 3)
    shares = {one.name: (one.won.value, one.lost.value) for one in read.drivers}
    assert shares["Price"] == (0, pytest.approx(2 / 3))
    assert shares["Trust"] == (1, pytest.approx(1 / 3))
    assert [one["words"] for one in read.quotes] == ["Too dear", "Good"]


def test_answers_do_not_take_the_place_of_counts_written_by_hand(pages, sign_in):
    study = StudyFactory(kind=Study.Kind.BRAND)
    MindsetWaveFactory(study=study, name="Spring", held_on="2026-03-01", asked=500, aware=200)
    browser = sign_in("marketer")
    file = SimpleUploadedFile("wave.csv", b"aware,consider,prefer\nyes,yes,no\n")
    typed = {"file": file, "wave": "Spring", "held_on": "2026-03-01"}
    columns = browser.post(f"{pages}{study.pk}/answers/", typed).url
    said = browser.post(columns, {"aware": "0", "considering": "1", "preferring": "2"})
    assert said.status_code == 422
    assert "entered manually" in said.content.decode()
    assert MindsetWave.objects.get().asked == 500


@pytest.mark.parametrize("settings", [{"prices": ["40"]}, {"prices": [-1]}, {"other": 1}])
def test_a_ladder_is_prices_and_nothing_else(workspace, settings):
    with pytest.raises(research.SettingsNotValid):
        research.save_study(study=StudyFactory.build(settings=settings))
