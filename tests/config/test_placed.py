"""Paths in a config are relative to the folder of its file."""

from collections.abc import Mapping

import pytest
from msgspec import Struct

from planoai.config.kinds import FilePath, Url
from planoai.config.placed import placed


class Leaf(Struct, frozen=True):
    path: FilePath | None = None
    url: Url = "http://h"
    name: str = "a/b"


class Branch(Struct, frozen=True):
    leaf: Leaf
    many: tuple[Leaf, ...] = ()
    named: Mapping[str, Leaf] = {}
    paths: tuple[FilePath, ...] = ()
    maybe: Leaf | None = None
    words: tuple[str, ...] = ("c/d",)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("a.pem", "/etc/plano/a.pem"), ("../a.pem", "/etc/plano/../a.pem"), ("/a.pem", "/a.pem"), (None, None)],
)
def test_a_path_is_joined_to_the_folder_wherever_it_stands(path: str | None, expected: str | None) -> None:
    leaf, there = Leaf(path), Leaf(expected)
    made = Branch(leaf, (leaf, Leaf()), {"x": leaf}, (path,) if path else (), leaf)
    assert placed(made, "/etc/plano") == Branch(
        there, (there, Leaf()), {"x": there}, (expected,) if expected else (), there
    )


def test_without_a_folder_paths_stay_as_they_are_written() -> None:
    made = Branch(Leaf("a.pem"), paths=("b/c",))
    assert placed(made, "") == made


def test_what_holds_no_path_is_not_made_anew() -> None:
    class Bare(Struct, frozen=True):
        name: str = "a/b"

    made = Bare()
    assert placed(made, "/etc") is made
