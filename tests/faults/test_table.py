"""The table of faults, by number, with the tests that hold the client to what is required.

A row names tests of its own here, which hold on a service in memory and on one on a socket, and tests that stand with
the code they are about. All of them run with the suite; this file sees to it that no row is left without any.
"""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
RETRIES, DEADLINES, RESPONSES = "faults/test_retries.py", "faults/test_deadlines.py", "faults/test_responses.py"
PAGES, SKEW, ARGUMENTS = "faults/test_pages.py", "faults/test_clock_skew.py", "faults/test_arguments.py"
SECRETS, TRANSPORT, AUTHENTICATION = (
    "faults/test_secrets.py",
    "pipeline/test_transport.py",
    "pipeline/test_authentication.py",
)

CONNECTIONS, PIPELINES, HEADERS = (
    "pipeline/test_connections.py",
    "pipeline/test_both_pipelines.py",
    "faults/test_headers.py",
)

CANCELLATION, ASYNC_CLIENT, AIOHTTP = (
    "aio/test_cancellation.py",
    "aio/test_client.py",
    "pipeline/test_aiohttp_transport.py",
)

#: Number: what goes wrong, and the tests.
TABLE: dict[int, tuple[str, list[str]]] = {
    1: ("connection refused, GET", [f"{RETRIES}::test_a_refused_connection_is_tried_again_and_then_named"]),
    2: (
        "connection refused or reset, POST create",
        [
            f"{RETRIES}::test_a_refused_connection_is_tried_again_and_then_named",
            f"{RETRIES}::test_a_connection_refused_once_is_made_again_with_the_same_pair",
            f"{RETRIES}::test_every_operation_survives_a_reset",
        ],
    ),
    3: (
        "reset after the service committed the POST",
        [
            f"{RETRIES}::test_a_create_that_goes_wrong_on_the_way_makes_one_room",
            "faults/test_chaos.py::test_every_create_makes_one_room_in_the_midst_of_faults",
            "client/test_repeatability.py::test_a_create_that_another_process_repeats_makes_one_room",
        ],
    ),
    4: ("reset on PATCH", [f"{RETRIES}::test_every_operation_survives_a_reset"]),
    5: (
        "lost 204 on DELETE",
        [
            f"{RETRIES}::test_a_delete_whose_response_was_lost_has_deleted",
            f"{RETRIES}::test_a_404_behind_a_lost_response_of_a_delete_is_its_success",
            f"{RETRIES}::test_a_404_behind_an_attempt_that_did_nothing_is_a_404",
        ],
    ),
    6: (
        "429, 502, 408 on POST without Retry-After",
        [
            f"{RETRIES}::test_every_operation_survives_a_status_that_passes",
            f"{RETRIES}::test_waits_differ_by_chance",
        ],
    ),
    7: ("Retry-After: 100000", [f"{RETRIES}::test_a_wait_that_is_too_long_is_reported_and_not_waited"]),
    8: ("Retry-After garbage", [f"{RETRIES}::test_a_wait_that_is_none_is_ignored"]),
    9: (
        "503 for ever",
        [
            f"{RETRIES}::test_a_client_that_gives_up_raises_the_last_response",
            f"{DEADLINES}::test_a_wait_beyond_the_deadline_is_not_waited",
        ],
    ),
    10: (
        "the service hangs or drips",
        [
            f"{DEADLINES}::test_a_timeout_ends_a_call_that_the_service_draws_out",
            f"{DEADLINES}::test_a_timeout_ends_a_slow_response_over_tls",
            f"{DEADLINES}::test_a_timeout_ends_the_wait_for_a_connection_over_all_addresses",
        ],
    ),
    11: (
        "truncated body",
        [
            f"{RETRIES}::test_every_operation_survives_a_body_that_is_incomplete",
            f"{RESPONSES}::test_a_truncated_body_is_an_error_of_the_way_when_it_may_not_be_retried",
        ],
    ),
    12: (
        "200 with HTML, empty body, {}, null, wrong JSON type",
        [
            f"{RESPONSES}::test_a_body_that_is_none_is_a_decode_error_with_status_snippet_and_ids",
            f"{RESPONSES}::test_whatever_json_comes_only_errors_of_azure_core_come_out",
        ],
    ),
    13: (
        "optional member missing",
        [
            f"{RESPONSES}::test_members_that_are_missing_are_none",
            "wire/test_decoding.py::test_an_older_version_omits_pstn_dial_out",
        ],
    ),
    14: (
        "unknown role or identifier kind",
        [f"{RESPONSES}::test_an_unknown_role_and_an_unknown_kind_of_identifier_round_trip"],
    ),
    15: (
        "forms of date-times",
        [
            f"{RESPONSES}::test_every_form_of_a_time_is_an_aware_datetime_in_utc",
            "test_datetimes.py::test_a_date_time_of_the_service_is_read_to_the_microsecond_in_utc",
            "wire/test_decoding.py::test_a_room_is_read_with_its_times",
        ],
    ),
    16: (
        "gzip bomb, deep JSON, 1 GB body",
        [
            f"{TRANSPORT}::test_a_body_of_more_than_64_mib_is_rejected",
            f"{TRANSPORT}::test_a_body_that_grows_too_large_is_rejected_before_it_is_held",
            f"{RESPONSES}::test_a_body_that_is_none_is_a_decode_error_with_status_snippet_and_ids",
        ],
    ),
    17: (
        "redirect to another origin",
        ["faults/test_redirects.py::test_a_redirect_to_another_origin_is_not_followed_and_names_both"],
    ),
    18: ("redirect loop", ["faults/test_redirects.py::test_a_redirect_loop_ends_after_ten"]),
    19: (
        "nextLink to another host, scheme or port",
        [
            f"{PAGES}::test_a_link_to_another_host_scheme_or_port_is_rejected",
            f"{PAGES}::test_a_link_with_a_user_name_is_rejected",
            f"{PAGES}::test_a_token_of_another_service_is_rejected",
        ],
    ),
    20: (
        "nextLink repeated, empty, holding escapes",
        [
            f"{PAGES}::test_a_list_whose_links_lead_back_is_stopped",
            f"{PAGES}::test_an_empty_link_ends_a_list",
            f"{PAGES}::test_a_link_is_sent_as_the_service_wrote_it",
            "pipeline/test_signing_property.py::test_every_request_is_signed_over_the_bytes_on_the_wire",
        ],
    ),
    21: (
        "page 2 fails, caller calls next() again",
        [
            f"{PAGES}::test_a_page_that_fails_is_fetched_again_and_never_left_out",
            f"{PAGES}::test_a_token_resumes_at_the_page_that_failed_in_another_process",
        ],
    ),
    22: (
        "local clock off",
        [
            f"{SKEW}::test_a_client_whose_clock_is_wrong_works",
            f"{SKEW}::test_a_wrong_clock_costs_one_try",
            f"{SKEW}::test_the_correction_can_be_turned_off",
        ],
    ),
    23: (
        "First-Sent older than 5 minutes",
        [
            f"{RETRIES}::test_a_412_is_not_retried_and_explains_window_and_clock",
            f"{RETRIES}::test_a_create_is_not_sent_again_when_its_five_minutes_are_nearly_over",
            "client/test_repeatability.py::test_a_create_that_comes_too_late_names_what_to_look_for",
        ],
    ),
    24: (
        "room ids",
        [
            f"{ARGUMENTS}::test_a_room_id_that_is_none_sends_nothing",
            f"{ARGUMENTS}::test_any_other_room_id_is_one_segment",
            "wire/test_arguments.py::test_what_would_change_the_path_is_no_room_id",
            "pipeline/test_signing_property.py::test_a_room_id_is_one_segment_and_signed_as_such",
        ],
    ),
    25: (
        "naive datetime, date, str, DST gap, far offsets",
        [
            f"{ARGUMENTS}::test_a_time_that_is_none_sends_nothing",
            f"{ARGUMENTS}::test_times_go_out_in_utc",
            "test_datetimes.py::test_a_naive_datetime_is_local_time",
            "test_datetimes.py::test_a_datetime_that_utc_cannot_hold_is_a_value_error",
        ],
    ),
    26: (
        "participants",
        [
            f"{ARGUMENTS}::test_participants_that_are_none_send_nothing",
            f"{ARGUMENTS}::test_participants_go_out_once_each",
            "wire/test_arguments.py::test_participants_are_iterated_once_and_left_as_they_are",
        ],
    ),
    27: (
        "connection strings",
        [
            "pipeline/test_endpoint.py::test_a_wrong_connection_string_is_rejected_by_part_and_without_its_key",
            "pipeline/test_endpoint.py::test_a_key_that_is_not_base64_is_rejected_and_not_shown",
            f"{SECRETS}::test_a_connection_string_that_is_rejected_is_not_shown",
        ],
    ),
    28: (
        "key rotated, token near expiry, claims challenge",
        [
            f"{AUTHENTICATION}::test_a_rotated_key_signs_the_next_request",
            f"{AUTHENTICATION}::test_a_key_is_decoded_once_for_each_value",
            f"{AUTHENTICATION}::test_a_token_is_renewed_for_a_claims_challenge",
            f"{ARGUMENTS}::test_a_token_near_its_end_is_renewed",
        ],
    ),
    29: (
        "threads, fork, close",
        [
            f"{TRANSPORT}::test_64_threads_share_64_connections_without_a_warning",
            f"{TRANSPORT}::test_a_fork_has_connections_of_its_own",
            f"{TRANSPORT}::test_a_closed_client_is_closed_for_good",
        ],
    ),
    30: (
        "secrets",
        [
            f"{SECRETS}::test_no_secret_is_shown",
            f"{SECRETS}::test_a_log_of_bodies_that_is_requested_has_them_and_no_secret",
            f"{SECRETS}::test_a_client_cannot_be_pickled_or_copied",
            f"{SECRETS}::test_errors_can_be_pickled",
            f"{SECRETS}::test_models_can_be_pickled",
        ],
    ),
    31: (
        "http endpoint that is not loopback",
        [
            f"{ARGUMENTS}::test_nothing_goes_unencrypted_to_another_machine_unless_allowed",
            "pipeline/test_endpoint.py::test_http_to_another_machine_must_be_allowed",
        ],
    ),
    32: ("what is the caller's", [f"{ARGUMENTS}::test_nothing_of_the_callers_is_changed"]),
    33: (
        "misspelt keyword",
        [
            f"{ARGUMENTS}::test_a_misspelt_keyword_sends_nothing",
            "pipeline/test_options.py::test_a_misspelt_keyword_is_rejected_before_any_request",
            "project/test_misspelt_keywords.py::test_mypy_rejects_a_misspelt_keyword",
            "project/test_misspelt_keywords.py::test_pyright_rejects_a_misspelt_keyword",
        ],
    ),
    34: (
        "interim responses before the final one",
        [
            f"{CONNECTIONS}::test_interim_responses_are_skipped_and_each_request_gets_its_own",
            f"{AIOHTTP}::test_an_interim_response_is_skipped",
            f"{AIOHTTP}::test_a_switch_of_protocols_is_an_error_and_the_next_request_gets_its_own_response",
            f"{CONNECTIONS}::test_a_response_that_was_not_read_to_its_end_ends_its_connection",
            f"{RESPONSES}::test_the_connection_of_a_408_is_not_used_again",
        ],
    ),
    35: (
        "malformed response to a DELETE that was carried out",
        [
            f"{CONNECTIONS}::test_a_delete_with_a_malformed_response_and_a_404_behind_it_has_deleted",
            f"{CONNECTIONS}::test_an_error_of_tls_while_reading_is_one_of_the_response",
            f"{RESPONSES}::test_malformed_headers_are_an_error_at_once_and_the_request_is_sent_again",
            f"{PIPELINES}::test_a_404_after_an_attempt_that_may_have_arrived_is_marked",
        ],
    ),
    38: (
        "idle connections",
        [
            f"{CONNECTIONS}::test_idle_connections_are_bounded_and_the_oldest_go",
            f"{CONNECTIONS}::test_an_idle_connection_expires",
            f"{CONNECTIONS}::test_a_call_after_long_idling_has_a_new_connection",
        ],
    ),
    39: (
        "Retry-After as an HTTP date while the local clock is wrong",
        [
            f"{RETRIES}::test_a_date_to_wait_for_is_compared_with_the_date_of_the_response",
            f"{PIPELINES}::test_a_date_to_wait_for_is_compared_with_the_date_of_the_response",
        ],
    ),
    40: (
        "misspelt keyword of the constructor",
        ["pipeline/test_options.py::test_a_misspelt_keyword_of_a_client_is_rejected_with_the_nearest_name"],
    ),
    42: (
        "headers that are None or cannot be sent, interrupts",
        [
            f"{HEADERS}::test_a_header_that_is_none_is_left_out",
            f"{HEADERS}::test_a_header_that_cannot_be_sent_is_named",
            f"{HEADERS}::test_no_frame_holds_the_signature_of_an_interrupted_call",
            f"{PIPELINES}::test_whatever_ends_a_call_takes_the_credentials_off",
            f"{HEADERS}::test_headers_of_another_type_are_named",
            f"{TRANSPORT}::test_the_credentials_of_a_proxy_are_sent_as_utf_8",
        ],
    ),
    43: ("empty pages", [f"{PAGES}::test_empty_pages_with_more_behind_them_are_passed_over"]),
    44: (
        "async: cancelled at any await of any operation",
        [
            f"{CANCELLATION}::test_a_call_that_is_cancelled_leaves_nothing_behind",
            f"{CANCELLATION}::test_a_cancelled_create_resumed_with_its_pair_makes_one_room",
            f"{CANCELLATION}::test_a_timeout_of_asyncio_stays_one",
            "faults/test_chaos.py::test_every_create_makes_one_room_in_the_midst_of_faults",
        ],
    ),
    45: (
        "async: a kept connection ends",
        [f"{AIOHTTP}::test_a_kept_connection_that_ended_is_an_error_and_the_request_is_not_sent_again"],
    ),
    46: (
        "async: several loops; never closed",
        [
            f"{ASYNC_CLIENT}::test_one_client_serves_three_loops_and_two_threads",
            f"{ASYNC_CLIENT}::test_a_client_never_closed_is_one_warning",
            f"{AIOHTTP}::test_a_transport_never_closed_is_one_warning",
        ],
    ),
}
#: Rows about what only sockets do: connections refused, rooms really made, responses drawn out, threads, frames.
ON_SOCKETS = {1, 3, 10, 29, 30, 34, 35, 38, 44, 45, 46}
#: Rows with nothing to send: what is wrong is reported when the client is made.
WITHOUT_A_SERVICE = {27, 31, 40}
#: Rows about other libraries in the same process (36, 37) and about a caller's ``cls`` (41) stand with those tests.
ELSEWHERE = {36, 37, 41}


def functions(file: str) -> dict[str, ast.FunctionDef]:
    """The tests of a file, by name."""
    tree = ast.parse((TESTS / file).read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_row_is_in_the_table() -> None:
    assert sorted({*TABLE, *ELSEWHERE}) == list(range(1, 47))


@pytest.mark.parametrize("number", TABLE)
def test_the_tests_of_a_row_are_there(number: int) -> None:
    _, tests = TABLE[number]
    assert tests
    for test in tests:
        file, _, name = test.partition("::")
        assert name in functions(file), test


def fixtures(number: int) -> set[str]:
    """All that the tests of a row request."""
    requested = set()
    for test in TABLE[number][1]:
        file, _, name = test.partition("::")
        requested |= {argument.arg for argument in functions(file)[name].args.args}
    return requested


@pytest.mark.parametrize("number", sorted(set(TABLE) - WITHOUT_A_SERVICE - ON_SOCKETS))
def test_a_row_holds_in_memory_and_on_a_socket(number: int) -> None:
    assert "service" in fixtures(number)


@pytest.mark.parametrize("number", sorted(ON_SOCKETS - {3}))
def test_a_row_about_sockets_holds_on_one(number: int) -> None:
    assert fixtures(number) & {"server", "closed_port"}


def test_rooms_that_are_really_made_are_made_by_the_emulator() -> None:
    assert "emulator" in fixtures(3)
