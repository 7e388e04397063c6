"""Five questions to a buyer, who knows nothing of the workspace."""

from __future__ import annotations

from typing import Any

from django import forms

from execute.models import BuyerReview, Driver
from execute.queries.reviews import SCALES, drivers_for_buyer
from ipeo.queries.named import id_in

UNSAID = ("", "I cannot say")


def _steps(name: str) -> list[tuple[str, str]]:
    words = [(str(step), word.capitalize()) for step, word in enumerate(SCALES[name], start=1)]
    return [*reversed(words), UNSAID]


class _BuyersWords(forms.ModelMultipleChoiceField[Driver]):
    """The workspace's drivers as a buyer reads them."""

    def label_from_instance(self, obj: Driver) -> str:
        """Return the driver in the buyer's words."""
        return obj.buyer_name or obj.name


class BuyerReviewForm(forms.Form):
    """What decided it, value, price, trust, and whether again.

    `order` holds the drivers in the order in which they were touched.
    """

    drivers = _BuyersWords(
        Driver.objects.none(),
        label="What decided it? Choose up to three, most important first",
        widget=forms.CheckboxSelectMultiple(),
        error_messages={"required": "Choose what decided it."},
    )
    order = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput())
    value = forms.ChoiceField(
        choices=_steps("value"),
        required=False,
        label="Compared with the alternatives, the value for money was",
        widget=forms.RadioSelect(),
    )
    price = forms.ChoiceField(
        choices=_steps("price"),
        required=False,
        label="For what was offered, the price was",
        widget=forms.RadioSelect(),
    )
    trust = forms.ChoiceField(
        choices=_steps("trust"),
        required=False,
        label="The people and the process, from first conversation to decision, were",
        widget=forms.RadioSelect(),
    )
    again = forms.ChoiceField(
        choices=BuyerReview.Again.choices,
        label="Would you consider this seller again?",
        widget=forms.RadioSelect(),
        error_messages={"required": "Choose whether you would consider this seller again."},
    )
    words = forms.CharField(
        required=False,
        max_length=2000,
        label="Anything else they should know?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, review: BuyerReview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["drivers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = drivers_for_buyer(review.deal)

    def answers(self) -> dict[str, Any]:
        """Return what `answer_review` takes, the drivers in the order they were touched in."""
        given = self.cleaned_data
        touched = [id_in(pk.strip()) for pk in given["order"].split(",")]
        place = {pk: number for number, pk in reversed(list(enumerate(touched)))}
        drivers = sorted(given["drivers"], key=lambda one: place.get(one.pk, len(touched)))
        scales = {name: int(given[name]) if given[name] else None for name in SCALES}
        return {"drivers": drivers, "again": given["again"], "words": given["words"], **scales}
