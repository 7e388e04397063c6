"""Products, channels, accounts and people, as they are typed."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from insight.forms.keeping import OUT_OF_USE, begins_in_use
from insight.models import Account, Channel, Contact, Product
from insight.queries.accounts import account_by_name
from ipeo.forms import DateInput
from ipeo.navigation import link
from ipeo.queries.members import members_of
from ipeo.tenancy import current_workspace


class ProductForm(forms.ModelForm[Product]):
    """A product and what buyers value it for."""

    class Meta:
        model = Product
        fields = ("name", "family", "list_price", "unit_cost", "valued_for", "is_active")
        labels = {"valued_for": "What buyers value it for", "is_active": "Active"}
        help_texts = {"is_active": OUT_OF_USE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins_in_use(self)


class ChannelForm(forms.ModelForm[Channel]):
    """A way to reach people."""

    class Meta:
        model = Channel
        fields = ("name", "is_sales", "is_active")
        labels = {"is_sales": "Used by sales reps", "is_active": "Active"}
        help_texts = {"is_active": OUT_OF_USE}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begins_in_use(self)


class AccountField(forms.CharField):
    """An account by its name; `Name (#12)` tells apart those that share one."""

    widget = forms.TextInput(attrs={"list": "account-options", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        """Show a stored account by name and number."""
        if isinstance(value, int):
            value = Account.objects.filter(pk=value).first()
        return f"{value.name} (#{value.pk})" if isinstance(value, Account) else value

    def clean(self, value: Any) -> Account | None:
        """Return the account that is meant; refuse a name that fits none or several."""
        text = str(super().clean(value) or "")
        if not text:
            return None
        numbered = re.search(r"\(#(\d{1,18})\)$", text)
        if numbered:
            found = list(Account.objects.filter(pk=int(numbered[1])))
        else:
            found = account_by_name(text)
        if len(found) > 1:
            raise forms.ValidationError(
                "Several accounts have this name. Choose one from the list."
            )
        if not found:
            raise forms.ValidationError(f"There is no account called “{text}”.")
        account: Account = found[0]
        return account


class AccountForm(forms.ModelForm[Account]):
    """A company that buys or might."""

    class Meta:
        model = Account
        fields = (
            "name",
            "industry",
            "region",
            "country",
            "employees",
            "annual_revenue",
            "website",
            "parent_name",
            "owner",
        )
        labels = {"parent_name": "Parent company"}
        help_texts = {"parent_name": "If it has one."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_members(self)


class ContactForm(forms.ModelForm[Contact]):
    """A person at an account."""

    account = AccountField(required=False)
    email = forms.EmailField(required=False, label="Email")

    class Meta:
        model = Contact
        fields = (
            "name",
            "email",
            "phone",
            "title",
            "account",
            "source",
            "lead_date",
            "consent",
            "owner",
        )
        labels = {"title": "Job title", "source": "Lead source", "lead_date": "First contact"}
        help_texts = {"lead_date": ""}
        widgets = {"lead_date": DateInput()}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_members(self)

        _offer_accounts(self)

    def clean(self) -> dict[str, Any]:
        """Refuse a contact who can be called nothing."""
        cleaned = super().clean() or {}
        if not (cleaned.get("name") or cleaned.get("email") or self.instance.import_key):
            self.add_error("name", "Enter a name or an email address.")
        return cleaned


def _offer_members(form: AccountForm | ContactForm) -> None:
    owner = form.fields["owner"]
    assert isinstance(owner, forms.ModelChoiceField)
    owner.queryset = members_of(current_workspace()).filter(is_active=True)
    owner.empty_label = "Unassigned"


def _offer_accounts(form: ContactForm | MergeForm) -> None:
    form.fields["account"].widget.attrs |= {
        "hx-get": link("insight:account_options"),
        "hx-trigger": "input changed delay:250ms",
        "hx-target": "#account-options",
        "hx-sync": "this:replace",
    }


class MergeForm(forms.Form):
    """Which account another is merged into."""

    account = AccountField(
        label="Merge into",
        help_text="Its people, touches and deals go there. This cannot be undone.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer_accounts(self)


class ContactFilterForm(forms.Form):
    """Narrows the list of people."""

    q = forms.CharField(required=False, label="Search", max_length=100)
    consent = forms.ChoiceField(
        choices=[("", "Any consent status"), *Contact.Consent.choices], required=False
    )


class SearchForm(forms.Form):
    """Words to search for."""

    q = forms.CharField(required=False, label="Search", max_length=100)
