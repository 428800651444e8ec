"""The compose profile, checked without an engine: no service is forgotten, no secret is in it."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

import zhiye_chassis.telemetry
from zhiye_launcher.registry import SERVICES

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
DOCKERFILE = ROOT / "deploy/docker/Dockerfile"
DASHBOARDS = sorted((ROOT / "deploy/grafana/dashboards").glob("*.json"))
PROCESSES = (*SERVICES, "gateway")
METRICS = {
    "http_requests_total",
    "http_request_duration_seconds_bucket",
    "outbox_pending",
    "outbox_oldest_age_seconds",
    "events_published_total",
    "events_consumed_total",
    "event_lag_seconds_bucket",
    "dead_letters",
    "retries_waiting",
    "queue_messages",
    "applications",
}
_PROMQL_WORDS = {
    *("sum", "max", "by", "rate", "increase", "deriv", "histogram_quantile", "vector"),
    *("and", "or", "le", "service", "status", "queue", "state", "result", "up"),
}


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return parsed


def _environment(service: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = service.get("environment", {})
    return found


def members() -> set[str]:
    """Folders of the uv workspace, as its patterns find them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    patterns: list[str] = settings["tool"]["uv"]["workspace"]["members"]
    return {
        str(file.parent.relative_to(ROOT))
        for pattern in patterns
        for file in ROOT.glob(f"{pattern}/pyproject.toml")
    }


def metric_names(expression: str) -> set[str]:
    """The names in a PromQL expression that are neither functions, labels nor values."""
    bare = re.sub(r'"[^"]*"|\[[^\]]*\]|\{[^}]*\}', " ", expression)
    return set(re.findall(r"[a-z_][a-z0-9_]*", bare)) - _PROMQL_WORDS


def test_every_service_of_the_repository_is_started() -> None:
    folders = {path.parent.name for path in (ROOT / "services").glob("*/pyproject.toml")}
    assert folders - {"chassis"} == set(SERVICES)
    assert set(PROCESSES) <= set(compose()["services"])


@pytest.mark.parametrize("name", PROCESSES)
def test_every_process_serves_itself_and_is_checked(name: str) -> None:
    service = compose()["services"][name]
    assert service["command"][:2] == ["serve", name]
    assert service["command"][-4:] == ["--host", "0.0.0.0", "--port", "8000"]
    assert "http://127.0.0.1:8000/readyz" in service["healthcheck"]["test"][-1]
    assert service["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "topology": {"condition": "service_completed_successfully"},
    }


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_a_database_of_its_own(name: str) -> None:
    url = compose()["services"][name]["environment"]["ZHIYE_DATABASE_URL"]
    assert url.startswith("postgresql+asyncpg://")
    assert url.endswith(f"/zhiye_{name}")


def test_only_accounts_can_sign_tokens_and_only_the_gateway_is_published() -> None:
    services = compose()["services"]
    signing = [n for n, s in services.items() if "ZHIYE_JWT_PRIVATE_KEY" in _environment(s)]
    assert signing == ["accounts"]
    published = {
        name: port
        for name, service in services.items()
        for port in service.get("ports", [])
        if not port.startswith("127.0.0.1:")
    }
    assert published == {"gateway": "${ZHIYE_PORT:-8080}:8000"}


def test_the_gateway_knows_every_service() -> None:
    upstreams = json.loads(compose()["services"]["gateway"]["environment"]["ZHIYE_UPSTREAMS"])
    assert upstreams == {name: f"http://{name}:8000" for name in SERVICES}


def test_every_image_is_pinned_to_a_version() -> None:
    images = [service["image"] for service in compose()["services"].values()]
    images += re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    for image in images:
        assert re.search(r":(v?\d[\w.-]*|\$\{ZHIYE_VERSION:-local\})$", image), image


def test_no_file_holds_a_secret_and_compose_refuses_to_start_without_them() -> None:
    for path in (COMPOSE, *(p for p in (ROOT / "deploy").rglob("*") if _is_setting(p))):
        for line in re.sub(r"\$\{\w+:\?[^}]*\}", "${}", path.read_text()).splitlines():
            found = re.search(
                r"(?i)(password|_pass|secret|_keys?|jwks)\b[\"']?\s*[:=]\s*(\S.*)", line
            )
            assert not found or found[2].startswith("${"), f"{path.name}: {line.strip()}"
    required = set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))
    assert required == {
        "POSTGRES_PASSWORD",
        "RABBITMQ_PASSWORD",
        "GRAFANA_PASSWORD",
        "ZHIYE_FIELD_KEYS",
        "ZHIYE_BLIND_INDEX_KEY",
        "ZHIYE_JWKS",
        "ZHIYE_JWT_PRIVATE_KEY",
    }


def _is_setting(path: Path) -> bool:
    return path.suffix in {".yml", ".json", ".conf"} or path.name == "Dockerfile"


def test_the_secrets_that_zhiye_makes_are_those_that_compose_asks_for() -> None:
    from zhiye_launcher.secrets_file import as_env_file

    made = {line.partition("=")[0] for line in as_env_file().splitlines()}
    assert made == set(re.findall(r"\$\{(\w+):\?", COMPOSE.read_text()))


def test_every_folder_that_compose_mounts_exists() -> None:
    for service in compose()["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (ROOT / source).exists(), source
            else:
                assert source in compose()["volumes"], source


def test_the_image_holds_every_member_of_the_workspace() -> None:
    dockerfile = DOCKERFILE.read_text()
    copied = {Path(source) for source in re.findall(r"^COPY (\S+) \1$", dockerfile, re.MULTILINE)}
    installed = set(re.findall(r"\./([\w/-]+)", dockerfile.partition("uv pip install")[2]))
    let_through = (ROOT / ".dockerignore").read_text().splitlines()
    assert installed == members()
    assert "uv pip install --no-sources" in dockerfile  # else they are links to what is not there
    for member in members():
        above = {Path(member), *Path(member).parents} & copied
        assert above, f"{member} is not copied"
        assert any(f"!{folder}" in let_through for folder in above), f"{member} is ignored"
    assert let_through[1] == "*"


def test_the_image_does_not_run_as_root() -> None:
    last_stage = DOCKERFILE.read_text().rpartition("FROM ")[2]
    assert re.search(r"^USER \d{4,}$", last_stage, re.MULTILINE)


def test_the_bootstrap_installs_every_member_with_the_same_installer_as_the_image() -> None:
    bootstrap = (ROOT / "tools/bootstrap.sh").read_text()
    listed = re.search(r'^members="([^"]*)"', bootstrap, re.MULTILINE)
    version = re.search(r"^uv_version=(\S+)$", bootstrap, re.MULTILINE)
    assert listed
    assert version
    assert set(listed[1].split()) == members()
    assert f"uv=={version[1]}" in DOCKERFILE.read_text()


def test_prometheus_scrapes_every_process() -> None:
    settings = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    jobs = {
        job["job_name"]: job["static_configs"][0]["targets"] for job in settings["scrape_configs"]
    }
    assert sorted(jobs["zhiye"]) == sorted(f"{name}:8000" for name in PROCESSES)
    for rules in settings["rule_files"]:
        assert (ROOT / "deploy/prometheus" / rules).exists()


def test_alerts_watch_the_outbox_dead_letters_and_failing_requests() -> None:
    groups = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    used = set[str]().union(*(metric_names(rule["expr"]) for rule in rules))
    assert used <= METRICS
    assert {"outbox_oldest_age_seconds", "dead_letters", "http_requests_total"} <= used
    for rule in rules:
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"warning", "critical"}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_asks_only_for_metrics_that_exist(path: Path) -> None:
    dashboard = json.loads(path.read_text())
    for panel in dashboard["panels"]:
        assert panel["datasource"]["uid"] == _datasource_id()
        for target in panel["targets"]:
            names = metric_names(target["expr"])
            assert names, panel["title"]
            assert names <= METRICS, panel["title"]


def test_the_first_dashboard_shows_what_the_operator_needs() -> None:
    panels = json.loads((ROOT / "deploy/grafana/dashboards/overview.json").read_text())["panels"]
    shown = set[str]().union(*(metric_names(t["expr"]) for p in panels for t in p["targets"]))
    assert shown == METRICS
    assert len({panel["id"] for panel in panels}) == len(panels)


def _datasource_id() -> str:
    file = ROOT / "deploy/grafana/provisioning/datasources/prometheus.yml"
    identifier: str = yaml.safe_load(file.read_text())["datasources"][0]["uid"]
    return identifier


def test_the_metrics_that_are_asked_for_are_those_the_chassis_keeps() -> None:
    kept = {
        metric.name + {"counter": "_total", "histogram": "_bucket"}.get(metric.type, "")
        for metric in REGISTRY.collect()
        if not metric.name.startswith(("python_", "process_"))
    }
    assert zhiye_chassis.telemetry.REQUESTS
    assert METRICS - {"applications"} <= kept
