"""The summary on pages that ask before deleting."""

MAX_NAMED_OBJECTS = 50


def summarise_deletion(modeladmin, objs, request):
    """Replacement for ModelAdmin.get_deleted_objects that lists only the objects themselves.

    Django's also lists every tagging and enclosure, with a query for each. Names at most
    MAX_NAMED_OBJECTS.
    """
    objs = list(objs)
    names = [str(obj)[:100] for obj in objs[:MAX_NAMED_OBJECTS]]
    if len(objs) > MAX_NAMED_OBJECTS:
        names.append(f"… and {len(objs) - MAX_NAMED_OBJECTS:,} more")
    options = modeladmin.opts
    lacking = set()
    if not modeladmin.has_delete_permission(request):
        lacking.add(options.verbose_name)
    return names, {options.verbose_name_plural: len(objs)}, lacking, []
