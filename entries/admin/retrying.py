"""Pages of the desk that write, tried again when another writer was in the way.

A form or a deletion is one transaction with all that its request does. Actions try again
themselves, each transaction on its own (`entries.models.locking.retry_deadlocks`).
"""

from collections.abc import Callable

from django.contrib import admin, messages
from django.contrib.messages.storage import default_storage
from django.db import OperationalError
from django.forms import ModelForm
from django.http import HttpResponse, HttpResponseRedirect

from entries.models.locking import is_momentary, retry_deadlocks

BUSY = (
    "The database was busy with other changes for too long. Nothing of yours is stored yet; "
    "what you typed stands below. Save again in a moment."
)
BUSY_ACTION = (
    "The database was busy with other changes for too long, and not everything was done. "
    "Do it again in a moment: what is done already is left as it is."
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
        # Show the form again as it was sent, with a sentence. This pass only reads.
        request.gave_up = True
        response = self._changeform_view(  # type: ignore[attr-defined]
            request, object_id, form_url, extra_context
        )
        if response.status_code == 200:
            response.status_code = 503
        return response

    def delete_view(self, request, object_id, extra_context=None):
        view = super().delete_view
        return self.or_say_so(
            request, lambda: retry_request(request, lambda: view(request, object_id, extra_context))
        )

    def changelist_view(self, request, extra_context=None):
        view = super().changelist_view
        return self.or_say_so(request, lambda: view(request, extra_context))

    def or_say_so(self, request, view: Callable[[], HttpResponse], back: str = "") -> HttpResponse:
        """Answer with the view; when the database is busy, go back with a message.

        `back` is the page to go to, by default the one that the request was for.
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
        return refusing(form) if hasattr(request, "gave_up") else form


def retry_request(request, view: Callable[[], HttpResponse]) -> HttpResponse:
    """Answer a request, and again from its beginning when others were in its way."""

    def answer() -> HttpResponse:
        # An earlier try has left messages, and has read the files to their end.
        request._messages = default_storage(request)
        for file in request.FILES.values():
            file.seek(0)
        return view()

    return retry_deadlocks(answer) if request.method == "POST" else view()


def refusing(form: type[ModelForm]) -> type[ModelForm]:
    """The form, but one that is never valid: it says that the database was busy."""

    def clean(self):
        cleaned = form.clean(self)
        self.add_error(None, BUSY)
        return cleaned

    return type(form.__name__, (form,), {"clean": clean})
