#!/bin/bash
# The old way: twenty machines, one loop.
for host in $(cat hosts.txt); do
  ssh ops@"$host" 'sudo apt-get update && sudo apt-get upgrade -y'
done
