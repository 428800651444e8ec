# zhiye. `make` or `make help` tells what there is; `make run` is all a first look needs.
PYTHON ?= python3
ARGS ?=
PORT ?=
SHELL := /bin/sh
BIN := .venv/bin
LOCKED := requirements.lock pyproject.toml tools/bootstrap.sh \
	$(wildcard contracts/pyproject.toml services/*/pyproject.toml gateway/pyproject.toml deploy/launcher/pyproject.toml)

# A checkout that was moved or copied has stamps that are no longer true.
ifneq ($(shell head -n 3 $(BIN)/pip 2>/dev/null | grep -cF "$(shell pwd -P)/.venv/"),1)
  $(shell rm -f .venv/.runtime .venv/.all)
endif

# Tests depend on nothing around them but ZHIYE_TEST_POSTGRES and ZHIYE_TEST_AMQP, both optional.
CLEAN_ENV := env -u PYTHONPATH -u PYTEST_ADDOPTS \
	$(addprefix -u ,$(filter-out ZHIYE_TEST_%,$(filter ZHIYE_%,$(.VARIABLES))))

.DEFAULT_GOAL := help
.PHONY: help run demo test test-all fuzz check format generate bench lock reset clean

help: ## 列出所有命令（LANG=en 显示英文） | list the commands
	@awk -v lang="$(LANG)" -F '##' '/^[a-z-]+:.*##/ { \
		name = $$1; sub(/:.*/, "", name); split($$2, text, "\\|"); \
		told = (lang ~ /^en/) ? text[2] : text[1]; gsub(/^ +| +$$/, "", told); \
		printf "  make %-10s %s\n", name, told }' $(firstword $(MAKEFILE_LIST))

.venv/.runtime: $(LOCKED)
	@PYTHON="$(PYTHON)" tools/bootstrap.sh runtime
	@touch $@

.venv/.all: $(LOCKED)
	@PYTHON="$(PYTHON)" tools/bootstrap.sh all
	@touch .venv/.runtime $@

run: .venv/.runtime ## 安装并启动整个系统，带演示数据 | install and start everything, with demo data
	@$(BIN)/zhiye run $(if $(PORT),--port $(PORT)) $(ARGS)

demo: .venv/.runtime ## 在已启动的系统上演示护士首次注册 | tell a nurse's registration against the running system
	@$(BIN)/zhiye demo $(if $(PORT),--address http://127.0.0.1:$(PORT)) $(ARGS)

test: .venv/.all ## 运行测试（不含慢测试） | run the tests, without the slow ones
	$(CLEAN_ENV) $(BIN)/python -m pytest -m "not slow" $(ARGS)

test-all: .venv/.all ## 运行全部测试 | run all tests
	$(CLEAN_ENV) $(BIN)/python -m pytest $(ARGS)

fuzz: .venv/.all ## 按接口描述长时间模糊测试 | a longer schema-driven fuzz
	$(CLEAN_ENV) $(BIN)/python -m pytest tests/journeys/test_fuzz.py -m slow -s $(ARGS)

check: .venv/.all ## 检查格式、类型、依赖方向和生成的文件 | check format, types, imports and generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy contracts/src services/*/src gateway/src deploy/launcher/src
	$(BIN)/lint-imports
	$(BIN)/zhiye generate --check

format: .venv/.all ## 整理代码格式 | format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

generate: .venv/.all ## 重新生成接口和政策文档 | write the generated contracts and documents anew
	$(BIN)/zhiye generate

bench: .venv/.all ## 测量性能，写入 docs/benchmarks.md | measure, and write docs/benchmarks.md
	$(BIN)/python -m tests.bench $(ARGS)

lock: .venv/.all ## 锁定依赖的确切版本（升级用 ARGS=--upgrade） | write the exact versions (ARGS=--upgrade for newer ones)
	$(BIN)/uv lock $(ARGS)
	$(BIN)/uv export -q --all-packages --all-groups --no-emit-workspace --no-header --no-annotate \
		-o requirements.lock

reset: ## 删除内置数据库和演示数据（先停止系统） | delete the embedded database and demo data (stop first)
	@if [ -e var/postgres.lock ] && ! flock -n var/postgres.lock true; then \
		echo "zhiye 正在运行，请先停止 / zhiye is running, stop it first"; exit 1; fi
	@if [ -L var/postgres ]; then rm -rf "$$(readlink -f var/postgres)"; fi
	rm -rf var

clean: ## 删除虚拟环境和缓存，保留数据 | delete the environment and caches, keep the data
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
