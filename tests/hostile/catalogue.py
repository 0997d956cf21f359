"""Every hostile input, once: the cases that are laid here, and those that other tests hold already, by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hostile import backends, documents, sdists, trees
from hostile.case import Case

CASES: Final[tuple[Case, ...]] = (*documents.CASES, *trees.CASES, *backends.CASES, *sdists.CASES)

ELSEWHERE: Final[Mapping[str, str]] = {
    # Text on the screen.
    "OSC 52, titles, C1 and bidi in everything that a screen shows": "tui/test_real_terminal.py::"
    "test_nothing_hostile_reaches_the_terminal",
    "the same on every page, and in artifacts": "tui/test_real_terminal.py::"
    "test_nothing_hostile_reaches_it_from_any_page",
    "names, output and settings by the real program in a real terminal": "hostile/test_screen.py::"
    "test_nothing_of_it_reaches_the_terminal_and_it_leaves_with_0",
    "markup in names, errors and logs": "tui/test_screen.py::test_hostile_text_is_shown_and_not_obeyed",
    "the same in plain lines": "cli/test_plain.py::test_nothing_hostile_reaches_a_terminal",
    "an endless line": "test_sanitise.py::test_an_endless_line_is_held_in_bounded_memory",
    "halves of characters in JSON": "cli/test_plain.py::test_json_has_a_form_for_halves_of_characters_too",
    "a pipe in place of settings.toml": "settings/test_settings.py::test_a_pipe_in_its_place_holds_nobody",
    # pyproject.toml.
    "numbers of 5,000 digits, nesting of 3,000, NUL in paths, names longer than any file's": "native/"
    "test_hostile_values.py::test_a_hostile_value_is_the_authors_mistake_and_leaves_no_old_artifact",
    "a backend-path outside, absolute, through a link, with a NUL": "isolated/test_project.py::"
    "test_a_backend_path_that_leads_out_is_a_mistake",
    # Backends.
    "a backend that ignores SIGTERM, daemonises, or prints for ever": "isolated/test_hostile_hooks.py::"
    "test_cancel_ends_everything_however_it_resists",
    "a gigabyte of output": "isolated/test_hostile_hooks.py::"
    "test_a_gigabyte_of_output_is_bounded_in_memory_and_in_the_log",
    "a process left running": "isolated/test_hostile_hooks.py::"
    "test_a_process_that_a_hook_leaves_running_is_ended_and_said",
    "a hook without end": "isolated/test_hostile_hooks.py::test_a_hook_that_takes_too_long_is_ended",
    "a hook that kills what runs it": "isolated/test_hostile_hooks.py::"
    "test_a_hook_that_kills_its_server_is_a_failure_with_words",
    "wheels that are wrong in one way each": "isolated/test_acceptance.py::test_a_wheel_is_refused",
    "sdists that are wrong in one way each": "isolated/test_acceptance.py::test_an_sdist_is_refused",
    "what a backend writes into the tree": "session/test_backend_writes.py::"
    "test_what_a_program_of_the_backend_writes_again_and_again_is_no_change_for_ever",
    # The output directory.
    "dist as a link": "publish/test_directory.py::test_a_symbolic_link_is_refused_in_plain_words",
    "dist swapped in mid-build": "machine/test_disk.py::"
    "test_an_output_directory_swapped_for_a_link_in_mid_build_diverts_nothing",
    "dist deleted in mid-build": "machine/test_disk.py::test_an_output_directory_deleted_in_mid_build",
    "an artifact's name planted as a link": "machine/test_disk.py::"
    "test_a_link_in_a_targets_place_is_removed_and_not_followed",
    "an artifact's name planted as a hard link": "machine/test_disk.py::"
    "test_a_hard_link_in_a_targets_place_is_left_whole_elsewhere",
    "an artifact's name planted as a folder": "machine/test_disk.py::test_a_folder_in_a_targets_place",
    "an artifact's name planted in mid-build": "machine/test_disk.py::"
    "test_a_file_that_somebody_puts_there_in_mid_build_is_not_overwritten",
    "lock and ledger planted as traps": "machine/test_disk.py::test_our_own_files_replaced_by_traps_are_no_disaster",
    "a lock that is another file too": "publish/test_lock.py::"
    "test_a_lock_file_that_is_another_file_too_is_locked_and_not_written",
    "a note in the lock that no builder wrote": "publish/test_lock.py::test_a_note_that_no_builder_wrote_names_nobody",
    "a ledger with any wrong value": "test_ledger.py::test_a_ledger_with_a_wrong_value_is_damaged",
    "a history of figures that nobody can show": "test_history.py::test_figures_that_nobody_could_show_are_passed_over",
    "umask 077 and 000": "machine/test_disk.py::test_the_umask_decides_who_may_read_an_artifact",
    "two builders on one directory": "machine/test_two_at_once.py::"
    "test_two_projects_share_a_directory_and_neither_loses_an_artifact",
    # Archives.
    "an archive cut off anywhere": "archive/test_unpack.py::"
    "test_what_stops_before_its_end_is_damaged_wherever_it_stops",
    "a bomb in the padding or in a header": "archive/test_unpack.py::"
    "test_a_bomb_in_the_padding_or_in_a_header_is_no_way_round_the_limit",
    "an archive behind the archive": "archive/test_unpack.py::test_a_second_archive_behind_the_first_is_refused",
    "metadata made of the builder's own files": "cli/test_sdist_file.py::"
    "test_metadata_made_of_the_builders_own_files_is_refused",
    "the holes of a sparse member": "inspection/test_contents.py::test_the_holes_of_a_sparse_member_are_not_read",
    "a member of absurd size": "inspection/test_contents.py::test_a_member_of_absurd_size_is_refused_at_once",
    # Sources that move.
    "a source file that vanishes while it is read": "session/test_session.py::"
    "test_a_file_that_vanished_while_it_was_read_leads_to_one_more_build",
    "a source file that comes and goes in mid-build": "session/test_session.py::"
    "test_a_file_that_came_and_went_in_mid_build_is_in_the_artifact_and_in_no_look",
}
"""What comes in, and the test that holds it, below ``tests/``."""
