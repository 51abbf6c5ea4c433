#!/bin/sh
# A machine of the tests runs no service that a package brings.
exit 101
