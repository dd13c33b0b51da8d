{{- define "shop.labels" -}}
app.kubernetes.io/part-of: store
app.kubernetes.io/version: {{ .Values.tag | quote }}
{{- end }}
{{- define "shop.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
periodSeconds: {{ .period }}
{{- end }}
