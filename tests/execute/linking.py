"""What the tests of tracked links share."""

from django.urls import reverse

PERSON = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
DESTINATION = (
    "https://brand.test/desks?id=7&utm_source=newsletter&utm_medium=email&utm_campaign=desks#price"
)


def page(workspace, name, *args):
    return reverse(f"execute:{name}", args=[workspace.slug, *args])


def path(link):
    return f"/l/{link.code}"


def typed(channel, **changes):
    return {
        "name": "Spring mailing",
        "target": "https://brand.test/desks",
        "channel": channel.pk,
        "utm_source": "newsletter",
        "utm_medium": "email",
        "utm_campaign": "desks",
    } | changes
