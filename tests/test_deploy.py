"""What is shipped for running the bot: it parses, fits together, has no default password, and names only figures that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import generate_latest

from bot.config import load
from bot.dashboard.metrics import Figures, exposed
from bot.telemetry.metrics import Meters
from bot.watch.auditor import Audit

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
AT = datetime(2026, 3, 6, 1, tzinfo=UTC)
_FIGURE = re.compile(r"\b(?:shouwen|process)_\w+")


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text(encoding="utf-8")))


def known_figures() -> set[str]:
    """Return the name of every figure that `/metrics` shows."""
    meters = Meters(lambda: 0.0)
    meters.received("qq")
    meters.delivered("qq", timedelta())
    meters.failed("message")
    meters.said(None)
    meters.stepped(None)
    by = {"qq": 1}
    figures = Figures(
        tickets=by, overdue=0, due=0, waiting=by, oldest={"qq": 1.0}, dead=0, failures=0, has_trouble=False, free_bytes=1,
        connected={"qq": True}, quotas={"qq": 0.5}, audit=Audit(), now=AT, started_at=AT, last_tick_at=AT,
    )  # fmt: skip
    assert generate_latest(meters.registry)
    text = exposed(figures, meters).decode()
    return {
        line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")
    }


def expressions() -> list[str]:
    rules = [
        rule["expr"] for group in documents("prometheus/alerts.yml")[0]["groups"] for rule in group["rules"]
    ]
    panels = json.loads((DEPLOY / "grafana/shouwen.json").read_text(encoding="utf-8"))["panels"]
    return rules + [target["expr"] for panel in panels for target in panel["targets"]]


def test_alerts_and_panels_name_figures_that_exist() -> None:
    named = {name for expression in expressions() for name in _FIGURE.findall(expression)}
    assert len(named) > 15
    assert named - known_figures() == set()


@pytest.mark.parametrize(
    ("what", "figures"),
    [
        ("messages", {"shouwen_messages_total", "shouwen_redelivered_messages_total"}),
        ("answers by kind", {"shouwen_answers_total"}),
        ("claims and other steps", {"shouwen_steps_total"}),
        ("conflicts", {"shouwen_conflicts_total"}),
        ("lateness of what is due", {"shouwen_due_lateness_seconds_bucket", "shouwen_due_tickets"}),
        ("outbox by adapter", {"shouwen_outbox_waiting", "shouwen_outbox_age_seconds"}),
        ("dead letters", {"shouwen_dead_letters"}),
        ("latency of the store", {"shouwen_commit_seconds_bucket"}),
        ("age of the latest tick", {"shouwen_tick_age_seconds"}),
    ],
)
def test_what_operators_need_is_measured_and_looked_at(what: str, figures: set[str]) -> None:
    assert figures <= known_figures(), what
    assert any(name in expression for name in figures for expression in expressions()), what


def test_every_figure_is_watched_or_shown_or_is_for_people() -> None:
    named = {name for expression in expressions() for name in _FIGURE.findall(expression)}
    ours = {name for name in known_figures() if name.startswith("shouwen_")}
    unused = {name for name in ours - named if not name.endswith(("_created", "_count", "_sum"))}
    assert unused == {"shouwen_start_time_seconds", "shouwen_last_tick_time_seconds"}


def test_every_alert_says_what_it_is_in_both_languages() -> None:
    for group in documents("prometheus/alerts.yml")[0]["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("critical", "warning", "info")
            assert " / " in rule["annotations"]["summary"]


def test_panels_have_places_of_their_own() -> None:
    panels = json.loads((DEPLOY / "grafana/shouwen.json").read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_composition_has_two_bots_and_a_durable_redis_on_loopback() -> None:
    (composition,) = documents("container/compose.yaml")
    services = composition["services"]
    assert {"bot-1", "bot-2", "redis"} == set(services)
    for name in ("bot-1", "bot-2"):
        assert services[name]["depends_on"]["redis"]["condition"] == "service_healthy"
        assert all(port.startswith("127.0.0.1:") for port in services[name]["ports"])
    redis = services["redis"]
    assert "ports" not in redis
    assert {"--appendonly yes", "--maxmemory-policy noeviction"} <= {
        word for word in ("--appendonly yes", "--maxmemory-policy noeviction") if word in redis["command"][-1]
    }
    assert redis["healthcheck"]
    assert "HEALTHCHECK" in (DEPLOY / "container/Containerfile").read_text(encoding="utf-8")
    assert set(composition["secrets"]) == {"redis_password", "store_url"}


def test_nothing_is_shipped_with_a_password() -> None:
    given = re.compile(
        r"(?i)(?:password|requirepass|token)[ \t]*[:=][ \t]*[\"']?(?!\$|/|\.\.\.|…|secret)[A-Za-z0-9]{4,}"
    )
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            assert not given.search(file.read_text(encoding="utf-8")), file


def test_the_image_copies_what_there_is() -> None:
    for line in (DEPLOY / "container/Containerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            *sources, _ = line.split()[1:]
            assert all((ROOT / source).exists() for source in sources), line


def test_the_manifest_fits_together(tmp_path: Path) -> None:
    objects = documents("kubernetes/shouwen.yaml")
    kinds = {(each["kind"], each["metadata"]["name"]): each for each in objects}
    assert len(kinds) == len(objects)
    for each in objects:
        assert each["apiVersion"]
        assert each["kind"] == "Namespace" or each["metadata"]["namespace"] == "shouwen"
        if each["kind"] in ("Deployment", "StatefulSet"):
            template = each["spec"]["template"]
            assert each["spec"]["selector"]["matchLabels"] == template["metadata"]["labels"]
            assert template["spec"]["securityContext"]["runAsNonRoot"]
            named = {volume["name"] for volume in template["spec"].get("volumes", [])}
            named |= {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", [])}
            for container in template["spec"]["containers"]:
                assert container["readinessProbe"]
                assert {mount["name"] for mount in container["volumeMounts"]} <= named
        if each["kind"] == "Service":
            labels = [
                other["spec"]["template"]["metadata"]["labels"]
                for other in objects
                if other["kind"] in ("Deployment", "StatefulSet")
            ]
            assert each["spec"]["selector"] in labels
    assert kinds["Deployment", "shouwen"]["spec"]["replicas"] == 2
    text = kinds["ConfigMap", "shouwen"]["data"]["config.toml"]
    assert tomllib.loads(text)
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    assert load(file, {"STORE_URL": "redis://redis:6379/0"}).web.port == 8080


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    # The paths of the program do not exist here: another program stands in for them.
    units = []
    for file in sorted((DEPLOY / "systemd").iterdir()):
        unit = tmp_path / file.name
        unit.write_text(
            file.read_text(encoding="utf-8").replace("/opt/shouwen/.venv/bin/shouwen", "/bin/true"),
            encoding="utf-8",
        )
        units.append(str(unit))
    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False, timeout=60
    )
    own = [line for line in (done.stdout + done.stderr).splitlines() if "shouwen" in line]
    assert own == []


def test_units_run_without_rights_and_with_both_commands() -> None:
    bot = (DEPLOY / "systemd/shouwen.service").read_text(encoding="utf-8")
    backup = (DEPLOY / "systemd/shouwen-backup.service").read_text(encoding="utf-8")
    for text in (bot, backup):
        assert {"User=shouwen", "NoNewPrivileges=yes", "ProtectSystem=strict"} <= set(text.splitlines())
    assert "shouwen run -c" in bot
    assert "shouwen backup --check" in backup
    # Everything else is read-only, and reading a database while no bot runs makes files beside it.
    (folders,) = re.findall(r"^StateDirectory=(.*)$", backup, re.MULTILINE)
    assert folders.split() == ["shouwen", "shouwen/backups"]
