"""What holds for the repository as a whole."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.local.processes import ROOT


def files(*patterns: str) -> list[Path]:
    """The files that are, or are about to be, in the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode != 0:
        pytest.skip("this is no checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_address_of_a_package_index_is_written_down() -> None:
    addresses = re.compile(
        rb"(?:extra-|default-)?index-url\s*[= ]\s*\S*://|(?:pypi|pythonhosted|npmjs)\.(?:org|com)"
        rb"|registry\s*=\s*\S*://|--find-links|^-i\s+http",
        re.MULTILINE,
    )
    found = [
        path for path in files() if path != Path(__file__) and addresses.search(path.read_bytes())
    ]
    assert found == []


def test_every_locked_package_is_pinned_by_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        packages = re.findall(r"^[a-z0-9][^\n]*==[^\n]*\\\n((?:    --hash=[^\n]*\n)+)", text, re.M)
        assert len(packages) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 40


def test_the_development_lock_holds_the_versions_that_run() -> None:
    def versions(name: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9][^ ;\\]*==[^ ;\\]*", (ROOT / name).read_text(), re.M))

    assert versions("requirements.lock") - versions("requirements-dev.lock") == set()


def test_no_migration_asks_for_an_extension_or_a_collation() -> None:
    asked = re.compile(
        r"CREATE\s+(EXTENSION|COLLATION)|CreateExtension|\w+Extension\(\)|CreateCollation"
        r"|db_collation\s*=|COLLATE\s+\"",
        re.IGNORECASE,
    )
    migrations = files("*/migrations/*.py")
    assert len(migrations) >= 5
    assert [path.name for path in migrations if asked.search(path.read_text())] == []


def test_continuous_integration_runs_the_very_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = re.findall(r"^```[a-z]*\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in commands for line in block.splitlines()]
    tests = [line for line in lines if re.search(r"\btest\b", line)]
    assert tests == ["make test"]
    assert (ROOT / ".ci" / "run").read_text().rstrip().splitlines()[-1] == tests[0]
    assert "make run" in lines


def test_no_file_of_code_is_longer_than_400_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): len(path.read_text().splitlines())
        for path in files("*.py", "*.css", "*.js", "*.html")
        if "migrations" not in path.parts
    }
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def test_make_lists_what_it_makes() -> None:
    made = subprocess.run(["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True).stdout
    for target in ("run", "test", "check", "bench", "lock", "shots"):
        assert re.search(rf"^  make {target}\s+\S", made, re.MULTILINE), target
