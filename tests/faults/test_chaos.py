"""Row 3, many times over: in the midst of faults every create makes one room. The same code as benchmarks/chaos.py."""

import chaos
import pytest
from fault_proxy import NAMES


@pytest.mark.parametrize("is_async", [False, True], ids=["threads", "tasks, half of them cancelled"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_create_makes_one_room_in_the_midst_of_faults(seed: int, is_async: bool) -> None:
    outcome = chaos.run(creates=150, threads=4, seed=seed, is_async=is_async)
    assert len(outcome.returned) == len(outcome.held) == 150
    assert outcome.returned == set(outcome.held)
    assert min(outcome.done.values()) >= 5
    assert set(outcome.done) == set(NAMES)
