"""People are invited by email, and join by the link in it."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as configuration
from django.test import Client
from django.utils import timezone

from ipeo.actions import invitations, members
from ipeo.models import AuditEvent, Invitation, Membership, Role, Run, User
from ipeo.navigation import link
from tests.factories.ipeo import (
    PASSWORD,
    MembershipFactory,
    UserFactory,
    WorkspaceFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counted_anew")]

NINA = "nina@brand.test"
NEW = {"name": "Nina Brandt", "password1": PASSWORD, "password2": PASSWORD}


@pytest.fixture(autouse=True)
def mail_is_sent(settings):
    """As where mail leaves: who signs in has a confirmed address. Passwords are hashed fast."""
    settings.MAIL_IS_PRINTED = False
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def invite(member):
    """Invites an address, and gives the invitation."""

    def ask(email=NINA, role="marketer", by="manager"):
        return invitations.invite(email=email, role=role, by=member(by))

    return ask


def path_of(invitation):
    return invitations.link_of(invitation).removeprefix(configuration.SITE_URL)


def told(response):
    return re.sub(r"\s+", " ", response.content.decode())


def words(response):
    """What is to be read on a page, without the minutes of its times."""
    return re.sub(r"<[^>]+>|:\d\d\b", " ", told(response))


def role_of(workspace, email):
    found = Membership.objects.filter(workspace=workspace, user__email=email).first()
    return found and found.role


def test_somebody_new_joins_by_the_link_in_the_email(
    workspace, member, sign_in, do_due_work, mailoutbox
):
    sent = sign_in("manager").post(
        link("ipeo:members"), {"email": "Nina@Brand.test", "role": "marketer"}, follow=True
    )
    assert "An invitation to nina@brand.test is on its way." in told(sent)
    do_due_work()
    (mail,) = mailoutbox
    assert mail.to == [NINA]
    assert mail.subject == f"{member('manager')} invites you to {workspace}"
    assert mail.reply_to == [member("manager").user.email]
    assert "as a marketer. Marketers research, plan and run campaigns." in mail.body
    (address,) = re.findall(r"https?://\S+", mail.body)
    assert f'href="{address}"' in mail.alternatives[0][0]
    path = address.removeprefix(configuration.SITE_URL)

    nina = Client()
    offer = nina.get(path)
    assert f"Join {workspace}" in told(offer)
    assert (offer["Cache-Control"], offer["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    joined = nina.post(path, NEW, follow=True)
    assert joined.redirect_chain[-1][0] == f"/w/{workspace.slug}/"
    assert f"Welcome to {workspace}." in told(joined)
    membership = Membership.objects.get(workspace=workspace, user__email=NINA)
    assert (str(membership), membership.role) == ("Nina Brandt", Role.MARKETER)
    assert EmailAddress.objects.get(email=NINA).verified
    assert len(mailoutbox) == 1, "nothing more is to be confirmed"
    assert NINA not in told(sign_in("manager").get(link("ipeo:members"))).split("People")[0]


def test_opening_the_link_changes_nothing(invite, client):
    invitation = invite()
    before = AuditEvent.objects.count()
    for _ in range(2):
        assert client.get(path_of(invitation)).status_code == 200
    assert AuditEvent.objects.count() == before
    assert not User.objects.filter(email=NINA).exists()


def test_somebody_known_signs_in_and_joins(workspace, invite, client):
    UserFactory(email=NINA, password=PASSWORD)
    path = path_of(invite(role="viewer"))
    assert f"You have an account for {NINA}. Sign in to join." in told(client.get(path))
    entered = client.post(
        "/accounts/login/", {"login": NINA, "password": PASSWORD, "next": path}, follow=True
    )
    assert entered.redirect_chain == [(path, 302)], "the address counts as confirmed"
    assert f"Join {workspace}" in told(entered)
    assert client.post(path)["Location"] == f"/w/{workspace.slug}/"
    assert role_of(workspace, NINA) == Role.VIEWER
    assert EmailAddress.objects.get(email=NINA).verified


def test_a_link_confirms_no_address_for_whoever_has_the_password_alone(invite):
    early = UserFactory(email=NINA, password=PASSWORD)
    path = path_of(invite())
    Client().get(path)
    thief = Client()
    thief.post("/accounts/login/", {"login": NINA, "password": PASSWORD})
    assert "_auth_user_id" not in thief.session
    assert not EmailAddress.objects.filter(user=early, verified=True).exists()


def test_an_inviter_sees_the_same_whether_there_is_an_account_or_not(
    sign_in, do_due_work, mailoutbox
):
    UserFactory(email="known@else.test", name="Karla Known")
    browser, pages, mails = sign_in("manager"), [], []
    for email in ("known@else.test", "other@else.test"):
        wish = {"email": email, "role": "viewer"}
        page = browser.post(link("ipeo:members"), wish, follow=True)
        do_due_work()
        pages.append(words(page).split("Invitations")[1].replace(email, "they"))
        mails.append(re.sub(r"http\S+", "", mailoutbox.pop().body).replace(email, "they"))
        made = Invitation.objects.get(email=email)
        browser.post(link("ipeo:invitation_withdraw", made.pk), follow=True)
    assert pages[0] == pages[1]
    assert mails[0] == mails[1]
    assert "Karla" not in pages[0] + mails[0]


def test_who_is_invited_stands_on_the_page_for_those_who_manage_members(
    workspace, invite, member, sign_in
):
    invitation = invite()
    page = told(sign_in("owner").get(link("ipeo:members")))
    with timezone.override(workspace.zone):
        until = timezone.localtime(invitation.expires_at)
    assert f'<th scope="row">{NINA}<br>' in page
    assert f"by {member('manager')}" in page
    assert f"{until:%H:%M}" in page
    assert "Sending" in page
    assert NINA not in told(sign_in("viewer").get(link("ipeo:members")))


@pytest.mark.parametrize(
    ("email", "role", "said"),
    [
        ("nina@", "viewer", "Enter a valid email address."),
        ("Here@brand.test", "viewer", "Hanna is already a member."),
        ("gone@brand.test", "viewer", "Gero is a member without access."),
        ("asked@brand.test", "viewer", "asked@brand.test has already been invited."),
        ("boss@brand.test", "owner", "Only an owner can add or change an owner."),
    ],
)
def test_an_invitation_that_cannot_be_sent_is_refused_where_it_was_typed(
    workspace, invite, sign_in, email, role, said
):
    for name, address, active in (("Hanna", "here", True), ("Gero", "gone", False)):
        user = UserFactory(name=name, email=f"{address}@brand.test")
        MembershipFactory(workspace=workspace, user=user, is_active=active)
    invite("asked@brand.test")
    before = Run.objects.count()
    refused = sign_in("manager").post(link("ipeo:members"), {"email": email, "role": role})
    assert refused.status_code == 422
    assert said in told(refused)
    assert f'value="{email}"' in told(refused)
    assert Run.objects.count() == before


def test_a_link_works_once(workspace, invite, client):
    path = path_of(invite())
    client.post(path, NEW)
    assert client.get(path)["Location"] == f"/w/{workspace.slug}/"
    other = Client().get(path)
    assert other.status_code == 410
    assert "This invitation was already used" in told(other)
    assert Client().post(path, NEW).status_code == 410


def test_a_withdrawn_link_and_one_that_ran_out_say_so_and_open_nothing(workspace, invite, sign_in):
    withdrawn, late = invite(), invite("late@brand.test")
    sign_in("manager").post(link("ipeo:invitation_withdraw", withdrawn.pk))
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    for invitation, said in ((withdrawn, "was withdrawn"), (late, "This invitation expired on ")):
        for answer in (Client().get(path_of(invitation)), Client().post(path_of(invitation), NEW)):
            assert answer.status_code == 410
            assert said in told(answer)
    assert not User.objects.filter(email__in=[NINA, late.email]).exists()
    page = told(sign_in("manager").get(link("ipeo:members")))
    assert "Expired" in page
    assert NINA not in page


def test_an_invitation_that_ran_out_is_sent_again_and_works(workspace, invite, member, sign_in):
    invitation = invite()
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    sign_in("owner").post(link("ipeo:invitation_again", invitation.pk))
    invitation.refresh_from_db()
    assert invitation.invited_by == member("owner")
    assert invitation.state == Invitation.State.PENDING
    Client().post(path_of(invitation), NEW)
    assert role_of(workspace, NINA) == Role.MARKETER


def test_somebody_else_who_is_signed_in_is_told_whose_it_is(workspace, invite, sign_in, client):
    path = path_of(invite())
    stranger = UserFactory(email="other@else.test")
    client.force_login(stranger)
    for answer in (client.get(path), client.post(path)):
        assert answer.status_code == 403
        assert f"This invitation is for {NINA}" in told(answer)
        assert "You are signed in as other@else.test." in told(answer)
    assert client.post("/accounts/logout/", {"next": path})["Location"] == path
    assert client.get(path).status_code == 200
    assert role_of(workspace, stranger.email) is None


def test_a_further_address_that_is_confirmed_is_ones_own_and_one_that_is_not_is_not(invite, client):
    person = UserFactory(email="private@else.test")
    further = EmailAddress.objects.create(user=person, email=NINA, verified=False)
    path = path_of(invite())
    client.force_login(person)
    assert client.post(path).status_code == 403
    further.set_verified()
    assert client.post(path).status_code == 302


def test_a_member_whose_access_was_ended_does_not_come_back_by_another_address(
    workspace, invite, client
):
    gone = MembershipFactory(workspace=workspace, role=Role.VIEWER, is_active=False)
    EmailAddress.objects.create(user=gone.user, email=NINA, verified=True)
    path = path_of(invite(role="manager"))
    client.force_login(gone.user)
    answer = client.post(path)
    assert answer.status_code == 403
    assert f"Your access to {workspace} has ended" in told(answer)
    gone.refresh_from_db()
    assert (gone.role, gone.is_active) == (Role.VIEWER, False)


def test_an_invitation_stands_and_falls_with_its_inviters_role(workspace, invite, member, sign_in):
    invitation, inviter = invite(), member("manager")
    path = path_of(invitation)
    owner = member("owner")
    members.change_member(membership=inviter, role="viewer", is_active=True, by=owner)
    answer = Client().post(path, NEW)
    assert answer.status_code == 410
    assert "This invitation is no longer valid" in told(answer)
    assert not User.objects.filter(email=NINA).exists()
    browser = sign_in("owner")
    assert "Whoever sent it can no longer invite people." in told(browser.get(link("ipeo:members")))
    browser.post(link("ipeo:invitation_again", invitation.pk))
    Client().post(path, NEW)
    assert role_of(workspace, NINA) == Role.MARKETER


def test_an_owner_is_invited_by_an_owner_alone(workspace, invite, member, sign_in):
    invitation = invite(role="owner", by="owner")
    assert "as an owner. Owners do everything" in invitations.message_of(invitation).body
    for name in ("ipeo:invitation_again", "ipeo:invitation_withdraw"):
        refused = sign_in("manager").post(link(name, invitation.pk), follow=True)
        assert "Only an owner can add or change an owner." in told(refused)
    other = MembershipFactory(workspace=workspace, role=Role.OWNER)
    members.change_member(membership=member("owner"), role="manager", is_active=True, by=other)
    assert Client().post(path_of(invitation), NEW).status_code == 410


@pytest.mark.parametrize("token", ["nothing", "WzEsMV0:1abcde:forged", "x" * 300])
def test_a_link_that_was_made_up_leads_nowhere(client, token):
    answer = client.get(f"/invitations/{token}/")
    assert answer.status_code == 404
    assert "This link does not work" in told(answer)


def test_a_link_of_a_workspace_or_an_invitation_that_is_gone_leads_nowhere(invite, client):
    invitation = invite()
    invitation.pk += 1
    assert client.get(path_of(invitation)).status_code == 404
    invitation.workspace_id = 999_999_999
    assert client.get(path_of(invitation)).status_code == 404


def test_an_hour_has_only_so_many_invitations_from_whichever_workspace(
    settings, workspace, member, sign_in
):
    settings.INVITATIONS_AN_HOUR = 2
    browser, sent = sign_in("manager"), []
    other = WorkspaceFactory()
    MembershipFactory(workspace=other, user=member("manager").user)
    for number, place in enumerate((workspace, other, workspace)):
        wish = {"email": f"person{number}@brand.test", "role": "viewer"}
        sent.append(browser.post(f"/w/{place.slug}/members/", wish))
    assert [answer.status_code for answer in sent] == [302, 302, 422]
    assert "You have sent many invitations within an hour. Try again in 60 minutes." in told(
        sent[2]
    )
    assert not Invitation.objects.filter(email="person2@brand.test").exists()


def test_one_address_is_not_written_to_again_and_again(invite, sign_in, do_due_work, mailoutbox):
    invitation, browser = invite(), sign_in("manager")
    for _ in range(3):
        do_due_work()
        last = browser.post(link("ipeo:invitation_again", invitation.pk), follow=True)
    assert len(mailoutbox) == invitations.MOST_TO_ONE
    assert f"{NINA} was sent several emails within an hour." in told(last)


def test_a_mail_that_could_not_be_sent_is_said_to_be_so(settings, invite, sign_in, do_due_work):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    invite()
    (run,) = do_due_work()
    assert run.state == Run.State.FAILED
    page = told(sign_in("manager").get(link("ipeo:members")))
    assert "Not sent" in page
    assert "The mail server could not be reached, or refused the email." in page


def test_what_was_withdrawn_before_its_mail_left_is_not_sent(
    invite, member, do_due_work, mailoutbox
):
    invitations.withdraw(invitation=invite(), by=member("manager"))
    do_due_work()
    assert mailoutbox == []


def test_where_mail_is_printed_the_page_says_so(settings, sign_in):
    settings.MAIL_IS_PRINTED = True
    assert "This server sends no email yet." in told(sign_in("manager").get(link("ipeo:members")))


def test_the_audit_tells_who_invited_withdrew_and_joined(workspace, member, sign_in):
    browser = sign_in("manager")
    for email in (NINA, "other@brand.test"):
        browser.post(link("ipeo:members"), {"email": email, "role": "viewer"})
    first, second = Invitation.objects.order_by("pk")
    browser.post(link("ipeo:invitation_withdraw", second.pk))
    Client().post(path_of(first), NEW)
    page = words(sign_in("owner").get(link("ipeo:audit")))
    assert f"Invitation {NINA} added" in page
    assert "Invitation other@brand.test changed" in page
    assert "Accepted by: now Nina Brandt Nina Brandt, " in " ".join(page.split())
    joined = AuditEvent.objects.get(table_name="ipeo_membership", changes__role=[None, "viewer"])
    assert joined.person_id == User.objects.get(email=NINA).pk


def test_an_invitation_by_the_api(workspace, invite, member, sign_in):
    browser, inside = sign_in("manager"), {"IPEO-Workspace": workspace.slug}

    def ask(method, path, body=None):
        return getattr(browser, method)(
            f"/api/v1/invitations/{path}", body, content_type="application/json", headers=inside
        )

    made = ask("post", "", {"email": "Nina@brand.test", "role": "sales_rep"})
    assert made.status_code == 201
    row = made.json()
    assert (row["email"], row["state"], row["invited_by"]) == (
        NINA,
        "pending",
        member("manager").pk,
    )
    assert "/invitations/" not in str(row)
    refused = ask("post", "", {"email": NINA, "role": "viewer"})
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["email"])
    assert ask("post", "", {"email": "b@b.test", "role": "owner"}).json()["errors"]["role"]
    assert ask("post", f"{row['id']}/again/").status_code == 200
    assert ask("post", f"{row['id']}/withdraw/").json()["state"] == "withdrawn"
    assert ask("post", f"{row['id']}/again/").status_code == 409
    for _ in range(3):
        last = ask("post", "", {"email": NINA, "role": "viewer"})
        ask("post", f"{Invitation.objects.latest('pk').pk}/withdraw/")
    assert last.status_code == 429
    assert 0 < int(last["Retry-After"]) <= 3600
    assert last.json()["detail"].startswith(f"{NINA} was sent several emails")
