{{- /* A value may be missing, not only empty: "helm upgrade --reuse-values" brings those of the version before. */ -}}

{{- define "nami-operator.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "nami-operator.fullname" -}}
{{- $name := include "nami-operator.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Of what lies outside of the release's namespace: another release may bear the same name in another one. */ -}}
{{- define "nami-operator.clusterwideName" -}}
{{- printf "%s:%s" .Release.Namespace (include "nami-operator.fullname" .) -}}
{{- end -}}

{{- define "nami-operator.serviceAccountName" -}}
{{- (.Values.serviceAccount | default dict).name | default (include "nami-operator.fullname" .) -}}
{{- end -}}

{{- define "nami-operator.image" -}}
{{- $image := .Values.image | default dict -}}
{{- $image.repository | default "nami-operator" -}}
{{- if $image.digest -}}@{{ $image.digest }}{{- else -}}:{{ $image.tag | default .Chart.AppVersion }}{{- end -}}
{{- end -}}

{{- define "nami-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "nami-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "nami-operator.labels" -}}
{{ include "nami-operator.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "nami-operator.subjects" -}}
- kind: ServiceAccount
  name: {{ include "nami-operator.serviceAccountName" . }}
  namespace: {{ .Release.Namespace }}
{{- end -}}

{{- define "nami-operator.podSecurityContext" -}}
{{- .Values.podSecurityContext | default (dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault")) | toYaml -}}
{{- end -}}

{{- define "nami-operator.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* What the operator does with what pipelines name, and says of them, call by call. */ -}}
{{- define "nami-operator.tenantRules" -}}
# Reads the Secrets and ConfigMaps that a pipeline names, by name.
- apiGroups: ['']
  resources: [secrets, configmaps]
  verbs: [get]
{{- if ((.Values.operator | default dict).allowed | default dict).connectionSecrets }}
# Writes the Secrets by which the events of a store are read; a name can't bound that.
- apiGroups: ['']
  resources: [secrets]
  verbs: [create, patch, delete]
{{- end }}
# Says what happened, and that it happened again.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- end -}}

{{- /* Whether a watched namespace is there: one that is deleted or not yet made must not make an upgrade fail. Where
templates are rendered without a cluster, every one counts as there. */ -}}
{{- define "nami-operator.namespaceExists" -}}
{{- $root := index . 0 -}}
{{- $namespace := index . 1 -}}
{{- $isOffline := not (lookup "v1" "Namespace" "" "kube-system") -}}
{{- $found := lookup "v1" "Namespace" "" $namespace | default dict -}}
{{- $isThere := and $found (not (dig "metadata" "deletionTimestamp" "" $found)) -}}
{{- if or $isOffline $isThere (eq $namespace $root.Release.Namespace) -}}true{{- end -}}
{{- end -}}

{{- define "nami-operator.pipelineWrites" -}}
resourceRules:
  - apiGroups: [nami.dev]
    apiVersions: ['*']
    resources: [webhookpipelines]
    operations: [CREATE, UPDATE]
{{- end -}}

{{- /* Of an IAM user, where a Secret holds them. */ -}}
{{- define "nami-operator.credentials" -}}
{{- $credentials := (.Values.aws | default dict).credentials | default dict -}}
{{- with $credentials.secretName -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $credentials.accessKeyIdKey | default "aws_access_key_id" }}
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ . }}
      key: {{ $credentials.secretAccessKeyKey | default "aws_secret_access_key" }}
{{- end -}}
{{- end -}}
