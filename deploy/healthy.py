"""Exit 0 when the web server of this container can serve visitors: what its health check asks."""

import os
import sys
import urllib.request


def main() -> int:
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip().lstrip("*.") or "localhost"
    address = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz"
    # As the proxy would ask: otherwise the answer is a redirect to https, which nobody speaks in here.
    asked = urllib.request.Request(address, headers={"Host": host, "X-Forwarded-Proto": "https"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever http_proxy says
    try:
        opener.open(asked, timeout=5).close()
    except OSError as error:  # 503 among them
        sys.stderr.write(f"{address}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
