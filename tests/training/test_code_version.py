import shutil

from training.code_version import PACKAGES, code_version


def test_it_changes_with_the_code_and_with_nothing_else(tmp_path):
    for name in PACKAGES:
        (tmp_path / name).mkdir()
        (tmp_path / name / "module.py").write_text(f"NAME = {name!r}\n")
    before = code_version(tmp_path)
    copy = shutil.copytree(tmp_path, tmp_path / "copy")
    (tmp_path / "data" / "notes.md").write_text("no code")
    assert code_version(tmp_path) == code_version(copy) == before
    (tmp_path / "models" / "rules.toml").write_text("a = 1\n")
    changed = code_version(tmp_path)
    (tmp_path / "models" / "rules.toml").rename(tmp_path / "models" / "other.toml")
    assert len({before, changed, code_version(tmp_path)}) == 3


def test_the_project_has_one():
    assert len(code_version()) == 16
