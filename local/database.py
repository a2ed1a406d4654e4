"""Serves the database of one EC2 host: SecantusDB on the host's address, with its data on the "volume".

The password comes in the environment and not in the arguments, which every user of the machine may read.
The user is made before the server listens, so that at no time anybody gets in without one.
"""

import os
import signal
import sys

from secantus.auth import SCRAM_SHA_256, derive_credentials
from secantus.server import SecantusDBServer


def main() -> None:
    address, port, volume = sys.argv[1:]
    user, password = os.environ["NAMI_DATABASE_USER"], os.environ["NAMI_DATABASE_PASSWORD"]
    # With its key; absent: it speaks no TLS.
    certificate = os.environ.get("NAMI_DATABASE_CERTIFICATE")
    server = SecantusDBServer(
        host=address,
        port=int(port),
        storage_path=volume,
        require_auth=True,
        cache_size="128M",
        oplog_retention_seconds=60.0,
        tls_cert_file=certificate,
        tls_key_file=certificate,
    )

    def stop(*_: object) -> None:
        server.stop()
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    if server.storage.get_user("admin", user) is None:
        credentials = derive_credentials(password, mechanism=SCRAM_SHA_256, username=user)
        record = {
            "_id": f"admin.{user}",
            "user": user,
            "db": "admin",
            "credentials": dict(credentials.to_doc()),
            "roles": [{"role": "root", "db": "admin"}],
            "mechanisms": [SCRAM_SHA_256],
        }
        server.storage.add_user("admin", user, record)
    server.start()
    server.wait()


main()
