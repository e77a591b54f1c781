#!/usr/bin/env bash
# Chromium for the browser tests, where the package manager allows; says so in one line where not.
set -u
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
  || command -v google-chrome >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "Installing Chromium for the browser tests"
  if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium; } >/dev/null 2>&1; then
    exit 0
  fi
fi
echo "SKIPPED: browser tests need Chromium, which could not be installed here (Debian: apt-get install chromium)"
