"""Whatever ends the server, its jobs go on where they were when it is started again."""

from benchmarks.server_kills import kill_again_and_again


def test_a_server_killed_with_all_its_processes_loses_and_doubles_no_line(tmp_path, sqlite_url):
    outcome = kill_again_and_again(tmp_path, sqlite_url, lines=4_000, kills=3, batch_lines=100)

    assert outcome.sound, outcome
    assert outcome.kills.total() == 3
