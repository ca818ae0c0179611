#!/bin/sh
# Makes .env of .env.example, with a random value for each secret that is empty; a .env that is there stays as it is.
set -eu
cd "$(dirname "$0")/.."
[ ! -e .env ] || exit 0
umask 077
while IFS= read -r line; do
  case $line in
    '#'*) ;;
    *=) line=$line$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n') ;;
  esac
  printf '%s\n' "$line"
done <.env.example >.env.unfinished
mv .env.unfinished .env
