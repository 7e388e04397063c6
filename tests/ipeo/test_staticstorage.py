"""Static files are collected under the hash of their content, and compressed once."""

import os

from ipeo.staticstorage import CollectedFiles

RULE = b".one { color: red }\n" * 40


def collect(directory):
    """Collect everything in a directory; return the names that were compressed on the way."""
    storage = CollectedFiles(location=directory, base_url="/static/")
    paths = {one.name: (storage, one.name) for one in directory.glob("*.css") if one.stem in "ab"}
    done = list(storage.post_process(paths))
    compressed = {name for name, made, _ in done if made and made.endswith((".gz", ".br"))}
    return storage, compressed


def test_each_file_is_served_under_the_hash_of_its_content_and_compressed(tmp_path):
    (tmp_path / "a.css").write_bytes(RULE)
    storage, compressed = collect(tmp_path)
    named = storage.stored_name("a.css")
    assert named != "a.css"
    assert compressed == {"a.css", named}
    for ending in (".gz", ".br"):
        assert (tmp_path / f"{named}{ending}").stat().st_size < len(RULE) / 4


def test_a_later_start_compresses_what_changed_alone(tmp_path):
    (tmp_path / "a.css").write_bytes(RULE)
    (tmp_path / "b.css").write_bytes(RULE)
    collect(tmp_path)
    assert collect(tmp_path)[1] == set()

    (tmp_path / "b.css").write_bytes(RULE * 2)
    os.utime(tmp_path / "b.css", (1, 1))
    storage, compressed = collect(tmp_path)
    assert compressed == {"b.css", storage.stored_name("b.css")}
