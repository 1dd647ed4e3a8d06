"""Api-versions: which are known, which pass, and what each lacks."""

from enum import Enum
from typing import Any

import pytest

from azure.communication.rooms import ApiVersion
from azure.communication.rooms._wire.versions import DEFAULT_VERSION, resolve_version

KNOWN = ["2022-02-01", "2023-03-31-preview", "2023-06-14", "2023-10-30-preview", "2024-04-15", "2025-03-13"]


def test_the_default_is_the_newest_known() -> None:
    assert [version.value for version in ApiVersion] == KNOWN
    assert DEFAULT_VERSION is ApiVersion.V2025_03_13


@pytest.mark.parametrize("version", ApiVersion)
def test_a_version_is_plain_text_however_it_is_written(version: ApiVersion) -> None:
    assert resolve_version(version).text == resolve_version(version.value).text == version.value
    assert type(resolve_version(version).text) is str
    assert f"{version}" == str(version) == version.value


class Mine(str, Enum):
    """Versions of a caller's own."""

    STABLE = "2024-04-15"


def test_a_version_of_another_enum_counts_by_its_value() -> None:
    assert resolve_version(Mine.STABLE).text == "2024-04-15"


@pytest.mark.parametrize(
    ("version", "has"),
    [*zip(KNOWN, [False, False, False, True, True, True]), ("2026-01-01", True), ("2026-06-30-preview", True)],
)
def test_pstn_dial_out_exists_from_2023_10_30_preview_on(version: str, has: bool) -> None:
    assert resolve_version(version).has("pstn_dial_out_enabled") is has


@pytest.mark.parametrize("version", ["2025-03-14", "2026-01-01-preview", "2030-12-31-preview-2"])
def test_a_version_later_than_the_newest_known_passes_as_it_is(version: str) -> None:
    assert resolve_version(version).text == version


@pytest.mark.parametrize(
    "version",
    ["", "latest", "2021-04-07", "2025-02-28", "2025-03-13-preview", "20260101", "2026-01-01&x=y", "2026-1-1"],
)
def test_any_other_version_is_rejected_with_a_list_of_the_known(version: str) -> None:
    with pytest.raises(ValueError, match="is not known") as caught:
        resolve_version(version)
    assert str(caught.value) == (
        f"api_version {version!r} is not known. Use one of {', '.join(KNOWN)}, or a later version of the service."
    )


@pytest.mark.parametrize(("version", "kind"), [(None, "NoneType"), (20250313, "int"), (b"2025-03-13", "bytes")])
def test_a_version_is_text(version: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"^api_version must be an ApiVersion or a str, not {kind}$"):
        resolve_version(version)


def test_what_a_version_lacks_is_rejected_with_both_versions_named() -> None:
    with pytest.raises(ValueError, match="pstn_dial_out_enabled does not exist in api-version 2023-06-14") as caught:
        resolve_version("2023-06-14").require("pstn_dial_out_enabled")
    assert "Versions that have it: 2023-10-30-preview, 2024-04-15, 2025-03-13 and later." in str(caught.value)


def test_what_one_version_alone_has_is_rejected_with_its_name() -> None:
    assert str(resolve_version("2026-01-01").lacks("room_join_policy")) == (
        "room_join_policy does not exist in api-version 2026-01-01. Versions that have it: 2022-02-01. "
        "Create the client with one of those, or leave it out."
    )
