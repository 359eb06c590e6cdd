#!/bin/bash
# Look into a crashing pod without changing it.
kubectl debug pod/portal-6c9f --image=nicolaka/netshoot:v0.13@sha256:a20c2531bf35436ed3766cd6cfe89d352b050ccc4d7005ce6400adf97503da1b -it
