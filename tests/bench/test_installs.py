from pathlib import Path

import pytest
from bench.installs import Package, from_npm, from_pip
from bench.processes import NotInstalled


class Kept(Package, frozen=True):
    """A package whose folder is the name of its folder, wherever that is."""

    @property
    def directory(self) -> Path:
        return Path(self.folder)


def test_without_node_a_package_of_npm_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="nodejs"):
        from_npm(Kept(str(tmp_path), "some-package", "1.0.0"))


def test_what_is_installed_is_left_as_it_is(tmp_path: Path) -> None:
    package = Kept(str(tmp_path), "no-such-package", "1.0.0")
    package.marker.touch()
    from_pip(package)
    assert list(tmp_path.iterdir()) == [package.marker]


def test_versions_are_installed_beside_each_other() -> None:
    folders = {Package("peer", "peer[all]", version).directory.name for version in ("1.0.0", "2.0.0")}
    assert folders == {"peer==1.0.0", "peer==2.0.0"}
