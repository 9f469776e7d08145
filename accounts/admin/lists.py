"""Lists that cost the same over a million rows: they stop counting at a limit and sort along indexes only."""

from functools import cached_property
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, ChangeList
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

# Lists count and number their pages this far; from the last of them a link leads on.
COUNTED = 2_000
# In an address: the row behind which the list goes on.
BEHIND = "behind"


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
    """A list that keeps its own order, whatever order the address asks for: no other order has an index.

    From the last of the counted pages a link leads on behind its last row, and so to the end of the list.
    """

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.position = request.GET.get(BEHIND, "")
        super().__init__(request, *args, **kwargs)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)

    def get_filters_params(self, params: Any = None) -> Any:
        found = super().get_filters_params(params)
        found.pop(BEHIND, None)
        return found

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Leave the position out of every link but those from page to page."""
        pages = {PAGE_VAR, BEHIND} & set(new_params or ())
        return super().get_query_string(new_params, remove if pages else [*(remove or ()), BEHIND])

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        rows = super().get_queryset(request, exclude_parameters)
        return self._behind(rows, self.get_ordering(request, rows)) if self.position else rows

    @property
    def older(self) -> str:
        """Where the list goes on behind the last of the counted pages; empty before it, and at the end."""
        rows: Any = self.result_list
        last = self.page_num * self.list_per_page >= COUNTED
        if not last or not rows or not getattr(self.paginator, "capped", False):
            return ""
        return self.get_query_string({BEHIND: str(list(rows)[-1].pk)}, [PAGE_VAR])

    @property
    def newest(self) -> str:
        """Where the list begins; empty if this is its beginning."""
        return self.get_query_string({BEHIND: None}, [PAGE_VAR]) if self.position else ""

    def _behind(self, rows: QuerySet[Any], order: Any) -> QuerySet[Any]:
        """Return the rows behind the one at the position, along the index of the order."""
        keys = [(str(key).removeprefix("-"), str(key).startswith("-")) for key in order[:2]]
        try:
            at = (
                self.model._default_manager.filter(pk=self.position)
                .values(*(name for name, _ in keys))
                .first()
            )
        except (ValueError, ValidationError):
            at = None
        if at is None or None in at.values():
            return rows.none()
        (first, first_down), *second = keys
        if not second:
            return rows.filter(**{f"{first}__{'lt' if first_down else 'gt'}": at[first]})
        [(then, then_down)] = second
        passed = {first: at[first], f"{then}__{'gte' if then_down else 'lte'}": at[then]}
        return rows.filter(**{f"{first}__{'lte' if first_down else 'gte'}": at[first]}).exclude(**passed)
