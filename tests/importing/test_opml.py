"""Import and export of OPML lists."""

from io import StringIO
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from entries.importing.opml import read_opml, write_opml
from entries.models import Source

HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<opml version="2.0"><head><title>x</title></head>'


def opml(*outlines):
    return f"{HEAD}<body>{''.join(outlines)}</body></opml>".encode()


def outline(url, text="A feed", type_="rss"):
    return f'<outline text="{text}" type="{type_}" xmlUrl="{url}"/>'


def folder(*outlines):
    return f'<outline text="A folder">{"".join(outlines)}</outline>'


def addresses(data):
    return read_opml("list.opml", data)[0]


def run_import(path):
    out, err = StringIO(), StringIO()
    call_command("import_opml", str(path), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def opml_file(tmp_path):
    def write(data):
        path = tmp_path / "list.opml"
        path.write_bytes(data)
        return path

    return write


def test_outlines_are_read_however_deep_they_are():
    data = opml(
        outline("https://a.example/f"),
        folder(outline("https://b.example/f"), folder(folder(outline("https://c.example/f")))),
    )

    assert addresses(data) == [f"https://{host}.example/f" for host in "abc"]


def test_an_address_that_is_listed_twice_counts_once():
    data = opml(outline("https://a.example/f"), folder(outline("https://a.example/f")))

    assert addresses(data) == ["https://a.example/f"]


@pytest.mark.parametrize(
    "written",
    [
        '<outline xmlUrl="https://a.example/f?x=1&amp;y=ü" text="no type"/>',
        '<outline type="rss" xmlURL="https://a.example/f?x=1&amp;y=ü"/>',
        '<outline type="RSS" xmlUrl=" HTTPS://a.example/f?x=1&#38;y=&#252; "/>',
        '<OUTLINE TYPE="rss" XMLURL="https://a.example/f?x=1&amp;y=ü"/>',
    ],
)
def test_outlines_are_read_in_each_of_the_ways_in_which_programs_write_them(written):
    assert addresses(opml(written)) == ["https://a.example/f?x=1&y=ü"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_list_is_read_in_its_encoding(encoding):
    text = opml(outline("https://a.example/ü")).decode()
    text = text.replace('encoding="utf-8"', f'encoding="{encoding.removesuffix("-sig")}"')

    assert addresses(text.encode(encoding)) == ["https://a.example/ü"]


def test_a_list_with_a_wrong_declaration_is_read_as_far_as_it_goes():
    data = opml(outline("https://a.example/f", "Ünder")).replace(b'"utf-8"', b'"klingon"')

    assert addresses(data) == ["https://a.example/f"]


def test_what_is_no_web_address_is_left_out_and_said_to_be():
    data = opml(
        outline("file:///etc/passwd"),
        outline("javascript:alert(1)"),
        outline("https://a.example/" + "x" * 3000),
        outline("https://b.example/f"),
    )

    found, left_out = read_opml("list.opml", data)

    assert found == ["https://b.example/f"]
    assert left_out[0] == "file:///etc/passwd is not an http address"
    assert "longer than 2000 characters" in left_out[2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "not an OPML file"),
        (b"\x00\xff\xfe binary", "not an OPML file"),
        (b"<!doctype html><p>Hello", "not an OPML file"),
        (b"<rss version='2.0'><channel/></rss>", "not an OPML file"),
        (opml(), "names no feed"),
        (opml(folder()), "names no feed"),
        (b"<opml><body><outline text=", "names no feed"),
    ],
)
def test_a_bad_file_is_answered_with_a_sentence(db, opml_file, data, reason):
    with pytest.raises(CommandError, match=reason):
        run_import(opml_file(data))


def test_a_file_that_is_not_there_is_answered_with_a_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="there is no such file"):
        run_import(tmp_path / "none.opml")


def test_a_file_that_breaks_off_gives_what_was_whole():
    whole = opml(outline("https://a.example/f"), outline("https://b.example/f"))

    assert addresses(whole[: whole.index(b"b.example")]) == ["https://a.example/f"]


def test_entities_are_not_unfolded():
    bomb = (
        '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
        + '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    )
    data = HEAD.replace("\n", bomb) + "<body>" + outline("https://a.example/&j;&file;") + "</body>"

    (url,) = addresses(data.encode())

    assert len(url) < 200
    assert "root" not in url


def test_an_address_with_a_password_is_refused_at_once_and_not_shown(db, opml_file):
    data = opml(
        outline("https://joe:sesame@a.example/f"),
        outline("https://sesame@b.example/f"),
        outline("https://joe:sesame@[c.example/f"),
        outline("https://d.example:port/f"),
        outline("https://e.example/@joe/feed"),
    )

    out, err = run_import(opml_file(data))

    assert out == "1 added, 0 known already, 4 left out\n"
    assert "left out: https://a.example/f: an address with a user name or a password" in err
    assert "sesame" not in err
    assert [source.url for source in Source.objects.all()] == ["https://e.example/@joe/feed"]


def test_a_list_that_names_what_came_as_a_file_has_it_asked(db, opml_file):
    Source.objects.create(url="http://a.example/f", status=Source.Status.FILE)
    assert not Source.objects.due().exists()

    run_import(opml_file(opml(outline("https://a.example/f"))))

    assert Source.objects.due().count() == 1


def test_new_feeds_are_added_and_known_ones_left_alone(db, opml_file):
    Source.objects.create(url="http://a.example/f", title="Mine")

    out, err = run_import(
        opml_file(
            opml(outline("https://a.example/f"), outline("https://b.example/f"), outline("ftp://c"))
        )
    )

    assert out == "1 added, 1 known already, 1 left out\n"
    assert err == "left out: ftp://c is not an http address\n"
    assert list(Source.objects.values_list("url", "title").order_by("url")) == [
        ("http://a.example/f", "Mine"),
        ("https://b.example/f", ""),
    ]
    assert Source.objects.due().count() == 2


def test_the_list_that_is_written_is_opml_2_and_comes_back_as_it_was(db, tmp_path):
    urls = ["https://a.example/f?x=1&y=2", "https://b.example/ü", "http://c.example/"]
    for url in urls:
        Source.objects.create(url=url, title='<"A" & b> \x0c', site_url="https://a.example/?<&")
    Source.objects.create(url="file:///home/ada/feed.xml")
    path = tmp_path / "out.opml"

    call_command("export_opml", output=str(path))

    root = ElementTree.fromstring(path.read_bytes())
    outlines = root.findall("body/outline")
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert root.findtext("head/title") == "Sources of Test stead"
    assert root.findtext("head/dateCreated")
    assert {one.get("type") for one in outlines} == {"rss"}
    assert {one.get("text") for one in outlines} == {'<"A" & b> '}
    assert {one.get("htmlUrl") for one in outlines} == {"https://a.example/?<&"}
    assert sorted(addresses(path.read_bytes())) == sorted(urls)


def test_the_list_is_written_to_stdout_unless_a_file_is_named(db, capsys):
    call_command("export_opml")

    assert capsys.readouterr().out == write_opml([])


def test_a_list_of_nothing_is_opml_all_the_same(db):
    assert ElementTree.fromstring(write_opml([]).encode()).find("body") is not None


def test_a_place_that_can_not_be_written_is_answered_with_a_sentence(db, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_opml", output=str(tmp_path / "none" / "out.opml"))
