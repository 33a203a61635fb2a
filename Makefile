# Deux commandes suffisent : « make run » et « make test ».
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin

.PHONY: help run test check format train bench eval lock clean

help: ## Cette aide
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## Prépare tout, lance le service et affiche son adresse
	@scripts/preparer.sh service
	@exec $(BIN)/orientation serve

test: ## Prépare tout et lance tous les essais
	@scripts/preparer.sh dev
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

check: ## Format, règles de code, types, couches, contenus, dialogue
	@scripts/preparer.sh dev
	$(BIN)/ruff format --no-cache --check .
	$(BIN)/ruff check --no-cache .
	$(BIN)/mypy nlu knowledge assistant api orientation_client tests
	$(BIN)/lint-imports
	$(BIN)/orientation check

format: ## Met le code en forme
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

train: ## Entraîne le classifieur et le dialogue
	@scripts/preparer.sh service
	$(BIN)/orientation train

bench: ## Mesure la vitesse, en rapport à une référence
	@scripts/preparer.sh dev
	$(BIN)/python -m bench

eval: ## Mesure les réponses : conversations, orientation, compréhension, recherche
	@scripts/preparer.sh dev
	$(BIN)/python -m bench.evaluation

lock: ## Recalcule les verrous (requirements/*.txt) depuis les pyproject.toml
	scripts/verrouiller.sh

clean: ## Efface ce que make a installé et les données locales
	rm -rf .outils .venv .venv-rasa .donnees
