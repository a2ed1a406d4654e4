"""The program of the image that stands for MongoDB's: it takes what the official image's entry point takes."""

import os
import runpy
import sys

file = os.environ.get("MONGO_INITDB_ROOT_PASSWORD_FILE")
os.environ["NAMI_DATABASE_USER"] = os.environ.get("MONGO_INITDB_ROOT_USERNAME", "nami")
os.environ["NAMI_DATABASE_PASSWORD"] = open(file).read() if file else ""
sys.argv = ["database.py", "0.0.0.0", "27017", "/data/db"]
runpy.run_path("/database.py")
