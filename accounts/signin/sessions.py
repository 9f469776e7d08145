"""Sessions in the guide's `sessions` table: `sid`, `sess` (JSON) and `expire`."""

from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, router, transaction
from django.utils import timezone


class SessionStore(SessionBase):
    """Django's session engine over `accounts.Session`; survives a lost Redis."""

    @classmethod
    def get_model_class(cls) -> Any:
        # Models may not be imported while the settings that name this engine are loading.
        from accounts.models import Session

        return Session

    @property
    def model(self) -> Any:
        return self.get_model_class()

    def load(self) -> dict[str, Any]:
        row = self.model.objects.filter(sid=self.session_key, expire__gt=timezone.now()).first()
        if row is None:
            self._session_key = None
            return {}
        return dict(row.sess)

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(sid=session_key).exists())

    def create(self) -> None:
        while True:
            self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        sess = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        values = {"sess": sess, "expire": self.get_expiry_date()}
        using = router.db_for_write(self.model)
        if must_create:
            try:
                with transaction.atomic(using=using):
                    self.model.objects.using(using).create(sid=self.session_key, **values)
            except IntegrityError as error:
                raise CreateError from error
        elif not self.model.objects.using(using).filter(sid=self.session_key).update(**values):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        self.model.objects.filter(sid=session_key or self.session_key).delete()

    @classmethod
    def clear_expired(cls) -> None:
        """Remove sessions whose time is over (beat runs it hourly)."""
        cls.get_model_class().objects.filter(expire__lt=timezone.now()).delete()
