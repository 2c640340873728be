"""What a page that asks before deleting says, without listing every row that goes along."""

NAMED = 50


def summarise_deletion(modeladmin, objs, request):
    """Django's `get_deleted_objects`, but only of the objects themselves.

    Theirs walks through every tagging and enclosure, with a query for each, and lists
    them all.
    """
    objs = list(objs)
    names = [str(obj)[:100] for obj in objs[:NAMED]]
    if len(objs) > NAMED:
        names.append(f"… and {len(objs) - NAMED:,} more")
    options = modeladmin.opts
    lacking = set()
    if not modeladmin.has_delete_permission(request):
        lacking.add(options.verbose_name)
    return names, {options.verbose_name_plural: len(objs)}, lacking, []
