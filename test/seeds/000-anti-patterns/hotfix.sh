#!/bin/bash
kubectl set image deployment/billing billing=billing:hotfix
