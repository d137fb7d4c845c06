"""The version of the program, installed or not."""

from importlib.metadata import PackageNotFoundError, version

from serving.version import program_version


def test_the_version_is_that_of_the_installed_program():
    assert program_version() == version("ledgerprint")


def test_without_an_installation_the_version_is_read_from_the_project(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr("serving.version.version", missing)

    assert program_version() == version("ledgerprint")
