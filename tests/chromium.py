"""Is there a browser on this machine?"""

import shutil

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_BROWSER = "browser tests NOT RUN: no Chromium found"
