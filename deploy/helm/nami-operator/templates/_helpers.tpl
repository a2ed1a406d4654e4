{{- define "nami-operator.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "nami-operator.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (include "nami-operator.fullname" .) -}}
{{- end -}}

{{- define "nami-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "nami-operator.labels" -}}
{{ include "nami-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- /* What the operator does in the namespaces that it watches, call by call. */ -}}
{{- define "nami-operator.namespacedRules" -}}
# Sees pipelines, and adds and removes its finalizer.
- apiGroups: [nami.dev]
  resources: [webhookpipelines]
  verbs: [list, watch, patch]
# Applies the status.
- apiGroups: [nami.dev]
  resources: [webhookpipelines/status]
  verbs: [patch]
# Reads the Secrets and ConfigMaps that a pipeline names, by name.
- apiGroups: ['']
  resources: [secrets, configmaps]
  verbs: [get]
# Says what happened, and that it happened again.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}
