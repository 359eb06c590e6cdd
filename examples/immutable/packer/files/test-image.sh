#!/bin/bash
# Run in the new machine image before it is kept.
set -euo pipefail
systemctl is-enabled tidewater-api amazon-cloudwatch-agent
test -x /usr/bin/tidewater-api
tidewater-api --version
