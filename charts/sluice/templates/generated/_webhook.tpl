{{- /* Generated from src by `npm run generate`. Do not edit. */ -}}
{{- define "sluice.webhook" -}}
admissionReviewVersions:
  - v1
sideEffects: None
matchPolicy: Equivalent
rules:
  - apiGroups:
      - sluice.dev
    apiVersions:
      - v1alpha1
    operations:
      - CREATE
      - UPDATE
    resources:
      - eventconsumers
      - eventschemas
      - eventtopics
    scope: Namespaced
matchConditions:
  - name: spec-changes
    expression: request.operation == 'CREATE' || object.spec != oldObject.spec
  - name: not-being-deleted
    expression: "!has(object.metadata.deletionTimestamp)"
{{- end }}
