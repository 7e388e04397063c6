"""Sign-in and account pages, in the house's look."""

import pytest
from django.urls import reverse

from tests.factories.ipeo import UserFactory

OUTSIDE = [
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
]
INSIDE = ["account_change_password", "account_email", "account_logout", "mfa_index"]


def wears_the_look(answer):
    page = answer.content.decode()
    return 'class="entrance"' in page and "css/tokens.css" in page and page.count("<h1>") == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name", OUTSIDE)
def test_the_way_in_wears_the_look(client, name):
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert wears_the_look(answer)


@pytest.mark.django_db
@pytest.mark.parametrize("name", INSIDE)
def test_account_pages_wear_the_look(client, name):
    client.force_login(UserFactory(password="a password of mine"))
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert wears_the_look(answer)


@pytest.mark.django_db
def test_a_wrong_password_is_said_and_the_address_is_kept(client):
    user = UserFactory(password="a password of mine")
    answer = client.post(reverse("account_login"), {"login": user.email, "password": "no such"})
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert f'value="{user.email}"' in page


@pytest.mark.django_db
def test_the_appearance_that_was_chosen_is_there_from_the_first_byte(client):
    client.cookies["theme"] = "dark"
    assert (
        '<html lang="en" data-theme="dark">'
        in client.get(reverse("account_login")).content.decode()
    )


@pytest.mark.django_db
def test_an_appearance_that_does_not_exist_is_ignored(client):
    client.cookies["theme"] = '"><script>'
    assert "data-theme=" not in client.get(reverse("account_login")).content.decode()[:200]


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_says_so_in_the_look(client):
    answer = client.get("/no/such/page/")
    assert answer.status_code == 404
    assert wears_the_look(answer)


@pytest.mark.django_db
def test_the_letters_of_an_account_are_the_products_own(client, mailoutbox):
    words = {
        "email": "nina@example.com",
        "password1": "quite-long-77",
        "password2": "quite-long-77",
    }
    client.post(reverse("account_signup"), words)
    client.post(reverse("account_reset_password"), {"email": "nina@example.com"})
    confirm, renew = mailoutbox
    assert confirm.subject == "Confirm your email address for IPEO"
    assert "/accounts/confirm-email/" in confirm.body
    assert renew.subject == "Reset your IPEO password"
    assert "/accounts/password/reset/key/" in renew.body
    assert "Hello from" not in confirm.body + renew.body
