#!/bin/sh
# Runs each time a worker container starts.
set -e
git -C /app/rules pull
pip install --upgrade shipping-rates
exec "$@"
