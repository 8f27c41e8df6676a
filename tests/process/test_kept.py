"""What is kept in PLANO_HOME."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planoai.process.kept import write


def test_a_file_is_seen_by_its_owner_alone_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    write(file, b"first")
    write(file, b"second")
    assert file.read_bytes() == b"second"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_of_several_that_write_at_once_one_is_kept_whole(tmp_path: Path) -> None:
    file = tmp_path / "prices.json"
    data = [bytes([number]) * 3_000_000 for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(lambda each: write(file, each), data):
            assert file.read_bytes() in data
    assert file.read_bytes() in data
    assert list(tmp_path.iterdir()) == [file]


def test_what_can_not_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "prices.json"
    folder.mkdir()
    with pytest.raises(IsADirectoryError):
        write(folder, b"first")
    assert list(tmp_path.iterdir()) == [folder]
