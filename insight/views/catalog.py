"""Products and channels."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from insight.actions.catalog import (
    ChannelNameTaken,
    ProductNameTaken,
    save_channel,
    save_product,
)
from insight.forms.catalog import ChannelForm, ProductForm
from insight.models import Channel, Product
from insight.views.editing import edit_page
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("insight.view")
def products(request: WorkspaceRequest) -> HttpResponse:
    """List the products."""
    found = page_of(Product.objects.all(), order=("name", "id"), after=request.GET.get("after", ""))
    return render(request, "insight/products.html", {"page": found})


@page("insight.edit")
def new_product(request: WorkspaceRequest) -> HttpResponse:
    """Write down a product."""
    return _edit_product(request, Product(), "New product")


@page("insight.edit")
def edit_product(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a product."""
    found = get_object_or_404(Product.objects.all(), pk=pk)
    return _edit_product(request, found, found.name)


def _edit_product(request: WorkspaceRequest, row: Product, title: str) -> HttpResponse:
    return edit_page(
        request,
        form=ProductForm(request.POST or None, instance=row),
        save=lambda product: save_product(product=product),
        then=lambda product: link("insight:products"),
        context={"title": title, "eyebrow": "Products", "back": link("insight:products")},
        refusals={ProductNameTaken: "name"},
    )


@page("insight.view")
def channels(request: WorkspaceRequest) -> HttpResponse:
    """List the channels."""
    found = page_of(Channel.objects.all(), order=("name", "id"), after=request.GET.get("after", ""))
    return render(request, "insight/channels.html", {"page": found})


@page("insight.edit")
def new_channel(request: WorkspaceRequest) -> HttpResponse:
    """Name a channel."""
    return _edit_channel(request, Channel(), "New channel")


@page("insight.edit")
def edit_channel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Rename a channel."""
    found = get_object_or_404(Channel.objects.all(), pk=pk)
    return _edit_channel(request, found, found.name)


def _edit_channel(request: WorkspaceRequest, row: Channel, title: str) -> HttpResponse:
    return edit_page(
        request,
        form=ChannelForm(request.POST or None, instance=row),
        save=lambda channel: save_channel(channel=channel),
        then=lambda channel: link("insight:channels"),
        context={"title": title, "eyebrow": "Channels", "back": link("insight:channels")},
        refusals={ChannelNameTaken: "name"},
    )
