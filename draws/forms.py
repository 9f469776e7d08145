"""What an entry form may carry."""

from django import forms

MOST = 1_000_000


class EntryForm(forms.Form):
    """How many tickets, and the request's own id, which makes sending it twice harmless."""

    tickets = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": "Choose how many tickets you want.",
            "invalid": "Choose a whole number of tickets, for example 1.",
            "min_value": "Choose at least 1 ticket.",
            "max_value": "That is more tickets than any draw has.",
        },
    )
    request_id = forms.CharField(required=False)
