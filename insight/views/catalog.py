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
from insight.queries import market
from insight.views.editing import edit_kept
from ipeo.navigation import link
from ipeo.permissions import WorkspaceRequest, page
from ipeo.queries.paging import page_of


@page("insight.view")
def products(request: WorkspaceRequest) -> HttpResponse:
    """List the products."""
    found = page_of(
        market.products(), order=("-is_active", "name", "id"), after=request.GET.get("after", "")
    )
    return render(request, "insight/products.html", {"page": found})


@page("insight.edit")
def new_product(request: WorkspaceRequest) -> HttpResponse:
    """Write down a product."""
    return _edit_product(request, Product(), "New product")


@page("insight.edit")
def edit_product(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a product, or remove one that nothing names."""
    found = get_object_or_404(Product.objects.all(), pk=pk)
    return _edit_product(request, found, found.name)


def _edit_product(request: WorkspaceRequest, row: Product, title: str) -> HttpResponse:
    back = link("insight:products")
    return edit_kept(
        request,
        row=row,
        listed=back,
        form=ProductForm(request.POST or None, instance=row),
        save=lambda product: save_product(product=product),
        then=lambda product: back,
        context={"title": title, "eyebrow": "Products", "back": back},
        refusals={ProductNameTaken: "name"},
    )


@page("insight.view")
def channels(request: WorkspaceRequest) -> HttpResponse:
    """List the channels."""
    found = page_of(
        market.channels(), order=("-is_active", "name", "id"), after=request.GET.get("after", "")
    )
    return render(request, "insight/channels.html", {"page": found})


@page("insight.edit")
def new_channel(request: WorkspaceRequest) -> HttpResponse:
    """Name a channel."""
    return _edit_channel(request, Channel(), "New channel")


@page("insight.edit")
def edit_channel(request: WorkspaceRequest, pk: int) -> HttpResponse:
    """Change a channel, or remove one that nothing names."""
    found = get_object_or_404(Channel.objects.all(), pk=pk)
    return _edit_channel(request, found, found.name)


def _edit_channel(request: WorkspaceRequest, row: Channel, title: str) -> HttpResponse:
    back = link("insight:channels")
    return edit_kept(
        request,
        row=row,
        listed=back,
        form=ChannelForm(request.POST or None, instance=row),
        save=lambda channel: save_channel(channel=channel),
        then=lambda channel: back,
        context={"title": title, "eyebrow": "Channels", "back": back},
        refusals={ChannelNameTaken: "name"},
    )
