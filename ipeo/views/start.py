"""Where a signed-in person begins: their workspace, a choice of several, or a first one."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify

from ipeo.actions.workspaces import SlugTaken, create_workspace
from ipeo.forms import NewWorkspaceForm
from ipeo.models import User
from ipeo.queries import memberships_of
from ipeo.views.refusals import refused_in_form


@login_required
def start(request: HttpRequest) -> HttpResponse:
    """Go to the person's only workspace, or show the choice."""
    assert isinstance(request.user, User)
    memberships = memberships_of(user=request.user)
    if len(memberships) == 1:
        return redirect("ipeo:home", memberships[0].workspace.slug)
    return render(request, "ipeo/start.html", {"choices": memberships})


@login_required
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Create a workspace, owned by whoever asks."""
    assert isinstance(request.user, User)
    data = request.POST.copy() if request.method == "POST" else None
    if data is not None and not data.get("slug"):
        data["slug"] = slugify(data.get("name", ""))[:50]
    form = NewWorkspaceForm(data)
    if request.method == "POST" and form.is_valid():
        with refused_in_form(form, {SlugTaken: "slug"}):
            workspace = create_workspace(owner=request.user, **form.cleaned_data)
            messages.success(request, f"{workspace.name} is ready.")
            return redirect("ipeo:home", workspace.slug)
    status = 422 if form.is_bound else 200
    return render(request, "ipeo/new_workspace.html", {"form": form}, status=status)
