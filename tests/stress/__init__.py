"""Editors, bulk actions and imports on one real site at once; see `test_all_at_once.py`."""
