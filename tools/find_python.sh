#!/bin/sh
# Prints an interpreter of Python 3.11, 3.12 or 3.13 that has venv and pip: $PYTHON if set, else the first one found.
set -u
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[123].*/bin/python}; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null
    then
        echo "$candidate"
        exit 0
    fi
done
echo "paget needs Python 3.11, 3.12 or 3.13 with venv and pip; say which with: make PYTHON=/path/to/python3" >&2
exit 1
