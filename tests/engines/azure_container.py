"""Makes a container in Azurite: azure_container.py PORT NAME. The key is the one that Azurite's own documentation gives."""

import base64
import email.utils
import hashlib
import hmac
import sys
import urllib.error
import urllib.request

port, name = sys.argv[1:]
account = "devstoreaccount1"
key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
date, version = email.utils.formatdate(usegmt=True), "2021-08-06"
signed = (
    "PUT" + "\n" * 12 + f"x-ms-date:{date}\nx-ms-version:{version}\n/{account}/{account}/{name}\nrestype:container"
)
signature = base64.b64encode(hmac.new(base64.b64decode(key), signed.encode(), hashlib.sha256).digest()).decode()
request = urllib.request.Request(
    f"http://127.0.0.1:{port}/{account}/{name}?restype=container",
    method="PUT",
    headers={"x-ms-date": date, "x-ms-version": version, "Authorization": f"SharedKey {account}:{signature}"},
)
try:
    urllib.request.urlopen(request, timeout=2).read()
except urllib.error.HTTPError as answer:
    if answer.code != 409:  # It is there already.
        raise SystemExit(answer.read().decode()) from None
