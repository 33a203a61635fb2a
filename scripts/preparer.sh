#!/usr/bin/env bash
# Prépare tout ce qu'il faut dans le dossier du projet, et seulement ce qui manque.
#   scripts/preparer.sh service   de quoi lancer le service
#   scripts/preparer.sh dev       de quoi vérifier et tester, en plus
set -euo pipefail
cd "$(dirname "$0")/.."
# Les certificats du système : ceux d’un réseau d’administration y sont.
# Rien n'est écrit ailleurs que dans ce dossier ; une réserve commune se donne par UV_CACHE_DIR.
export UV_CACHE_DIR="${UV_CACHE_DIR:-$PWD/.outils/reserve}" PIP_NO_CACHE_DIR=1
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1

dire() { printf '→ %s\n' "$*"; }
echouer() { printf '\n✗ %s\n' "$*" >&2; exit 1; }

trouver_python() {
  local candidat
  for candidat in "${PYTHON:-}" python3.11 python3 python; do
    [ -n "$candidat" ] || continue
    if "$candidat" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
      "$candidat" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echouer "Il manque CPython 3.11 avec ses modules venv et ensurepip (Debian : apt install python3.11 python3.11-venv) ; si vous l'avez ailleurs, indiquez-le par PYTHON=/chemin/python3.11."
}

installer_uv() {
  [ -x .outils/bin/uv ] && cmp -s requirements/uv.txt .outils/uv.txt && return
  dire "Installation de l'installateur (uv)…"
  "$PYTHON_311" -m venv .outils
  .outils/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
  cp requirements/uv.txt .outils/uv.txt
}

# installer ENVIRONNEMENT VERROU MESSAGE [options]
installer() {
  local environnement=$1 verrou=$2 message=$3
  shift 3
  cmp -s "$verrou" "$environnement/$(basename "$verrou")" && return
  dire "$message"
  [ -x "$environnement/bin/python" ] || .outils/bin/uv venv --quiet --python "$PYTHON_311" "$environnement"
  .outils/bin/uv pip install --quiet --python "$environnement/bin/python" --require-hashes "$@" -r "$verrou"
  cp "$verrou" "$environnement/$(basename "$verrou")"
}

installer_projet() {
  [ -x .venv/bin/orientation ] && cmp -s pyproject.toml .venv/pyproject.toml && return
  dire "Installation de la commande « orientation »…"
  .outils/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
  cp pyproject.toml .venv/pyproject.toml
}

installer_chromium() {
  [ -x "${ORIENTATION_CHROMIUM:-/usr/bin/chromium}" ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    dire "Installation de Chromium pour les essais de page…"
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-dejavu-core >/dev/null
  else
    dire "Chromium est absent : les essais de page seront passés (Debian : apt install chromium)."
  fi
}

command -v git >/dev/null || echouer "Il manque git."
PYTHON_311=$(trouver_python)
installer_uv
installer .venv requirements/service.txt "Installation du service (environ 90 paquets)…"
# Rasa a son propre environnement : ses dépendances ne s'accordent pas avec celles du service.
installer .venv-rasa requirements/rasa.txt "Installation de Rasa (environ 145 paquets, 1,7 Go)…" --no-deps --compile-bytecode
if [ "${1:-service}" = dev ]; then
  installer .venv requirements/dev.txt "Installation des outils de vérification…"
  installer_chromium
fi
installer_projet
