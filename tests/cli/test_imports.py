"""What a command may import, and the processor time that it may take."""

import json
import subprocess
import sys

import pytest

HEAVY = ["numba", "scipy", "pandas", "matplotlib", "statsmodels", "plotly", "pyarrow"]
PROGRAM = """
import json, sys
HEAVY = {heavy}
from paget.cli import main
sys.argv = ["paget", *{arguments}]
try:
    main()
except SystemExit as end:
    code = end.code or 0
import resource
used = resource.getrusage(resource.RUSAGE_SELF)
loaded = [name for name in HEAVY if name in sys.modules]
print(json.dumps([code, loaded, used.ru_utime + used.ru_stime]), file=sys.stderr)
"""

# Seconds of processor time: measured 0.2 and 0.6 on an idle core; three times that, for busy machines.
CASES = {"--help": 0.9, "scenarios": 1.2, "check atc-natural-history": 2.4, "check atc-network": 2.4, "new trial": 0.9}


@pytest.mark.parametrize("arguments", CASES)
def test_light_commands_stay_light(arguments):
    program = PROGRAM.format(heavy=HEAVY, arguments=arguments.split())
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    code, loaded, seconds = json.loads(done.stderr.splitlines()[-1])
    assert (code, loaded) == (0, [])
    assert seconds < CASES[arguments]
