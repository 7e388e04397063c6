"""What people type on the kernel's pages."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.http import HttpRequest
from django.utils.dates import MONTHS

from ipeo.actions.invitations import LIFETIME
from ipeo.events import TYPES
from ipeo.merging import versioned
from ipeo.models import Campaign, Membership, Role, User, WebhookEndpoint, Workspace
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace
from ipeo.tokens import AREAS, EVERYTHING, READ, WRITE, area_label
from ipeo.typed import PercentField


class DateInput(forms.DateInput):
    """The browser's own date field."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class StartCampaignForm(forms.Form):
    """A campaign and its first cycle."""

    name = forms.CharField(max_length=120)
    goal = forms.CharField(
        max_length=300, required=False, help_text="What will be different if it works?"
    )
    starts_on = forms.DateField(label="First cycle starts", widget=DateInput())
    ends_on = forms.DateField(label="First cycle ends", widget=DateInput())

    def clean(self) -> dict[str, Any]:
        """Refuse a cycle that ends before it starts."""
        cleaned = super().clean() or {}
        starts, ends = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The cycle must end after it starts.")
        return cleaned


class EditCampaignForm(forms.ModelForm[Campaign]):
    """A campaign's name, goal, owner and status."""

    class Meta:
        model = Campaign
        fields = ("name", "goal", "owner", "status")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        # A person may see their memberships of other workspaces, and could choose one.
        owner.queryset = members_of(current_workspace()).filter(is_active=True)
        versioned(self)


class AdvanceForm(forms.Form):
    """Passing a gate; a reason opens one that is still closed."""

    stage = forms.CharField(widget=forms.HiddenInput())
    override_reason = forms.CharField(
        max_length=300,
        required=False,
        label="Reason to move on anyway",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class WorkspaceForm(forms.ModelForm[Workspace]):
    """The settings of a workspace."""

    discount_threshold = PercentField(
        max_length=12,
        label="Discount threshold",
        help_text="Off list price: 5%. A deal discounted more needs a manager and counts as won "
        "on price.",
    )

    class Meta:
        model = Workspace
        fields = (
            "name",
            "currency",
            "time_zone",
            "fiscal_year_start",
            "lookback_days",
            "half_life_days",
            "discount_threshold",
            "handoff_hours",
            "four_eyes",
        )
        widgets = {"fiscal_year_start": forms.Select(choices=MONTHS.items())}
        labels = {
            "fiscal_year_start": "First month of the fiscal year",
            "lookback_days": "Lookback window, days",
            "half_life_days": "Half-life of a touch, days",
            "handoff_hours": "Sales follows up within, hours",
            "four_eyes": "Four eyes: no one approves their own work",
        }
        help_texts = {
            "lookback_days": "A touch counts if it came at most this long before the deal closed.",
            "half_life_days": "After this time a touch counts half, where credit decays with time.",
            "handoff_hours": "From the moment marketing hands over a buyer.",
            "four_eyes": "A plan, a revision, a discount or a material that a manager made waits "
            "for another manager or owner.",
        }


class NewWorkspaceForm(forms.ModelForm[Workspace]):
    """A new brand."""

    class Meta:
        model = Workspace
        fields = ("name", "slug", "currency", "time_zone")
        help_texts = {"slug": "Its address: lowercase letters, digits and hyphens."}


class InviteForm(forms.Form):
    """A person to join, by their email address, and what they join as."""

    email = forms.EmailField(
        help_text=f"They get a link to join. It works once, for {LIFETIME.days} days."
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.MARKETER)


class JoinForm(SignupForm):  # type: ignore[misc]
    """A new account for whoever was invited, under the address that the invitation went to."""

    name = forms.CharField(
        max_length=120,
        label="Your name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("email", "name", "password1", "password2")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What is sent for a disabled field is not read.
        self.fields["email"].disabled = True
        self.fields["email"].initial = email

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name, too."""
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])


class RoleForm(forms.ModelForm[Membership]):
    """A member's role, and whether they still have access."""

    class Meta:
        model = Membership
        fields = ("role", "is_active")
        labels = {"is_active": "Active"}
        help_texts = {"is_active": "If not, this person cannot sign in to this workspace."}


def _areas() -> list[tuple[str, str]]:
    # The audit and the tokens themselves have pages alone.
    known = [(area, area_label(area)) for area in AREAS if area not in {"audit", "tokens"}]
    return [(area, label[0].upper() + label[1:]) for area, label in known]


class TokenForm(forms.Form):
    """A new key to the API: what it may do is never more than its member may."""

    name = forms.CharField(max_length=80, help_text="Which app will use it.")
    reach = forms.ChoiceField(
        label="Access",
        choices=(
            ("read", "Read everything"),
            ("write", "Read and write everything"),
            ("some", "Only some areas"),
        ),
        initial="read",
        widget=forms.RadioSelect,
    )
    reads = forms.MultipleChoiceField(
        label="Read", required=False, choices=_areas, widget=forms.CheckboxSelectMultiple
    )
    writes = forms.MultipleChoiceField(
        label="Read and write", required=False, choices=_areas, widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label="Valid for",
        coerce=int,
        choices=((30, "30 days"), (90, "90 days"), (365, "1 year")),
        initial=90,
    )

    def clean(self) -> dict[str, Any]:
        """Work the scopes out; refuse a choice of no area."""
        cleaned = super().clean() or {}
        reach = cleaned.get("reach")
        if reach == "some":
            scopes = [f"{area}:{WRITE}" for area in cleaned.get("writes", [])]
            scopes += [f"{area}:{READ}" for area in cleaned.get("reads", [])]
            if not scopes:
                self.add_error("reads", "Choose at least one area to read or write.")
        else:
            scopes = [f"{EVERYTHING}:{WRITE if reach == 'write' else READ}"]
        return cleaned | {"scopes": scopes}


class WebhookForm(forms.Form):
    """Where another program listens, and for what."""

    url = forms.CharField(
        label="Address",
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text="It must answer a POST with a status of 200 to 299 within 10 seconds.",
    )
    description = forms.CharField(
        max_length=120, required=False, help_text="What it is for, in your team's words."
    )
    events = forms.MultipleChoiceField(
        label="Events", choices=list(TYPES.items()), widget=forms.CheckboxSelectMultiple
    )

    @staticmethod
    def standing(endpoint: WebhookEndpoint) -> dict[str, Any]:
        """Return the form's values for an endpoint."""
        return {
            "url": endpoint.url,
            "description": endpoint.description,
            "events": endpoint.events,
        }
