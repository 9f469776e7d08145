"""The form with which a player takes tickets."""

from django import forms
from django.utils.translation import gettext_lazy as _

MOST = 1_000_000


class EntryForm(forms.Form):
    """How many tickets, and the request's own id, which makes sending it twice harmless."""

    tickets = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": _("Choose how many tickets you want."),
            "invalid": _("Choose a whole number of tickets, for example 1."),
            "min_value": _("Choose at least 1 ticket."),
            "max_value": _("That is more tickets than any draw has."),
        },
    )
    request_id = forms.CharField(required=False)
