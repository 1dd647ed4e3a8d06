"""Signatures: known values, and another value for every part that is tampered with.

The content hashes were recorded on requests to the live service; the signature was made once by hand.
"""

import base64

import pytest

from azure.communication.rooms._pipeline.signing import content_hash, sign, string_to_sign

KEY = base64.b64decode("MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=")
PARTS = {
    "method": "GET",
    "target": "/rooms?api-version=2025-03-13",
    "date": "Thu, 27 Mar 2025 06:42:12 GMT",
    "host": "contoso.communication.azure.com",
    "body_hash": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
}
SIGNATURE = "+g9AwyO94vCwL/aatdNyxqM307Aft6jyU7y/skrY8D8="


@pytest.mark.parametrize(
    ("body", "digest"),
    [
        (b"", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
        (b"{}", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
        (
            b'{"validFrom": null, "validUntil": null, "pstnDialOutEnabled": false}',
            "2xVVJJKx5brgL5bSWgeu9hhccJP/PkHHEzXUfUClsMI=",
        ),
        (
            b'{"validFrom": null, "validUntil": null, "pstnDialOutEnabled": true}',
            "QQKbDQ8A0x7b9852DAZ3wjSpELmfU1PGiuAyzF0GbQg=",
        ),
        (
            (
                b'{"validFrom": null, "validUntil": null, "pstnDialOutEnabled": false, '
                b'"participants": {"acs:8-invalidMRI": {"role": "Presenter"}}}'
            ),
            "StjPbZ+anErZes8IJRa2STDgsBYIizhcGHmw6U39sio=",
        ),
    ],
)
def test_a_content_hash_is_that_of_the_live_service(body: bytes, digest: str) -> None:
    assert content_hash(body) == digest


def test_the_string_to_sign_has_no_line_feed_at_its_end() -> None:
    assert string_to_sign(**PARTS) == (
        "GET\n/rooms?api-version=2025-03-13\nThu, 27 Mar 2025 06:42:12 GMT;contoso.communication.azure.com;"
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    )


def test_a_signature_is_the_known_one() -> None:
    assert sign(KEY, string_to_sign(**PARTS)) == SIGNATURE


@pytest.mark.parametrize(
    ("part", "other"),
    [
        ("method", "POST"),
        ("target", "/rooms?api-version=2025-03-14"),
        ("target", "/rooms/?api-version=2025-03-13"),
        ("date", "Thu, 27 Mar 2025 06:42:13 GMT"),
        ("host", "contoso.communication.azure.com:443"),
        ("body_hash", "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="),
    ],
)
def test_a_signature_changes_with_every_part(part: str, other: str) -> None:
    assert sign(KEY, string_to_sign(**{**PARTS, part: other})) != SIGNATURE


def test_a_signature_changes_with_the_key() -> None:
    assert sign(KEY[:-1] + b"e", string_to_sign(**PARTS)) != SIGNATURE
