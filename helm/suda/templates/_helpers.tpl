{{/* The labels of everything of a service: (dict "root" $ "name" name). */}}
{{- define "suda.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
app.kubernetes.io/part-of: suda
{{ include "suda.selector" . }}
{{- end }}

{{/* The labels a service's pods are found by. */}}
{{- define "suda.selector" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end }}

{{- define "suda.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end }}

{{/* The name of the Secret of a service. */}}
{{- define "suda.secret" -}}
{{- .service.existingSecret | default (printf "%s-%s" .root.Release.Name .service.name) -}}
{{- end }}

{{/* The beginning of a service's environment variables. */}}
{{- define "suda.prefix" -}}
{{- . | replace "-" "_" | upper -}}
{{- end }}

{{/* A tree of settings as variables, a line each: (dict "prefix" "INTAKE" "tree" tree). Text is quoted for the service, so that
     a code of digits stays text. */}}
{{- define "suda.flatten" -}}
{{- range $key, $value := .tree -}}
{{- $variable := printf "%s__%s" $.prefix (upper $key) -}}
{{- if kindIs "map" $value -}}
{{ include "suda.flatten" (dict "prefix" $variable "tree" $value) }}
{{- else if and $value (has $key (list "password" "secret" "token" "aes_key" "previous_aes_key" "app_secret" "initial_password" "bootstrap_password" "access_key_id" "secret_access_key")) }}
{{- fail (printf "%s is a secret: it stands in a Secret, and secretSettings names its key there" $variable) }}
{{- else }}
{{ $variable }}: {{ $value | toRawJson | toRawJson }}
{{- end -}}
{{- end -}}
{{- end }}

{{/* The port of an address: (dict "url" url "default" port). */}}
{{- define "suda.port" -}}
{{- $host := (urlParse .url).host -}}
{{- regexFind ":[0-9]+$" $host | trimPrefix ":" | default (toString .default) -}}
{{- end }}

{{/* What the chart settles itself, as a tree of settings; the operator's own settings go on top. */}}
{{- define "suda.settings" -}}
{{- $release := .root.Release.Name -}}
profile: production
nats:
  url: {{ .root.Values.nats.url }}
  user: {{ .service.name }}
  replicas: {{ .root.Values.nats.replicas }}
listen:
  grpc: "0.0.0.0:7400"
  http: "0.0.0.0:7401"
  web: {{ ternary "0.0.0.0:7402" "127.0.0.1:0" (ne .service.web "") | quote }}
auth:
  key: /etc/suda/secret/key.pem
  trust: /etc/suda/trust/trust.toml
  role: {{ .service.role }}
{{- with .root.Values.blobs }}
blobs:
  kind: {{ ternary .kind "none" $.service.blobs }}
{{- if not $.service.blobs }}
{{- else if eq .kind "s3" }}
  endpoint: {{ .s3.endpoint }}
  region: {{ .s3.region }}
  bucket: {{ .s3.bucket }}
{{- else }}
  folder: /var/lib/suda/blobs
{{- end }}
{{- end }}
{{- if .root.Values.tls.enabled }}
grpc:
  tls:
    certificate: /etc/suda/tls/tls.crt
    key: /etc/suda/tls/tls.key
    authority: /etc/suda/tls/ca.crt
    mutual: {{ .root.Values.tls.mutual }}
{{- end }}
{{- if .service.peers }}
peers:
{{- range .service.peers }}
  {{ . }}: {{ ternary "https" "http" $.root.Values.tls.enabled }}://{{ $release }}-{{ . }}:7400
{{- end }}
{{- end }}
telemetry:
  format: json
  filter: {{ .root.Values.telemetry.filter }}
  otlp_url: {{ .root.Values.telemetry.otlpUrl | quote }}
  trace_ratio: {{ .root.Values.telemetry.traceRatio }}
{{- if eq .service.name "intake" }}
service:
  vault_file: /etc/suda/secret/vault.toml
  create_vault: false
{{- end }}
{{- if dig "custody" "existingClaim" "" .service }}
service:
  custody_folder: /var/lib/suda/custody
{{- end }}
{{- end }}

{{/* The variables of a service, a line each. */}}
{{- define "suda.variables" -}}
{{- $prefix := include "suda.prefix" .name -}}
{{- $settings := mergeOverwrite (include "suda.settings" . | fromYaml) .service.settings -}}
{{ include "suda.flatten" (dict "prefix" $prefix "tree" $settings) | trim }}
{{ $prefix }}__DATABASE__URL__FILE: /etc/suda/secret/database-url
{{ $prefix }}__NATS__PASSWORD__FILE: /etc/suda/secret/nats-password
{{- range $setting, $key := .service.secretSettings }}
{{ $prefix }}__{{ $setting | replace "." "__" | upper }}__FILE: /etc/suda/secret/{{ $key }}
{{- end }}
{{- if and .service.blobs (eq .root.Values.blobs.kind "s3") }}
{{ $prefix }}__BLOBS__ACCESS_KEY_ID__FILE: /etc/suda/blobs/access-key-id
{{ $prefix }}__BLOBS__SECRET_ACCESS_KEY__FILE: /etc/suda/blobs/secret-access-key
{{- end }}
{{- end }}

{{/* What a pod may do, and where it runs. */}}
{{- define "suda.pod" -}}
serviceAccountName: {{ .account }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: { type: RuntimeDefault }
{{- with .root.Values }}
{{- with .imagePullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/* What a container may do. */}}
{{- define "suda.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
