"""A study's public form: who answers by a link, how often, and what the page keeps to itself."""

import secrets
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from insight.actions import research
from insight.models import Study, StudyAnswer, StudyForm
from insight.queries import research as queries
from ipeo import tenancy
from tests.factories.insight import MindsetWaveFactory, ProductFactory, StudyFactory
from tests.factories.ipeo import WorkspaceFactory

pytestmark = pytest.mark.django_db


def test_an_open_link_takes_so_many_answers_and_no_more(workspace, member):
    study = StudyFactory(kind=Study.Kind.LADDER, settings={"prices": [40, 60]})
    form, secret = research.make_form(study=study, by=member("marketer"), most=2)
    buyer = Client()
    assert "At none of these" in buyer.get(f"/ask/{secret}/").content.decode()
    for answer in ("40", "0"):
        assert "Thank you" in buyer.post(f"/ask/{secret}/", {"most": answer}).content.decode()
    assert buyer.post(f"/ask/{secret}/", {"most": "40"}).status_code == 410
    form.refresh_from_db()
    assert form.answered == 2
    read = queries.ladder_result(study)
    assert [one.value for one in read.shares] == [0.5, 0]


def test_a_link_that_ran_out_was_taken_back_or_never_was_opens_nothing(workspace, member):
    study = StudyFactory(kind=Study.Kind.LADDER)
    buyer = Client()
    _, late = research.make_form(
        study=study, by=None, days=1, now=timezone.now() - timedelta(days=2)
    )
    form, back = research.make_form(study=study, by=None)
    research.revoke_form(form=form)
    assert buyer.get(f"/ask/{late}/").status_code == 410
    assert buyer.get(f"/ask/{back}/").status_code == 410
    assert buyer.get("/ask/nothing/").status_code == 404


def test_a_public_form_says_where_the_prices_stop_rising_and_keeps_them(workspace):
    study = StudyFactory(kind=Study.Kind.PRICE, product=ProductFactory(name="Oak desk"))
    _, secret = research.make_form(study=study, by=None)
    typed = {"too_cheap": "10", "bargain": "20", "expensive": "15", "too_expensive": "40"}
    shown = Client().post(f"/ask/{secret}/", typed)
    text = shown.content.decode()
    assert shown.status_code == 422
    assert "should be above the one before it" in text
    assert 'value="15"' in text
    assert "Oak desk" in text
    assert not StudyAnswer.objects.exists()


def test_a_link_shows_nothing_of_the_workspace_but_its_name(workspace, sign_in):
    study = StudyFactory(kind=Study.Kind.LADDER, title="Secret plans of ours")
    made = sign_in("marketer").post(
        f"/w/{workspace.slug}/insight/research/{study.pk}/ask/", {"most": "1", "days": "30"}
    )
    address = made.context["address"]
    text = Client().get(address.removeprefix("http://testserver")).content.decode()
    assert workspace.name in text
    assert "Secret plans" not in text
    assert StudyForm.objects.get().digest not in address


def test_answers_by_a_link_are_added_to_their_wave(workspace):
    study = StudyFactory(kind=Study.Kind.BRAND)
    wave = MindsetWaveFactory(study=study, asked=0, aware=0, considering=0, preferring=0)
    _, secret = research.make_form(study=study, by=None, wave=wave, most=2)
    for considers in ("yes", "no"):
        typed = {"aware": "yes", "considering": considers, "preferring": "no"}
        assert Client().post(f"/ask/{secret}/", typed).status_code == 200
    wave.refresh_from_db()
    assert (wave.asked, wave.aware, wave.considering, wave.preferring) == (2, 2, 1, 0)


@pytest.mark.parametrize("most", [1, 9])
def test_an_answer_sent_twice_is_kept_once_and_thanked_for_twice(workspace, most):
    study = StudyFactory(kind=Study.Kind.LADDER)
    _, secret = research.make_form(study=study, by=None, most=most)
    buyer = Client()
    form = buyer.get(f"/ask/{secret}/").context["form"]
    typed = {"most": "40", "once": form["once"].value()}
    for _ in range(2):
        assert "Thank you" in buyer.post(f"/ask/{secret}/", typed).content.decode()
    assert StudyAnswer.objects.count() == 1
    another = {"most": "60", "once": "another"}
    assert buyer.post(f"/ask/{secret}/", another).status_code == (410 if most == 1 else 200)


def test_an_answer_that_is_far_too_long_is_refused_with_all_that_was_typed(workspace):
    study = StudyFactory(kind=Study.Kind.INTERVIEWS)
    _, secret = research.make_form(study=study, by=None)
    typed = {"outcome": "lost", "drivers": ["price"], "words": "too expensive " * 1_200}
    shown = Client().post(f"/ask/{secret}/", typed)
    assert shown.status_code == 422
    assert shown.content.decode().count("too expensive") >= 1_200
    assert not StudyAnswer.objects.exists()


def test_an_address_that_asks_too_often_is_held_back(workspace):
    study = StudyFactory(kind=Study.Kind.LADDER)
    _, secret = research.make_form(study=study, by=None, most=100)
    robot = Client(REMOTE_ADDR="203.0.113.9")
    answers = [robot.post(f"/ask/{secret}/", {"most": "40"}).status_code for _ in range(32)]
    assert answers[-1] == 429
    assert StudyAnswer.objects.count() == answers.count(200) == 30


def test_a_link_answers_into_its_own_workspace_whoever_opens_it(workspace, sign_in):
    with tenancy.scope(WorkspaceFactory()) as elsewhere:
        study = StudyFactory(kind=Study.Kind.LADDER)
        _, secret = research.make_form(study=study, by=None)
    assert sign_in("marketer").post(f"/ask/{secret}/", {"most": "40"}).status_code == 200
    assert not StudyAnswer.objects.exists()
    with tenancy.scope(elsewhere.workspace):
        assert StudyAnswer.objects.get().study == study


def test_visitors_behind_a_trusted_proxy_are_told_apart(workspace, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    study = StudyFactory(kind=Study.Kind.LADDER)
    _, secret = research.make_form(study=study, by=None, most=100)
    proxy = Client(REMOTE_ADDR="203.0.113.10")

    def answer(seen: str) -> int:
        sent = {"headers": {"X-Forwarded-For": f"198.51.100.{secrets.randbelow(256)}, {seen}"}}
        return proxy.post(f"/ask/{secret}/", {"most": "40"}, **sent).status_code

    assert [answer("203.0.113.11") for _ in range(31)][-1] == 429
    assert answer("203.0.113.12") == 200
