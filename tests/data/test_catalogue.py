import re

import pytest

from data import data_file, files, sources
from data.errors import UnknownSourceError

EPA = "factors/epa_supply_chain_v1_3_co2e_usd2022.csv"


def test_every_file_names_a_catalogued_source_and_every_source_has_a_file():
    assert {entry.source.id for entry in files().values()} == set(sources())


@pytest.mark.parametrize("entry", files().values(), ids=files())
def test_every_file_has_a_digest_and_a_size_and_says_how_it_was_made_where_it_is_not_upstreams(entry):
    assert re.fullmatch(r"[0-9a-f]{64}", entry.sha256)
    assert entry.bytes > 0
    assert entry.upstream_path
    assert bool(entry.how) != entry.identical_to_upstream


@pytest.mark.parametrize("source", sources().values(), ids=sources())
def test_every_source_has_a_licence_an_attribution_and_at_least_one_known_trap(source):
    assert source.licence
    assert source.attribution
    assert source.traps
    assert not source.repository or re.fullmatch(r"[0-9a-f]{40}|", source.commit)


def test_share_alike_files_and_no_others_lie_in_the_folder_of_their_own():
    apart = {name for name in files() if name.startswith("share_alike/")}
    assert apart == {name for name, entry in files().items() if entry.source.share_alike}
    assert {entry.source.licence for name, entry in files().items() if name in apart} == {
        "ODbL-1.0",
        "CC-BY-SA-4.0",
    }


def test_a_set_whose_hold_out_was_removed_is_never_downloadable():
    held_out = [entry for entry in files().values() if entry.holdout_removed]
    assert {entry.name for entry in held_out} >= {
        "labelled/austin_train.csv",
        "labelled/grocery_train.csv",
        "labelled/carbon_catalogue_train.csv",
        "labelled/public_lines_train.csv",
    }
    assert not any(entry.downloadable for entry in held_out)


def test_an_upstream_address_is_pinned_to_a_commit_and_its_path_is_quoted():
    rivm = data_file("labelled/rivm_food_2021.xlsx")
    assert rivm.upstream_url("https://raw.githubusercontent.com/") == (
        "https://raw.githubusercontent.com/aastroza/carbonada/9033bcc0f6caa14f8a139564912f88c4c58eced1/"
        "data/external/20210209_Database%20milieubelasting%20voedingsmiddelen%20v1def.xlsx"
    )


def test_key_columns_carry_their_unit():
    assert (
        data_file(EPA).units["Supply Chain Emission Factors with Margins"].startswith("kg CO2e per 2022 USD")
    )


def test_a_misspelt_name_gets_the_closest_ones():
    with pytest.raises(UnknownSourceError, match=re.escape(f"did you mean {EPA}")):
        data_file("factors/epa_supply_chain_v13_co2e_usd2022.csv")


def test_a_name_like_no_other_gets_the_command_that_lists_all():
    with pytest.raises(UnknownSourceError, match="ledgerprint data list"):
        data_file("?")
