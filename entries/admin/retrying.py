"""A ModelAdmin that tries again when another writer has locked the same rows.

A form or a deletion is one transaction, and its whole request is tried again. Actions try each of
their transactions again (`entries.models.locking.retry_deadlocks`).
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.messages.storage import default_storage
from django.db import OperationalError
from django.forms import ModelForm
from django.http import HttpResponse, HttpResponseRedirect

from entries.models.locking import is_momentary, retry_deadlocks

BUSY = (
    "The database was busy with other changes for too long. Your changes are not stored yet: "
    "you find them below. Save again in a moment."
)
BUSY_ACTION = (
    "The database was busy with other changes for too long, and the action was not completed. "
    "Repeat it in a moment: rows that are done already will not change again."
)


class RetryingAdmin(admin.ModelAdmin):
    """A ModelAdmin for rows that imports and other editors write at the same time."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        view = super().changeform_view
        try:
            return retry_request(request, lambda: view(request, object_id, form_url, extra_context))
        except OperationalError as error:
            if not is_momentary(error):
                raise
        # Show the form again with the data that was sent and a message. This only reads.
        request.was_busy = True
        response = self._changeform_view(  # type: ignore[attr-defined]
            request, object_id, form_url, extra_context
        )
        if response.status_code == 200:
            response.status_code = 503
        return response

    def delete_view(self, request, object_id, extra_context=None):
        view = super().delete_view
        return self.answer_or_redirect(
            request, lambda: retry_request(request, lambda: view(request, object_id, extra_context))
        )

    def changelist_view(self, request, extra_context=None):
        view = super().changelist_view
        return self.answer_or_redirect(request, lambda: view(request, extra_context))

    def answer_or_redirect(
        self, request, view: Callable[[], HttpResponse], back: str = ""
    ) -> HttpResponse:
        """Call the view. If the database is busy, redirect to `back` with a message.

        The default for `back` is the requested page.
        """
        try:
            return view()
        except OperationalError as error:
            if not is_momentary(error):
                raise
        self.message_user(request, BUSY_ACTION, messages.ERROR)
        return HttpResponseRedirect(back or request.get_full_path())

    def delete_queryset(self, request, queryset):
        delete = super().delete_queryset
        retry_deadlocks(lambda: delete(request, queryset.all()))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return busy_form(form) if hasattr(request, "was_busy") else form


def retry_request(request, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Call the view. Call it again after a deadlock or a lock timeout."""

    def answer() -> HttpResponse:
        # A failed try has added messages, and has read uploaded files to their end.
        request._messages = default_storage(request)
        for file in request.FILES.values():
            file.seek(0)
        return view()

    return retry_deadlocks(answer) if request.method == "POST" else view()


def busy_form(form: type[ModelForm]) -> type[ModelForm]:
    """A subclass of a form that is never valid: its error says that the database was busy."""

    def clean(self):
        cleaned = form.clean(self)
        self.add_error(None, BUSY)
        return cleaned

    return type(form.__name__, (form,), {"clean": clean})
