{{- /* Generated from src by `npm run generate`. Do not edit. */ -}}
{{- define "sluice.rules.cluster" -}}
- apiGroups:
    - ""
  resources:
    - namespaces
  verbs:
    - list
    - watch
- apiGroups:
    - apps
  resources:
    - deployments
  verbs:
    - list
    - watch
- apiGroups:
    - apps
  resources:
    - deployments/scale
  verbs:
    - patch
- apiGroups:
    - autoscaling
  resources:
    - horizontalpodautoscalers
  verbs:
    - list
    - watch
- apiGroups:
    - events.k8s.io
  resources:
    - events
  verbs:
    - create
- apiGroups:
    - keda.sh
  resources:
    - scaledobjects
  verbs:
    - list
    - watch
- apiGroups:
    - sluice.dev
  resources:
    - eventclusters
  verbs:
    - get
    - list
    - watch
- apiGroups:
    - sluice.dev
  resources:
    - eventclusters/status
  verbs:
    - patch
- apiGroups:
    - sluice.dev
  resources:
    - eventconsumers
  verbs:
    - list
    - watch
- apiGroups:
    - sluice.dev
  resources:
    - eventconsumers/status
  verbs:
    - patch
- apiGroups:
    - sluice.dev
  resources:
    - eventschemas
  verbs:
    - list
    - watch
- apiGroups:
    - sluice.dev
  resources:
    - eventschemas/status
  verbs:
    - patch
- apiGroups:
    - sluice.dev
  resources:
    - eventtopics
  verbs:
    - get
    - list
    - patch
    - watch
- apiGroups:
    - sluice.dev
  resources:
    - eventtopics/status
  verbs:
    - patch
{{- end }}
{{- define "sluice.rules.namespace" -}}
- apiGroups:
    - ""
  resources:
    - configmaps
  resourceNames:
    - sluice-journal
  verbs:
    - get
    - patch
- apiGroups:
    - ""
  resources:
    - configmaps
  verbs:
    - create
- apiGroups:
    - ""
  resources:
    - secrets
  verbs:
    - list
    - watch
- apiGroups:
    - coordination.k8s.io
  resources:
    - leases
  resourceNames:
    - sluice-leader
  verbs:
    - get
    - patch
- apiGroups:
    - coordination.k8s.io
  resources:
    - leases
  verbs:
    - create
{{- end }}
{{- define "sluice.rules.secrets" -}}
- apiGroups:
    - ""
  resources:
    - secrets
  verbs:
    - list
    - watch
{{- end }}
{{- define "sluice.rules.webhook.cluster" -}}
- apiGroups:
    - admissionregistration.k8s.io
  resources:
    - validatingwebhookconfigurations
  resourceNames:
    - sluice-webhook
  verbs:
    - get
    - patch
{{- end }}
{{- define "sluice.rules.webhook.namespace" -}}
- apiGroups:
    - ""
  resources:
    - secrets
  resourceNames:
    - sluice-webhook
  verbs:
    - get
    - patch
- apiGroups:
    - ""
  resources:
    - secrets
  verbs:
    - create
{{- end }}
{{- define "sluice.rules.view" -}}
- apiGroups:
    - sluice.dev
  resources:
    - eventclusters
    - eventconsumers
    - eventschemas
    - eventtopics
  verbs:
    - get
    - list
    - watch
{{- end }}
{{- define "sluice.rules.edit" -}}
- apiGroups:
    - sluice.dev
  resources:
    - eventconsumers
    - eventschemas
    - eventtopics
  verbs:
    - create
    - delete
    - deletecollection
    - patch
    - update
{{- end }}
{{- define "sluice.rules.admin" -}}
- apiGroups:
    - sluice.dev
  resources:
    - eventclusters
  verbs:
    - create
    - delete
    - deletecollection
    - patch
    - update
{{- end }}
