"""Edits that do not collide: each form carries the version it was shown, and a stale one is not saved.

The row is locked while it is saved (`StaffAdmin.get_object`), so nothing comes between the look and the save.
"""

import hashlib
from collections.abc import Iterable
from typing import Any, ClassVar, NamedTuple

from django import forms
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

VERSION = "shown_version"
STALE = _(
    "Somebody else changed this after you opened it, so nothing was saved. What you typed is still here. "
    "Compare it with what is stored now, then save again."
)


class Difference(NamedTuple):
    """A field that was changed in both places, or typed over: what is stored now, and what was typed."""

    label: str
    now: str
    typed: str


class VersionedForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form for a row that is saved only if the row is still what the form showed."""

    shown_version = forms.CharField(widget=forms.HiddenInput, required=False)

    # What the form shows of the row besides its own fields: attributes of the row.
    watched: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stale: list[Difference] | None = None
        self.stamp()

    def stamp(self) -> None:
        """Put the version into the form; again after a form has shown more of the row than its fields."""
        self.version_now = self.initial[VERSION] = self._version()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if not self.instance._state.adding and self.data.get(self.add_prefix(VERSION)) != self.version_now:
            self.stale = list(self.differences())
            self.add_error(None, self.why_stale())
            # Whoever saves again has read what is stored now.
            sent: Any = self.data.copy()  # type: ignore[attr-defined]
            sent[self.add_prefix(VERSION)] = self.version_now
            self.data = sent
        return cleaned

    def why_stale(self) -> str:
        """Return the sentence that says why nothing was saved."""
        return str(STALE)

    def differences(self) -> Iterable[Difference]:
        """Yield each field whose typed value is not what is stored now."""
        for name in self.changed_data:
            if name not in (VERSION, "reason") and name not in self.files:
                label = str(self.fields[name].label or name)
                yield Difference(label, self._shown(name, self.initial.get(name)), self._typed(name))

    def _typed(self, name: str) -> str:
        value = self.cleaned_data.get(name, self[name].data)
        return self._shown(name, value)

    def _shown(self, name: str, value: Any) -> str:
        choices = getattr(self.fields[name], "choices", ())
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if hasattr(value, "__iter__") and not isinstance(value, str | UploadedFile):
            return ", ".join(sorted(str(each) for each in value))
        # Choices of rows are made by queries, and are shown above.
        named = dict(choices) if isinstance(choices, list) else {}
        return str(named.get(value, "" if value is None else value))

    def _version(self) -> str:
        row = self.instance
        own = {name: _plain(value) for name, value in self.initial.items() if name != VERSION}
        seen = {name: _plain(getattr(row, name)) for name in self.watched} if not row._state.adding else {}
        return hashlib.sha256(repr((sorted(own.items()), sorted(seen.items()))).encode()).hexdigest()[:32]


def last_change(row: Model) -> LogEntry | None:
    """Return what the staff log has of the last change of a row."""
    kind = ContentType.objects.get_for_model(row)
    rows = LogEntry.objects.filter(content_type=kind, object_id=str(row.pk))
    return rows.select_related("user").order_by("-pk").first()


def _plain(value: Any) -> str:
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return repr(sorted(str(getattr(each, "pk", each)) for each in value))
    return str(value)
