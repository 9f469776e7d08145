"""Lists that cost the same over a million rows: they stop counting at a limit and sort along indexes only."""

from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

# Nobody pages this far: a search or a filter finds the rest.
COUNTED = 2_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts and pages through the first COUNTED rows; `capped` is true if there are more."""

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return int(rows[: COUNTED + 1].count())

    @property
    def count(self) -> int:
        return min(self._counted, COUNTED)

    @property
    def capped(self) -> bool:
        return self._counted > COUNTED


class StaffChangeList(ChangeList):
    """A list that keeps its own order, whatever order the address asks for: no other order has an index."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)
