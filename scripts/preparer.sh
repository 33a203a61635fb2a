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

# Une première installation : les deux environnements, la réserve, la base (en Mo).
PLACE_ATTENDUE=5000 PLACE_EPUISEE=200
place_libre() { df -Pm . | awk 'NR == 2 { print $4 }'; }

verifier_place() {
  local libre
  libre=$(place_libre)
  [ "$libre" -ge "$PLACE_ATTENDUE" ] || echouer "Il reste $libre Mo sur le disque de ce dossier et l'installation en demande environ $PLACE_ATTENDUE : libérez de la place, puis recommencez."
}

# obtenir COMMANDE… : dit quoi faire quand un installateur échoue ; ce qui est fait n'est pas refait.
obtenir() {
  "$@" && return
  [ "$(place_libre)" -ge "$PLACE_EPUISEE" ] || echouer "Il n'y a plus de place sur le disque de ce dossier : libérez-en, puis recommencez."
  echouer "L'installation n'a pas abouti (l'installateur dit pourquoi ci-dessus) : vérifiez l'accès à Internet et, derrière un réseau d'administration, HTTPS_PROXY, PIP_INDEX_URL et UV_DEFAULT_INDEX, puis recommencez."
}

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
  verifier_place
  dire "Installation de l'installateur (uv)…"
  obtenir "$PYTHON_311" -m venv .outils
  obtenir .outils/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
  cp requirements/uv.txt .outils/uv.txt
}

# installer ENVIRONNEMENT VERROU MESSAGE [options]
installer() {
  local environnement=$1 verrou=$2 message=$3
  shift 3
  cmp -s "$verrou" "$environnement/$(basename "$verrou")" && return
  verifier_place
  dire "$message"
  [ -x "$environnement/bin/python" ] || obtenir .outils/bin/uv venv --quiet --python "$PYTHON_311" "$environnement"
  obtenir .outils/bin/uv pip install --quiet --python "$environnement/bin/python" --require-hashes "$@" -r "$verrou"
  cp "$verrou" "$environnement/$(basename "$verrou")"
}

installer_projet() {
  [ -x .venv/bin/orientation ] && cmp -s pyproject.toml .venv/pyproject.toml && return
  dire "Installation de la commande « orientation »…"
  obtenir .outils/bin/uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
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

[ -w . ] || echouer "Ce dossier n'est pas modifiable par votre compte : l'installation s'y fait tout entière. Changez ses droits, ou copiez le projet dans un dossier à vous."
command -v git >/dev/null || echouer "Il manque git (Debian : apt install git)."
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
