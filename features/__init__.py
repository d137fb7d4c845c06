"""What a line says: its schema, its money, its text, and whether it is a purchase at all."""

import os

# Threads that wait for each other sleep. Left to themselves they spin, and where programs share cores (a
# service and its jobs, tests beside a training) most of the time goes into that: docs/operations.md, "Size".
# It must be said before scikit-learn, PyTorch or LightGBM are loaded; whoever says otherwise is heard.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
