"""Products and channels are named."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from insight.models import Channel, Product


class ProductNameTaken(Exception):
    """Another product of the workspace has this name."""


class ChannelNameTaken(Exception):
    """Another channel of the workspace has this name, in whatever letters."""


def save_product(*, product: Product) -> Product:
    """Save a product; raises `ProductNameTaken`."""
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError:
        raise ProductNameTaken(f"There is already a product “{product.name}”.") from None
    return product


def channel_key(name: str) -> str:
    """Return the name in small letters and single spaces, by which files find a channel."""
    return " ".join(name.lower().split())


def save_channel(*, channel: Channel) -> Channel:
    """Save a channel under its key; raises `ChannelNameTaken`."""
    channel.key = channel_key(channel.name)
    try:
        with transaction.atomic():
            channel.save()
    except IntegrityError:
        raise ChannelNameTaken(f"There is already a channel “{channel.name}”.") from None
    return channel
