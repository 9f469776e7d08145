"""Which language a request is answered in."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class LanguageMiddleware(LocaleMiddleware):
    """The language of the reader's cookie or browser, for this request alone."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Say which language it is; but not of what is the same in all, so that all may share it."""
        if "public" not in response.get("Cache-Control", ""):
            response = super().process_response(request, response)
        translation.deactivate()
        return response
