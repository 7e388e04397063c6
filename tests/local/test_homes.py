"""A home's directories, sockets, locks and secret."""

import stat
from pathlib import Path

import pytest

from ipeo.local import Home, local_secret
from ipeo.local.homes import LONGEST_SOCKET_PATH, POSTGRES_SOCKET, ROOT, HomeUnusable


def test_the_home_lies_beside_manage_py_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("IPEO_HOME", raising=False)
    assert Home.from_environment().path == ROOT / ".ipeo"
    assert (ROOT / "manage.py").exists()
    monkeypatch.setenv("IPEO_HOME", str(tmp_path))
    assert Home.from_environment().path == tmp_path


def test_only_its_owner_may_enter_a_home(home: Path) -> None:
    place = Home(home / "new")
    place.make()
    assert {stat.S_IMODE(p.stat().st_mode) for p in (place.path, place.run)} == {0o700}


def test_a_home_that_cannot_be_made_is_told_plainly(home: Path) -> None:
    (home / "file").touch()
    with pytest.raises(HomeUnusable, match="IPEO_HOME cannot be used"):
        Home(home / "file" / "below").make()


def test_sockets_lie_in_the_home_where_their_path_is_short_enough(home: Path) -> None:
    place = Home(home)
    place.make()
    assert place.sockets() == home / "run"


@pytest.mark.parametrize("name", ["x" * 90, "with a space", "with,comma"])
def test_other_sockets_lie_in_a_private_directory_that_is_remembered(home: Path, name: str) -> None:
    place = Home(home / name)
    place.make()
    sockets = place.sockets()
    assert len(str(sockets / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert place.sockets() == sockets
    sockets.chmod(0o755)
    exposed, again = sockets, place.sockets()
    assert again != exposed, "one that others can enter is not used again"
    for directory in (exposed, again):
        directory.rmdir()


def test_a_lock_is_shared_or_held_alone(home: Path) -> None:
    place = Home(home)
    place.make()
    one, other, third = (place.lock("users") for _ in range(3))
    one.share()
    other.share()
    assert not third.try_hold()
    one.release()
    other.release()
    assert third.try_hold()
    assert one.is_held_alone()
    third.release()
    assert not one.is_held_alone()


def test_a_home_has_one_secret_that_only_its_owner_reads(home: Path) -> None:
    secret = local_secret(home)
    assert len(secret) >= 50
    assert local_secret(home) == secret
    assert stat.S_IMODE((home / "secret_key").stat().st_mode) == 0o600
    assert local_secret(home / "other") != secret
