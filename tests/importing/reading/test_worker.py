"""Reading a document in a worker process, which may be killed at any moment."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entries.importing.errors import ParseError, WorkerError
from entries.importing.fetching.fetched import Fetched
from entries.importing.normalizing.entry_values import EntryValues
from entries.importing.normalizing.item import ImportContext, make_item_or_skip, try_find_values
from entries.importing.parsing.feed_data import EntryData
from entries.importing.reading import worker
from entries.importing.reading.reading import read_document
from tests.importing.atom import FEED, entry, feed

ROOT = Path(__file__).parents[3]
FRAME = ImportContext(datetime(2024, 6, 1, tzinfo=UTC), UTC, UTC, 1, "https://blog.example/")
PATIENCE = 60  # seconds to wait for something that should happen at once


def fetched(data, name=FEED):
    return Fetched(name, data, url=name)


def many_tags(number=1_400):
    """Returns HTML that takes long to clean, because both sanitisers check each of its tags."""
    return "<p>" + "<b>x</b> <i>y</i> " * number + "</p>"


@pytest.fixture
def slow_feed():
    """Takes seconds to clean, many times as long as the others here."""
    return feed(*(entry(number, many_tags()) for number in range(30)))


def read_all(reading, size=10):
    for number, items in reading.batches(size, FRAME):
        yield from zip(items, reading.cleaner(number)(range(len(items))), strict=True)


def test_entries_come_in_batches_with_their_values():
    with read_document(fetched(feed(*map(entry, range(25))))) as reading:
        read = list(read_all(reading))
        at_end = reading.is_at_end()

    assert reading.feed.title == "A blog of examples"
    assert [item.data.title for item, _ in read] == [f"Post {number}" for number in range(25)]
    assert read[24][1].fields.content == "<p>Text of post 24.</p>"
    assert at_end


def test_a_limit_leaves_the_rest_unread():
    with read_document(fetched(feed(*map(entry, range(25))))) as reading:
        numbers = [len(items) for _, items in reading.batches(10, FRAME, limit=12)]
        at_end = reading.is_at_end()

    assert (numbers, at_end) == ([10, 2], False)


def test_a_batch_that_was_read_ahead_is_given_once():
    titles = []
    with read_document(fetched(feed(*map(entry, range(25))))) as reading:
        for number, items in reading.batches(10, FRAME):
            reading.go_on()
            values = reading.cleaner(number)([0, len(items) - 1])
            titles += [item.data.title for item in items]
            assert values[-1].fields.title == items[-1].data.title

    assert titles == [f"Post {number}" for number in range(25)]


def test_a_batch_of_long_entries_has_fewer_of_them():
    long = "x" * 1_500_000

    with read_document(fetched(feed(*(entry(n, long) for n in range(3))))) as reading:
        numbers = [len(items) for _, items in reading.batches(200, FRAME)]

    assert numbers == [2, 1]


def test_what_is_no_feed_is_refused_by_the_name_that_it_was_asked_by():
    with (
        pytest.raises(ParseError, match=r"^feed\.xml: it is an HTML page"),
        read_document(Fetched("feed.xml", b"<!doctype html><html>")),
    ):
        pass


def test_one_process_reads_one_document_after_the_other():
    pids = set()
    for number in range(3):
        with read_document(fetched(feed(entry(number)))) as reading:
            pids.add(reading.worker.process.pid)

    assert len(pids) == 1
    assert os.getpid() not in pids


def test_documents_that_are_read_at_the_same_time_have_a_process_each():
    with (
        read_document(fetched(feed(entry(1)))) as one,
        read_document(fetched(feed(entry(2)))) as other,
    ):
        titles = [item.data.title for reading in (one, other) for item, _ in read_all(reading)]

    assert titles == ["Post 1", "Post 2"]
    assert one.worker.process.pid != other.worker.process.pid


def test_a_document_that_runs_wild_is_given_up_and_the_next_is_read(slow_feed):
    with (
        pytest.raises(WorkerError, match=r"more than 1 seconds of computing time"),
        read_document(fetched(slow_feed), cpu_seconds=1) as reading,
    ):
        list(read_all(reading))

    with read_document(fetched(feed(entry(1)))) as reading:
        assert len(list(read_all(reading))) == 1


def test_each_document_has_its_computing_time_to_itself():
    data = feed(*(entry(number, many_tags(300)) for number in range(3)))
    spent, pids = 0.0, set()
    while spent < 2:
        with read_document(fetched(data), cpu_seconds=1) as reading:
            assert len(list(read_all(reading))) == 3
            pids.add(reading.worker.process.pid)
            spent = cpu_seconds_of(reading.worker.process.pid)

    assert len(pids) == 1


def test_a_process_that_is_killed_is_an_error_and_the_next_document_has_another(slow_feed):
    with read_document(fetched(slow_feed)) as reading:
        next(reading.batches(10, FRAME))
        reading.worker.process.kill()
        with pytest.raises(WorkerError, match=r"ended in the midst.*signal 9"):
            reading.cleaner(0)(range(10))
    killed = reading.worker.process.pid

    with read_document(fetched(feed(entry(1)))) as reading:
        assert len(list(read_all(reading))) == 1
        assert reading.worker.process.pid != killed


def test_a_process_that_was_killed_while_it_was_idle_is_replaced():
    with read_document(fetched(feed(entry(1)))) as reading:
        pid = reading.worker.process.pid
    os.kill(pid, signal.SIGKILL)
    reading.worker.process.wait()

    with read_document(fetched(feed(entry(1)))) as reading:
        assert len(list(read_all(reading))) == 1


def test_a_document_that_takes_too_much_memory_is_given_up(monkeypatch):
    monkeypatch.setattr(worker, "idle", [])
    data = feed(*(entry(number, "x" * 100_000) for number in range(300)))

    with read_document(fetched(feed())) as reading:
        # A negative length lowers the limit on memory to 50 MB.
        reading.ask("limit", 60, -MORE_THAN_ALL)
        with pytest.raises(WorkerError, match=r"memory"):
            reading.open(fetched(data))

    with read_document(fetched(feed(entry(1)))) as reading:
        assert len(list(read_all(reading))) == 1


# A document with minus this number of bytes may take 50 MB.
MORE_THAN_ALL = (worker.MIN_MEMORY_BYTES - 50_000_000) // worker.MEMORY_BYTES_PER_BYTE


WHOLE = EntryData(guid="urn:y", title="Whole")
# A state that none of our adapters produces.
SPOILT = EntryData(guid="urn:x", title="Spoilt", link=None, body=None)


def test_an_entry_over_which_reading_raises_is_skipped_with_the_reason():
    items = [
        make_item_or_skip(place, data, FRAME) for place, data in enumerate([WHOLE, SPOILT, WHOLE])
    ]

    assert [bool(item.skip) for item in items] == [False, True, False]
    assert "an error of this program's own while it was read: AttributeError" in items[1].skip
    assert "Traceback" in items[1].error
    assert (items[1].guid, items[1].data.title) == ("urn:x", "Spoilt")
    assert isinstance(try_find_values(WHOLE), EntryValues)
    assert "AttributeError" in try_find_values(SPOILT).reason


def test_while_it_waits_it_gives_signs_of_life(monkeypatch):
    monkeypatch.setattr("entries.importing.reading.reading.WAIT_SECONDS", 0.001)
    signs = []

    with read_document(fetched(feed(entry(1, many_tags()))), lambda: signs.append(1)) as reading:
        list(read_all(reading))

    assert signs


OWNER = """
import sys, time
from entries.importing.reading.reading import read_document
from entries.importing.fetching.fetched import Fetched
from tests.importing.reading.test_worker import FRAME, many_tags
from tests.importing.atom import entry, feed

html = many_tags()
with read_document(Fetched("x", feed(*(entry(n, html) for n in range(30))))) as reading:
    print(reading.worker.process.pid, flush=True)
    for number, items in reading.batches(200, FRAME):
        reading.cleaner(number)(range(len(items)))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_process_ends_with_its_owner(how):
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    pid = int(owner.stdout.readline())
    assert is_alive(pid)

    owner.send_signal(how)
    owner.wait(PATIENCE)

    assert ends(pid)


def test_a_forked_process_starts_one_of_its_own():
    with read_document(fetched(feed(entry(1)))) as reading:
        ours = reading.worker.process.pid
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:
        with suppress(BaseException), read_document(fetched(feed(entry(2)))) as reading:
            titles = [item.data.title for item, _ in read_all(reading)]
            os.write(writer, f"{titles} {reading.worker.process.pid != ours}".encode())
        worker.end_idle()
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)

    assert os.read(reader, 1000) == b"['Post 2'] True"
    with read_document(fetched(feed(entry(3)))) as reading:
        assert reading.worker.process.pid == ours
        assert len(list(read_all(reading))) == 1
    os.close(reader)


def cpu_seconds_of(pid):
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def is_alive(pid):
    """True if the process runs. A zombie does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def ends(pid):
    given_up = time.monotonic() + PATIENCE
    while is_alive(pid) and time.monotonic() < given_up:
        time.sleep(0.05)
    return not is_alive(pid)
