"""The program of the image that stands for MongoDB's: it takes what the official image's entry point takes."""

import logging
import os
import runpy
import sys
import types


class Geometry(types.ModuleType):
    """In place of shapely, which brings as much as all the rest, for a database that is asked for no place."""

    __path__ = ()

    def __getattr__(self, name):
        return type(name, (Exception,), {})


class EndsWithItsStorage(logging.Handler):
    """MongoDB's server ends when its storage has given up, after a failed write for instance, and recovers at its start."""

    def emit(self, record):
        error = record.exc_info and record.exc_info[1]
        print(record.getMessage(), error or "", file=sys.stderr, flush=True)
        if "WT_PANIC" in str(error):
            os._exit(14)


logging.getLogger().addHandler(EndsWithItsStorage())
for name in ("shapely", "shapely.errors", "shapely.geometry", "shapely.geometry.base"):
    sys.modules[name] = Geometry(name)

file = os.environ.get("MONGO_INITDB_ROOT_PASSWORD_FILE")
os.environ["NAMI_DATABASE_USER"] = os.environ.get("MONGO_INITDB_ROOT_USERNAME", "nami")
os.environ["NAMI_DATABASE_PASSWORD"] = open(file).read() if file else ""
if "--tlsCertificateKeyFile" in sys.argv:
    os.environ["NAMI_DATABASE_CERTIFICATE"] = sys.argv[sys.argv.index("--tlsCertificateKeyFile") + 1]
sys.argv = ["database.py", "0.0.0.0", "27017", "/data/db"]
runpy.run_path("/database.py")
