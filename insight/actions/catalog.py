"""Products and channels are named."""

from __future__ import annotations

from insight.models import Channel, Product
from ipeo.database.uniqueness import unless_taken


class ProductNameTaken(Exception):
    """Another product of the workspace has this name."""


class ChannelNameTaken(Exception):
    """Another channel of the workspace has this name, in whatever letters."""


def save_product(*, product: Product) -> Product:
    """Save a product; raises `ProductNameTaken`."""
    with unless_taken(ProductNameTaken(f"There is already a product called “{product.name}”.")):
        product.save()
    return product


def channel_key(name: str) -> str:
    """Return the name in small letters and single spaces, by which files find a channel."""
    return " ".join(name.lower().split())


def save_channel(*, channel: Channel) -> Channel:
    """Save a channel under its key; raises `ChannelNameTaken`."""
    channel.key = channel_key(channel.name)
    with unless_taken(ChannelNameTaken(f"There is already a channel called “{channel.name}”.")):
        channel.save()
    return channel
