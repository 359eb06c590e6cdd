#!/bin/sh
# Runs each time a worker container starts: it waits for the queue and hands over.
set -e
python -m worker.wait_for_queue
exec "$@"
