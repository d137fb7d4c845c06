import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(("said", "found"), [({}, "PASSIVE"), ({"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE")])
def test_waiting_threads_sleep_unless_somebody_said_otherwise(said, found):
    environment = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"} | said
    program = (
        "import sys, features, os\n"
        "assert not {'sklearn', 'torch', 'lightgbm'} & set(sys.modules)\n"
        "print(os.environ['OMP_WAIT_POLICY'])"
    )

    ran = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )

    assert ran.stdout.strip() == found
