"""Raw ids of users that rooms take, and of some they do not."""

ALICE, BOB, CAROL, DAVE = (
    f"8:acs:11111111-2222-4333-8444-555555555555_66666666-7777-4888-8999-{number:012d}" for number in range(1, 5)
)
INVALID_RAW_ID = "wrong_mri"
