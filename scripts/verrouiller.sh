#!/usr/bin/env bash
# Recalcule les verrous : versions et empreintes, sans adresse de dépôt.
set -euo pipefail
cd "$(dirname "$0")/.."
export UV_SYSTEM_CERTS=1
UV=.outils/bin/uv
OPTIONS=(--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet
  --python-version 3.11 --python-platform x86_64-manylinux_2_28)
"$UV" pip compile pyproject.toml "${OPTIONS[@]}" --output-file requirements/service.txt "$@"
"$UV" pip compile pyproject.toml --extra dev "${OPTIONS[@]}" --output-file requirements/dev.txt "$@"
(cd assistant/rasa && "../../$UV" pip compile pyproject.toml --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --quiet --output-file ../../requirements/rasa.txt "$@")
