"""Expenses: the list, the money of a cycle, and what is written down."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import urlencode

from execute.actions.expenses import (
    CannotBeUndone,
    NotCommitted,
    NothingToSpendOn,
    delete_expense,
    invoice_arrived,
    restore_expense,
    save_expense,
)
from execute.actions.recurring import (
    CannotRecur,
    delete_with_later,
    repeat_expense,
    save_with_later,
)
from execute.forms.expenses import ExpenseFilterForm, ExpenseForm, InvoiceForm
from execute.models import Expense
from execute.queries.rates import NoRate, TooLarge
from execute.queries.rules import unplaced
from execute.queries.series import series_of
from execute.queries.spending import matching_expenses, spend_of, totals_of
from ipeo.merging import Merge, chosen, merged
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of
from ipeo.views.refusals import refused_as_message, refused_in_form
from ipeo.views.together import edit_together


@page("expenses.view")
def expenses(request: WorkspaceRequest) -> HttpResponse:
    """List the expenses, with the money of a cycle above them."""
    form = ExpenseFilterForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    cycle = wanted.get("cycle") or (
        Cycle.objects.filter(stage=Cycle.Stage.EXECUTE)
        .select_related("campaign")
        .order_by("-starts_on", "-pk")
        .first()
    )
    found = matching_expenses(**wanted)
    context = {
        "form": form,
        "page": page_of(found, order=("-date", "-id"), after=request.GET.get("after", "")),
        "totals": totals_of(found),
        "narrowed": any(wanted.values()),
        "cycle": cycle,
        "spend": spend_of(cycle, on=timezone.localdate()) if cycle else None,
        "undo": request.GET.get("undo", ""),
        "unmatched": unplaced().exists(),
    }
    return render(request, "execute/expenses.html", context)


@page("expenses.edit")
def new_expense(request: WorkspaceRequest) -> HttpResponse:
    """Write an expense down, once or for each month until a day."""
    given = {name: request.GET[name] for name in ("program", "channel") if name in request.GET}
    form = ExpenseForm(
        request.POST or None, instance=Expense(), initial={"date": timezone.localdate()} | given
    )
    if request.method == "POST" and form.is_valid() and _kept(form):
        count = series_of(form.instance).count
        messages.success(
            request,
            f"Expense saved for {count} months." if count else "Expense saved.",
        )
        return redirect(link("execute:expenses"))
    return _edit_page(request, form, title="New expense", status=422 if form.is_bound else 200)


@page("expenses.edit")
def edit_expense(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Correct an expense, and the later ones of its series where that is wanted."""
    found = get_object_or_404(Expense.objects.all(), pk=pk)
    if request.method != "POST":
        return _edit_page(request, ExpenseForm(instance=found), title="Expense", status=200)
    edited = edit_together(
        chosen(request.POST),
        bind=lambda data: ExpenseForm(
            data,
            instance=get_object_or_404(Expense.objects.select_related("program", "channel"), pk=pk),
        ),
        merge_with=lambda data, form: merged(data, form, form.merged_fields),
        save=_kept,
    )
    if not edited.saved:
        return _edit_page(
            request, edited.form, title="Expense", status=edited.status, merge=edited.merge
        )
    messages.success(request, edited.told("Expense saved."))
    return redirect(link("execute:expenses"))


def _kept(form: ExpenseForm, version: int | None = None) -> bool:
    """Save what a valid form holds; False where it was refused, which the form then tells."""
    expense, until = form.instance, form.cleaned_data.get("until")
    told = {
        NothingToSpendOn: "program",
        CannotRecur: "until" if "until" in form.fields else "state",
        NoRate: "currency",
        TooLarge: "amount",
    }
    with refused_in_form(form, told):
        if form.cleaned_data.get("later"):
            save_with_later(expense=expense, version=version)
        else:
            with transaction.atomic():
                save_expense(expense=expense, version=version)
                if until is not None:
                    form.instance = repeat_expense(expense=expense, until=until)[0]
        return True
    if version is None:
        # It was saved, but what it is to become was refused: nothing of it stands.
        expense.pk = None
    return False


def _edit_page(
    request: WorkspaceRequest,
    form: ExpenseForm,
    *,
    title: str,
    status: int,
    merge: Merge | None = None,
) -> HttpResponse:
    pk = form.instance.pk
    expense = Expense.objects.select_related("rule", "source").get(pk=pk) if pk else None
    context = {
        "form": form,
        "title": title,
        "eyebrow": "Expenses",
        "back": link("execute:expenses"),
        "expense": expense,
        "series": series_of(expense) if expense and expense.series else None,
        "merge": merge,
    }
    return render(request, "execute/expense.html", context, status=status)


@page("expenses.edit")
def invoice(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write down the invoice for what was ordered."""
    found = get_object_or_404(Expense.objects.select_related("program", "channel"), pk=pk)
    ordered = found.original_amount if found.original_currency else found.amount
    form = InvoiceForm(
        request.POST or None, initial={"amount": ordered, "day": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        told = {NotCommitted: "amount", NoRate: "amount", TooLarge: "amount"}
        with refused_in_form(form, told):
            invoice_arrived(expense=found, **form.cleaned_data)
            messages.success(request, "Invoice recorded as actual spend.")
            return redirect(link("execute:expenses"))
    if request.method != "POST" and found.state != Expense.State.COMMITTED:
        return redirect(link("execute:edit_expense", pk))
    context = {
        "form": form,
        "expense": found,
        "ordered": ordered,
        "currency": found.original_currency or request.workspace.currency,
    }
    return render(request, "execute/invoice.html", context, status=422 if form.is_bound else 200)


@page("expenses.edit")
def delete(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Remove an expense, and offer to bring it back."""
    found = get_object_or_404(Expense.objects.all(), pk=pk)
    if request.method != "POST":
        return redirect(link("execute:edit_expense", pk))
    later = "later" in request.POST and found.series is not None
    token = (delete_with_later if later else delete_expense)(expense=found)
    return redirect(f"{link('execute:expenses')}?{urlencode({'undo': token})}")


@page("expenses.edit")
def restore(request: WorkspaceRequest) -> HttpResponse:
    """Bring a removed expense back."""
    if request.method == "POST":
        with refused_as_message(request, CannotBeUndone):
            back = restore_expense(token=request.POST.get("token", ""))
            some = "Expense restored." if len(back) == 1 else f"{len(back)} expenses restored."
            messages.success(request, some)
    return redirect(link("execute:expenses"))
