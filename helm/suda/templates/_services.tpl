{{/* What the services are; not a matter of choice, so it stands here. tests/deployment.py compares it with their code.
     role: of the service's own identity · blobs: whether it keeps bytes · web: the path of its own HTTP door
     peers: whom it calls */}}
{{- define "suda.facts" -}}
directory: { role: service, blobs: false, web: "", peers: [] }
intake: { role: service, blobs: true, web: "", peers: [] }
routing: { role: service, blobs: false, web: "", peers: [intake, sla-watchdog] }
sla-watchdog: { role: service, blobs: false, web: "", peers: [] }
archive: { role: service, blobs: true, web: "", peers: [intake, routing, sla-watchdog] }
regulatory-report: { role: service, blobs: true, web: "", peers: [] }
channel-email: { role: channel, blobs: true, web: "", peers: [intake, routing] }
channel-phone: { role: channel, blobs: true, web: /phone, peers: [intake, routing] }
channel-wechat: { role: channel, blobs: true, web: /wechat, peers: [intake, routing] }
{{- end }}

{{/* The services that run here: their facts and values in one, by name, as YAML. */}}
{{- define "suda.services" -}}
{{- $services := dict -}}
{{- range $name, $facts := include "suda.facts" . | fromYaml -}}
{{- $values := index $.Values.services $name -}}
{{- if ne (toString $values.enabled) "false" -}}
{{- $_ := set $services $name (merge (dict "name" $name) $facts $values) -}}
{{- end -}}
{{- end -}}
{{- toYaml $services -}}
{{- end }}
