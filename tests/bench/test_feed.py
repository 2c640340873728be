from collections import Counter

from entries.importing.fetching.fetched import read_path
from entries.importing.importer import import_document
from entries.models import Entry
from tests.bench.feed import COMMON_TAG, URL, write_feed


def test_the_feed_of_the_benchmark_has_every_kind_in_the_shapes_of_the_sample(db, tmp_path):
    file, again = tmp_path / "feed.atom", tmp_path / "again.atom"
    write_feed(file, 100)
    write_feed(again, 100)

    report = import_document(read_path(str(file), URL))

    kinds = Counter(Entry.objects.values_list("kind", flat=True))
    assert report.counts == {"created": 100}
    assert set(kinds) == set(Entry.Kind.values)
    assert kinds.most_common(1)[0][0] == "link"
    assert Entry.objects.filter(kind="link").exclude(via_url="").exists()
    assert Entry.objects.filter(taggings__tag__name=COMMON_TAG).count() == 34
    assert not Entry.objects.filter(content__contains="Tags:").exists()
    assert 1_300 < file.stat().st_size / 100 < 1_800
    assert file.read_bytes() == again.read_bytes()
