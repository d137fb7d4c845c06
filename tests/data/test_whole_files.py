"""Files appear whole or not at all."""

import pytest

from data.errors import OutputError
from data.whole_files import put_whole, write_whole


def test_texts_keep_their_line_ends_and_bytes_what_they_are(tmp_path):
    write_whole("é\r\nb\n", tmp_path / "a.txt")
    write_whole(b"\xff\x00", tmp_path / "b.bin")
    assert (tmp_path / "a.txt").read_bytes() == "é\r\nb\n".encode()
    assert (tmp_path / "b.bin").read_bytes() == b"\xff\x00"


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ValueError, MemoryError])
def test_whatever_stops_the_writing_leaves_the_earlier_file_and_nothing_beside_it(tmp_path, fault):
    path = tmp_path / "a.txt"
    path.write_text("earlier")

    def break_off(scratch):
        scratch.write_text("half of")
        raise fault

    with pytest.raises(fault):
        put_whole(path, break_off)
    assert path.read_text() == "earlier"
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def test_a_link_stays_one_and_its_file_is_replaced(tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.txt").write_text("earlier")
    (tmp_path / "a.txt").symlink_to(tmp_path / "far" / "a.txt")
    write_whole("later", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").is_symlink()
    assert (tmp_path / "far" / "a.txt").read_text() == "later"


def test_a_place_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(OutputError, match="Cannot write"):
        write_whole("x", tmp_path / "nowhere" / "a.txt")
