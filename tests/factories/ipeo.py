"""Factories of the kernel's rows."""

from datetime import date

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ipeo import tenancy
from ipeo.actions.invitations import LIFETIME
from ipeo.models import Campaign, Cycle, Invitation, Membership, Role, User, Workspace

PASSWORD = "correct horse battery"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"Person {n}")
    # Hashing is slow by design: only who must type a password is given one.
    password = factory.django.Password(None)


class WorkspaceFactory(DjangoModelFactory):
    class Meta:
        model = Workspace

    slug = factory.Sequence(lambda n: f"brand-{n}")
    name = factory.Sequence(lambda n: f"Brand {n}")
    currency = "USD"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with tenancy.system():
            return super()._create(model_class, *args, **kwargs)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    role = Role.MANAGER

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        with tenancy.system():
            return super()._create(model_class, *args, **kwargs)


class InvitationFactory(DjangoModelFactory):
    class Meta:
        model = Invitation

    email = factory.Sequence(lambda n: f"invited{n}@example.test")
    role = Role.MARKETER
    expires_at = factory.LazyFunction(lambda: timezone.now() + LIFETIME)


class CampaignFactory(DjangoModelFactory):
    class Meta:
        model = Campaign

    name = factory.Sequence(lambda n: f"Campaign {n}")


class CycleFactory(DjangoModelFactory):
    class Meta:
        model = Cycle

    campaign = factory.SubFactory(CampaignFactory)
    number = 1
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 6, 30)
