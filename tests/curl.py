"""Is there a curl on this machine?"""

import shutil

CURL = shutil.which("curl")
NO_CURL = "docs/getting_started.sh NOT RUN: no curl found"
