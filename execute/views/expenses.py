"""Expenses: the list, the money of a cycle, and what is written down."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
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
from execute.forms.expenses import ExpenseFilterForm, ExpenseForm, InvoiceForm
from execute.models import Expense
from execute.queries.days import today
from execute.queries.rates import NoRate, TooLarge
from execute.queries.rules import unplaced
from execute.queries.spending import matching_expenses, spend_of, totals_of
from ipeo.models import Cycle
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


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
        "spend": spend_of(cycle, on=today()) if cycle else None,
        "undo": request.GET.get("undo", ""),
        "unmatched": unplaced().exists(),
    }
    return render(request, "execute/expenses.html", context)


@page("expenses.edit")
def new_expense(request: WorkspaceRequest) -> HttpResponse:
    """Write an expense down."""
    given = {name: request.GET[name] for name in ("program", "channel") if name in request.GET}
    form = ExpenseForm(request.POST or None, instance=Expense(), initial={"date": today()} | given)
    return _edit(request, form, "New expense")


@page("expenses.edit")
def edit_expense(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Correct an expense."""
    found = get_object_or_404(Expense.objects.select_related("program", "channel"), pk=pk)
    return _edit(request, ExpenseForm(request.POST or None, instance=found), "Expense")


def _edit(request: WorkspaceRequest, form: ExpenseForm, title: str) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            save_expense(expense=form.instance)
        except NothingToSpendOn as refusal:
            form.add_error("program", str(refusal))
        except NoRate as refusal:
            form.add_error("currency", str(refusal))
        except TooLarge as refusal:
            form.add_error("amount", str(refusal))
        else:
            messages.success(request, "The expense is saved.")
            return redirect(link("execute:expenses"))
    pk = form.instance.pk
    context = {
        "form": form,
        "title": title,
        "eyebrow": "Expenses",
        "back": link("execute:expenses"),
        "expense": Expense.objects.select_related("rule", "source").get(pk=pk) if pk else None,
    }
    return render(request, "execute/expense.html", context, status=422 if form.is_bound else 200)


@page("expenses.edit")
def invoice(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Write down the invoice for what was ordered."""
    found = get_object_or_404(Expense.objects.select_related("program", "channel"), pk=pk)
    ordered = found.original_amount if found.original_currency else found.amount
    form = InvoiceForm(request.POST or None, initial={"amount": ordered, "day": today()})
    if request.method == "POST" and form.is_valid():
        try:
            invoice_arrived(expense=found, **form.cleaned_data)
        except (NotCommitted, NoRate, TooLarge) as refusal:
            form.add_error("amount", str(refusal))
        else:
            messages.success(request, "The invoice is written down: the money is spent.")
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
    token = delete_expense(expense=found)
    return redirect(f"{link('execute:expenses')}?{urlencode({'undo': token})}")


@page("expenses.edit")
def restore(request: WorkspaceRequest) -> HttpResponse:
    """Bring a removed expense back."""
    if request.method == "POST":
        try:
            restore_expense(token=request.POST.get("token", ""))
        except CannotBeUndone as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "The expense is back.")
    return redirect(link("execute:expenses"))
