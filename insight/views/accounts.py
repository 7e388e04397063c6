"""Accounts and the people at them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from insight.actions.accounts import (
    NobodyNamed,
    SameAccount,
    merge_accounts,
    save_account,
    save_contact,
)
from insight.forms.catalog import (
    AccountForm,
    ContactFilterForm,
    ContactForm,
    MergeForm,
    SearchForm,
)
from insight.models import Account, Contact
from insight.queries import accounts as queries
from insight.views.editing import edit_page
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.named import row_named
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_in_form


@page("insight.view")
def accounts(request: WorkspaceRequest) -> HttpResponse:
    """List the accounts."""
    search = request.GET.get("q", "").replace("\0", "")[:100]
    found = page_of(
        queries.accounts(search=search), order=("name", "id"), after=request.GET.get("after", "")
    )
    people = queries.contact_counts(found.rows)
    context = {
        "form": SearchForm(request.GET or None),
        "page": found,
        "rows": [(row, people.get(row.pk, 0)) for row in found.rows],
        "search": search,
    }
    return render(request, "insight/accounts.html", context)


@page("insight.view")
def account(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show an account and its people."""
    found = get_object_or_404(Account.objects.select_related("owner__user"), pk=pk)
    people = Contact.objects.filter(account=found).select_related("owner__user")
    context = {
        "account": found,
        "page": page_of(people, order=("name", "id"), after=request.GET.get("after", ""), size=25),
    }
    return render(request, "insight/account.html", context)


@page("insight.edit")
def new_account(request: WorkspaceRequest) -> HttpResponse:
    """Write down an account."""
    return _edit_account(request, Account(), "New account")


@page("insight.edit")
def edit_account(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change an account."""
    found = get_object_or_404(Account.objects.all(), pk=pk)
    return _edit_account(request, found, found.name)


def _edit_account(request: WorkspaceRequest, row: Account, title: str) -> HttpResponse:
    back = link("insight:account", row.pk) if row.pk else link("insight:accounts")
    return edit_page(
        request,
        form=AccountForm(request.POST or None, instance=row),
        save=lambda account: save_account(account=account),
        then=lambda account: link("insight:account", account.pk),
        context={"title": title, "eyebrow": "Accounts", "back": back},
    )


@page("insight.edit")
def merge_account(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Merge an account into another that is the same company."""
    found = get_object_or_404(Account.objects.all(), pk=pk)
    form = MergeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {SameAccount: "account"}):
            kept = merge_accounts(account=found, into=form.cleaned_data["account"])
            messages.success(request, f"{found.name} was merged into {kept.name}.")
            return redirect(link("insight:account", kept.pk))
    context = {
        "form": form,
        "title": f"Merge {found.name} into another account",
        "eyebrow": found.name,
        "back": link("insight:account", found.pk),
    }
    status = 422 if form.is_bound else 200
    return render(request, "insight/contact_form.html", context, status=status)


@page("insight.view")
def account_options(request: WorkspaceRequest) -> HttpResponse:
    """Offer accounts whose name holds what is being typed."""
    search = request.GET.get("account", "").replace("\0", "")[:100]
    context = {"options": queries.account_options(search), "search": search}
    part = "#options" if request.htmx else ""
    return render(request, f"insight/account_options.html{part}", context)


@page("insight.view")
def contacts(request: WorkspaceRequest) -> HttpResponse:
    """List the people."""
    form = ContactFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = queries.contacts(search=wanted.get("q", ""), consent=wanted.get("consent", ""))
    context = {
        "form": form,
        "page": page_of(found, order=("name", "id"), after=request.GET.get("after", "")),
        "narrowed": any(wanted.values()),
    }
    return render(request, "insight/contacts.html", context)


@page("insight.view")
def contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Show a person."""
    people = Contact.objects.select_related("account", "owner__user")
    return render(request, "insight/contact.html", {"contact": get_object_or_404(people, pk=pk)})


@page("insight.edit")
def new_contact(request: WorkspaceRequest) -> HttpResponse:
    """Write down a person, at an account where one is named."""
    at = row_named(Account.objects.all(), request.GET.get("account", ""))
    return _edit_contact(request, Contact(account=at), "New contact")


@page("insight.edit")
def edit_contact(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a person."""
    found = get_object_or_404(Contact.objects.all(), pk=pk)
    return _edit_contact(request, found, str(found))


def _edit_contact(request: WorkspaceRequest, row: Contact, title: str) -> HttpResponse:
    back = link("insight:contact", row.pk) if row.pk else link("insight:contacts")
    return edit_page(
        request,
        form=ContactForm(request.POST or None, instance=row),
        save=lambda contact: save_contact(contact=contact),
        then=lambda contact: link("insight:contact", contact.pk),
        context={"title": title, "eyebrow": "Contacts", "back": back},
        refusals={NobodyNamed: "name"},
        template="insight/contact_form.html",
    )
