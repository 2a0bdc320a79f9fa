"""How Suda runs elsewhere: the chart, the compose file and the image, rendered and held against the code.

Run by tests/run with the Python of .suda/tools, after the programs are built. Each variable that a chart or a compose file
gives a service is given to the real program, which refuses what it does not know.
"""

import copy
import json
import os
import re
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

import helm_python as helm
import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "helm/suda"
PROGRAMS = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve() / "debug"
TOOLS = ROOT / ".suda/tools/venv/bin"
# The oldest and the newest Kubernetes that the chart is for.
KUBERNETES = ["1.30", "1.37"]
LIBRARIES = {"adapter", "chassis", "suda"}

# An installation that uses everything the chart can do; the defaults are the other one.
RICH = {
    "image": {"repository": "images/suda", "digest": "sha256:" + "a" * 64},
    "imagePullSecrets": ["images"],
    "tls": {"enabled": False, "mutual": False},
    "blobs": {"kind": "folder", "folder": {"existingClaim": "suda-blobs"}},
    "telemetry": {"otlpUrl": "http://collector:4317", "serviceMonitor": {"enabled": True, "labels": {"for": "all"}}},
    "ingress": {
        "enabled": True,
        "className": "nginx",
        "annotations": {"note": "x"},
        "wechatHost": "wx.example",
        "phoneHost": "phone.example",
        "tlsSecret": "suda-web",
    },
    "networkPolicy": {
        "callers": {"from": [{"podSelector": {"matchLabels": {"app": "console"}}}]},
        "monitoring": {"from": [{"namespaceSelector": {}}]},
        "ingress": {"from": [{"namespaceSelector": {}}]},
        "database": {"port": 6432, "to": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]},
    },
    "nodeSelector": {"disk": "ssd"},
    "tolerations": [{"key": "suda", "operator": "Exists"}],
    "affinity": {"nodeAffinity": {}},
    "priorityClassName": "high",
    "podAnnotations": {"note": "x"},
    "services": {
        "intake": {"settings": {"service": {"repeat_days": 365}, "database": {"max_connections": 32}}},
        "archive": {
            "custody": {"existingClaim": "suda-custody"},
            "settings": {
                "service": {
                    "former_keys": ["-----BEGIN PUBLIC KEY-----\nx\n"],
                    "scanner_address": "clamd:3310",
                }
            },
        },
        "channel-email": {
            "mail": {"existingClaim": "suda-mail"},
            "settings": {
                "service": {
                    "own_mx": ["mx.example"],
                    "mailboxes": {
                        "taishan": {
                            "folder": "/var/lib/suda/mail/taishan",
                            "unit_code": "589002",
                            "address": "a@b.example",
                        }
                    },
                    "out": {"user": "suda"},
                }
            },
            "secretSettings": {"service.out.password": "smtp-password"},
        },
        "channel-phone": {
            "recordings": {"existingClaim": "suda-recordings"},
            "settings": {
                "service": {
                    "lines": {
                        "hotline": {
                            "number": "96138",
                            "unit_code": "589002SL",
                            "recordings": "/var/lib/suda/recordings",
                        }
                    }
                }
            },
            "secretSettings": {"service.lines.hotline.secret": "hotline"},
        },
        "channel-wechat": {
            "settings": {
                "service": {"accounts": {"taishan": {"app_id": "wx0", "unit_code": "589002SL", "mode": "secure"}}}
            },
            "secretSettings": {
                "service.accounts.taishan.token": "taishan-token",
                "service.accounts.taishan.aes_key": "taishan-aes-key",
            },
        },
    },
}


def services():
    """The services there are: folders with a program of their own."""
    folders = {main.parent.parent.name for main in (ROOT / "services").glob("*/src/main.rs")}
    return sorted(folders - LIBRARIES)


def source(service):
    """What a service is made of, its tests left out; an adapter's common part is its own."""
    manifest = tomllib.loads((ROOT / "services" / service / "Cargo.toml").read_text())
    folders = [service] + (["adapter"] if "adapter" in manifest["dependencies"] else [])
    files = [file for folder in folders for file in (ROOT / "services" / folder / "src").rglob("*.rs")]
    return "\n".join(file.read_text() for file in files if file.name not in ("tests.rs", "testing.rs"))


def prefix(service):
    return service.upper().replace("-", "_") + "__"


def render(values=None, **options):
    with helm.Chart.load(CHART) as chart:
        files = chart.render(values or {}, name="suda", namespace="suda", **options)
    files.pop("suda/templates/NOTES.txt")
    return [manifest for text in files.values() for manifest in yaml.safe_load_all(text) if manifest]


def of_kind(manifests, kind):
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def check(service, environment):
    """Gives the program these variables, and files for those that name one; says what it says."""
    with tempfile.TemporaryDirectory() as folder:
        given = {}
        for name, value in environment.items():
            if name.endswith("__FILE"):
                file = Path(folder) / name
                file.write_text("a-secret\n")
                value = str(file)
            given[name] = value
        done = subprocess.run(
            [PROGRAMS / service, "check"], env=given, cwd=folder, capture_output=True, text=True, timeout=60
        )
    return done.returncode, done.stderr


def selects(policy, labels):
    wanted = policy["spec"]["podSelector"].get("matchLabels", {})
    return wanted.items() <= labels.items()


class Chart(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.renderings = {"defaults": render(), "rich": render(RICH)}

    def each(self, kind):
        for name, manifests in self.renderings.items():
            for manifest in of_kind(manifests, kind).values():
                yield name, manifest

    def test_it_has_nothing_to_complain_about(self):
        result = helm.lint(CHART)
        serious = [message for message in result["messages"] if message["severity"] > 1]
        self.assertEqual((serious, result["errors"]), ([], []))

    def test_kubernetes_takes_every_manifest(self):
        taken = 0
        for name, manifests in self.renderings.items():
            for manifest in manifests:
                if manifest["kind"] == "ServiceMonitor":
                    continue  # the Prometheus operator's own kind
                for version in KUBERNETES:
                    with self.subTest(values=name, kind=manifest["kind"], name=manifest["metadata"]["name"]):
                        kubernetes_validate.validate(manifest, version, strict=True)
                        taken += 1
        self.assertGreater(taken, 100)
        wrong = copy.deepcopy(next(iter(of_kind(self.renderings["defaults"], "Deployment").values())))
        wrong["spec"]["replica"] = 2
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(wrong, KUBERNETES[-1], strict=True)

    def test_names_are_used_once(self):
        for manifests in self.renderings.values():
            names = [(manifest["kind"], manifest["metadata"]["name"]) for manifest in manifests]
            self.assertEqual(len(names), len(set(names)))

    def test_it_runs_every_service(self):
        for kind in ["Deployment", "Service", "ConfigMap", "PodDisruptionBudget"]:
            names = sorted(of_kind(self.renderings["defaults"], kind))
            self.assertEqual(names, [f"suda-{service}" for service in services()], kind)

    def test_what_the_services_are_is_what_their_code_says(self):
        launcher = (ROOT / "services/suda/src/local/services.rs").read_text()
        table = re.findall(r'service\(\s*"([\w-]+)",\s*"\w+",\s*(true|false),\s*"(\w+)",?\s*\)', launcher)
        self.assertEqual(sorted(name for name, *_ in table), services())
        maps = of_kind(self.renderings["defaults"], "ConfigMap")
        for name, web, role in table:
            data = maps[f"suda-{name}"]["data"]
            with self.subTest(service=name):
                self.assertEqual(data[prefix(name) + "AUTH__ROLE"], f'"{role}"')
                self.assertEqual("0.0.0.0" in data[prefix(name) + "LISTEN__WEB"], web == "true")
                code = source(name)
                called = {f"{prefix(name)}PEERS__{peer.upper()}" for peer in re.findall(r'\.channel\("([\w-]+)"\)', code)}
                self.assertEqual(called, {key for key in data if "__PEERS__" in key})
                keeps = "base.blobs" in code
                self.assertEqual(data[prefix(name) + "BLOBS__KIND"], '"s3"' if keeps else '"none"')

    def test_every_variable_is_a_setting_that_the_program_takes(self):
        for name, config in self.each("ConfigMap"):
            service = config["metadata"]["name"].removeprefix("suda-")
            self.assertTrue(all(key.startswith(prefix(service)) for key in config["data"]))
            code, said = check(service, config["data"])
            self.assertEqual(code, 0, said)
            code, said = check(service, config["data"] | {prefix(service) + "NATS__REPLICA": "3"})
            self.assertNotEqual(code, 0)
            self.assertIn("nats", said)

    def test_a_program_of_a_migration_takes_its_variables(self):
        for name, job in self.each("Job"):
            (container,) = job["spec"]["template"]["spec"]["containers"]
            service = container["command"][0].removeprefix("/usr/local/bin/")
            code, said = check(service, {entry["name"]: entry["value"] for entry in container["env"]})
            self.assertEqual(code, 0, said)

    def test_no_secret_stands_anywhere_but_in_a_secret(self):
        secret = re.compile("PASSWORD|SECRET|__TOKEN$|AES_KEY|DATABASE__URL|ACCESS_KEY")
        named = 0
        for manifests in self.renderings.values():
            self.assertEqual(of_kind(manifests, "Secret"), {})
            variables = {}
            for config in of_kind(manifests, "ConfigMap").values():
                variables |= config["data"]
            for kind in ["Deployment", "Job"]:
                for manifest in of_kind(manifests, kind).values():
                    for container in manifest["spec"]["template"]["spec"]["containers"]:
                        variables |= {entry["name"]: entry["value"] for entry in container.get("env", [])}
            for name, value in variables.items():
                if secret.search(name.removesuffix("__FILE")):
                    named += 1
                    self.assertTrue(name.endswith("__FILE") and value.startswith("/etc/suda/"), f"{name}={value}")
        self.assertGreater(named, 50)

    def test_every_file_that_is_named_is_mounted(self):
        for name, manifests in self.renderings.items():
            maps = of_kind(manifests, "ConfigMap")
            for deployment in of_kind(manifests, "Deployment").values():
                pod = deployment["spec"]["template"]["spec"]
                (container,) = pod["containers"]
                mounts = [mount["mountPath"] for mount in container["volumeMounts"]]
                volumes = {volume["name"] for volume in pod["volumes"]}
                self.assertEqual(volumes, {mount["name"] for mount in container["volumeMounts"]})
                for key, value in maps[deployment["metadata"]["name"]]["data"].items():
                    path = value.strip('"')
                    if path.startswith("/"):
                        self.assertTrue(any(path.startswith(mount) for mount in mounts), f"{name}: {key}={value}")

    def test_every_pod_is_confined(self):
        for kind in ["Deployment", "Job"]:
            for _, manifest in self.each(kind):
                pod = manifest["spec"]["template"]["spec"]
                self.assertTrue(pod["securityContext"]["runAsNonRoot"])
                self.assertGreater(pod["securityContext"]["runAsUser"], 0)
                self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
                self.assertFalse(pod["automountServiceAccountToken"])
                self.assertNotEqual(pod["serviceAccountName"], "default")
                for container in pod["containers"]:
                    context = container["securityContext"]
                    self.assertTrue(context["readOnlyRootFilesystem"])
                    self.assertFalse(context["allowPrivilegeEscalation"])
                    self.assertEqual(context["capabilities"], {"drop": ["ALL"]})
                    self.assertIn("memory", container["resources"]["limits"])
                    self.assertLessEqual({"cpu", "memory"}, container["resources"]["requests"].keys())
        accounts = of_kind(self.renderings["defaults"], "ServiceAccount")
        self.assertTrue(all(not account["automountServiceAccountToken"] for account in accounts.values()))

    def test_every_deployment_is_watched_and_ends_in_order(self):
        for _, deployment in self.each("Deployment"):
            pod = deployment["spec"]["template"]["spec"]
            (container,) = pod["containers"]
            self.assertEqual(container["livenessProbe"]["httpGet"]["path"], "/livez")
            self.assertEqual(container["readinessProbe"]["httpGet"]["path"], "/readyz")
            self.assertIn("startupProbe", container)
            pause = container["lifecycle"]["preStop"]["sleep"]["seconds"]
            self.assertGreater(pod["terminationGracePeriodSeconds"], pause + 15)
            self.assertTrue(pod["topologySpreadConstraints"])
            if deployment["metadata"]["name"] == "suda-sla-watchdog":
                self.assertGreaterEqual(deployment["spec"]["replicas"], 2)

    def test_every_service_is_migrated_once_before_it_changes(self):
        for manifests in self.renderings.values():
            jobs = of_kind(manifests, "Job")
            self.assertEqual(sorted(jobs), [f"suda-{service}-migrate" for service in services()])
            for name, job in jobs.items():
                (container,) = job["spec"]["template"]["spec"]["containers"]
                service = name.removeprefix("suda-").removesuffix("-migrate")
                self.assertEqual(container["command"], [f"/usr/local/bin/{service}", "migrate"])
                self.assertEqual(job["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade")

    def test_nothing_is_reached_that_is_not_allowed(self):
        for manifests in self.renderings.values():
            policies = of_kind(manifests, "NetworkPolicy")
            deny = policies.pop("suda-deny")
            self.assertEqual(deny["spec"]["policyTypes"], ["Ingress", "Egress"])
            self.assertFalse({"ingress", "egress"} & deny["spec"].keys())
            for kind in ["Deployment", "Job"]:
                for name, manifest in of_kind(manifests, kind).items():
                    labels = manifest["spec"]["template"]["metadata"]["labels"]
                    self.assertTrue(selects(deny, labels), name)
                    own = [policy for policy in policies.values() if selects(policy, labels)]
                    self.assertEqual(len(own), 1, name)
                    self.assertTrue(own[0]["spec"]["egress"], name)
            # Who may call intake by gRPC is who has it among its peers.
            maps = of_kind(manifests, "ConfigMap")
            for service in services():
                callers = {
                    name.removeprefix("suda-")
                    for name, config in maps.items()
                    if any(key.endswith(f"__PEERS__{service.upper()}") for key in config["data"])
                }
                allowed = {
                    peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
                    for rule in policies[f"suda-{service}"]["spec"].get("ingress") or []
                    if {"port": "grpc", "protocol": "TCP"} in rule["ports"]
                    for peer in rule["from"]
                    if "app.kubernetes.io/name" in peer.get("podSelector", {}).get("matchLabels", {})
                }
                self.assertEqual(callers, allowed, service)

    def test_a_channel_can_be_left_out(self):
        manifests = render({"services": {"channel-wechat": {"enabled": False}}})
        self.assertFalse([m for m in manifests if "wechat" in m["metadata"]["name"]])

    def test_wrong_values_are_refused_in_words(self):
        wrong = [
            ({"image": {"repositry": "x"}}, "repositry"),
            ({"nats": {"replicas": 2}}, "/nats/replicas"),
            ({"nats": {"url": "nats://suda:secret@nats:4222"}}, "/nats/url"),
            ({"blobs": {"kind": "ftp"}}, "/blobs/kind"),
            ({"services": {"intake": {"replicas": 0}}}, "/services/intake/replicas"),
            ({"services": {"intak": {"replicas": 1}}}, "intak"),
            ({"services": {"channel-email": {"replicas": 2}}}, "/services/channel-email/replicas"),
            ({"services": {"intake": {"settings": {"auth": {"key": "x"}}}}}, "auth"),
            ({"services": {"intake": {"secretSettings": {"database.url": "x"}}}}, "'database.url' does not match"),
            ({"blobs": {"kind": "folder"}}, "blobs.folder.existingClaim is empty"),
            ({"services": {"channel-email": {"settings": {"service": {"out": {"manner": "maildir"}}}}}}, "mail.existingClaim"),
            ({"services": {"channel-email": {"settings": {"service": {"out": {"password": "x"}}}}}}, "is a secret"),
        ]
        for values, words in wrong:
            with self.subTest(values=values), self.assertRaises(helm.HelmError) as refused:
                render(values)
            self.assertIn(words, str(refused.exception))


class Runbooks(unittest.TestCase):
    """Each alarm that a README names leads to what to do; tests/architecture.rs looks into the pages."""

    def test_every_alarm_leads_to_its_page(self):
        alarms = 0
        for service in services():
            readme = (ROOT / "services" / service / "README.md").read_text()
            section = re.search(r"^## Alarms\n(.*?)(^## |\Z)", readme, re.MULTILINE | re.DOTALL)
            for line in section.group(1).splitlines() if section else []:
                if re.match(r"(- |\| (?!sign |---))", line):
                    alarms += 1
                    self.assertIn("(../../deploy/runbooks/", line, f"{service}: an alarm names its page in deploy/runbooks")
        self.assertGreater(alarms, 15)


class Installation(unittest.TestCase):
    """`suda keys all`, and what the chart and the compose file take from it."""

    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.secrets = Path(cls.place.name) / "secrets"
        subprocess.run([PROGRAMS / "suda", "keys", "all", cls.secrets], check=True, capture_output=True)
        cls.compose = yaml.safe_load((ROOT / "deploy/compose.yaml").read_text())

    @classmethod
    def tearDownClass(cls):
        cls.place.cleanup()

    def test_it_makes_every_file_that_the_chart_takes_by_default(self):
        for service in services():
            config = of_kind(render(), "ConfigMap")[f"suda-{service}"]["data"]
            for value in config.values():
                path = value.strip('"')
                if path.startswith("/etc/suda/secret/"):
                    file = self.secrets / service / path.removeprefix("/etc/suda/secret/")
                    self.assertTrue(file.is_file(), f"{service}: {path}")
        self.assertTrue((self.secrets / "trust.toml").is_file())

    def test_the_vault_is_of_commercial_cryptography_when_that_is_asked_for(self):
        made = Path(self.place.name) / "commercial"
        asked = [PROGRAMS / "suda", "keys", "all", made, "--commercial-cryptography"]
        subprocess.run(asked, check=True, capture_output=True)
        commercial = tomllib.loads((made / "intake/vault.toml").read_text())
        usual = tomllib.loads((self.secrets / "intake/vault.toml").read_text())
        for vault, digest, keys, digits in [(commercial, "SM3", "sm4_keys", 32), (usual, "SHA-256", "keys", 64)]:
            self.assertEqual(vault["digest"], digest)
            self.assertEqual(set(vault), {"current", "index", "digest", keys})
            self.assertEqual(len(vault[keys][vault["current"]]), digits)

    def test_the_compose_file_is_one(self):
        subprocess.run(
            [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "deploy/compose.yaml"],
            check=True,
            capture_output=True,
        )

    def test_it_makes_every_secret_of_the_compose_file(self):
        for name, secret in self.compose["secrets"].items():
            file = self.secrets / secret["file"].removeprefix("secrets/")
            self.assertTrue(file.is_file(), f"{name}: {file}")
        for name, service in self.compose["services"].items():
            for used in service.get("secrets", []):
                used = used if isinstance(used, str) else used["source"]
                self.assertIn(used, self.compose["secrets"], name)

    def test_every_variable_of_the_compose_file_is_a_setting_that_the_program_takes(self):
        for service in services():
            for name in [service, f"{service}-migrate"]:
                environment = self.compose["services"][name]["environment"]
                given = {}
                for key, value in environment.items():
                    self.assertTrue(key.startswith(prefix(service)), key)
                    given[key] = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value).lower() if value is False else str(value))
                code, said = check(service, given)
                self.assertEqual(code, 0, f"{name}: {said}")

    def test_the_compose_file_publishes_on_loopback_only_and_where_the_command_line_looks(self):
        published = {}
        for name, service in self.compose["services"].items():
            for port in service.get("ports", []):
                address, outside, inside = port.split(":")
                self.assertEqual(address, "127.0.0.1", name)
                if inside == "7400":
                    published[f"{name}.grpc"] = int(outside)
        self.assertEqual(published, json.loads((self.secrets / "stack.json").read_text())["ports"])

    def test_nothing_in_the_compose_file_may_more_than_it_must(self):
        for service in services():
            for name in [service, f"{service}-migrate"]:
                container = self.compose["services"][name]
                self.assertTrue(container["read_only"], name)
                self.assertEqual(container["cap_drop"], ["ALL"], name)

    def test_the_broker_takes_its_configuration_and_the_users(self):
        with tempfile.TemporaryDirectory() as folder:
            config = self.compose["configs"]["nats"]["content"].replace("/data", folder)
            (Path(folder) / "nats.conf").write_text(config)
            (Path(folder) / "users.conf").write_text((self.secrets / "nats-users.conf").read_text())
            done = subprocess.run(
                [TOOLS / "nats-server", "-t", "-c", Path(folder) / "nats.conf"], capture_output=True, text=True
            )
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_image_holds_every_program_and_is_nobody_s_root(self):
        dockerfile = (ROOT / "deploy/Dockerfile").read_text()
        held = set(re.findall(r"target/release/([\w-]+)", dockerfile))
        self.assertEqual(held, set(services()) | {"suda"})
        user = re.search(r"^USER (\d+):", dockerfile, re.MULTILINE).group(1)
        pod = next(iter(of_kind(render(), "Deployment").values()))["spec"]["template"]["spec"]
        self.assertEqual(int(user), pod["securityContext"]["runAsUser"])


if __name__ == "__main__":
    unittest.main()
