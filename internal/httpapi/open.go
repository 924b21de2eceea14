package httpapi

import (
	"io/fs"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"stet"
	"stet/contract"
)

const doorPath = "/v1/sources/{source}/events"

func (s *Server) routeDoor() {
	s.raw(Route{http.MethodPost, doorPath, Open}, s.door)
	s.describeDoor()
}

// routeHealth: a process that answers is healthy; it is ready when it can take events. Metrics take a token, also from
// this machine itself: behind a proxy every request comes from there.
func (s *Server) routeHealth() {
	s.raw(Route{http.MethodGet, "/healthz", Open}, func(w http.ResponseWriter, _ *http.Request) { writeText(w, "ok\n") })
	s.raw(Route{http.MethodGet, "/readyz", Open}, func(w http.ResponseWriter, r *http.Request) {
		if s.cfg.Ready != nil {
			if err := s.cfg.Ready(r.Context()); err != nil {
				noteError(r.Context(), err)
				writeError(w, err)
				return
			}
		}
		writeText(w, "ready\n")
	})
	s.raw(Route{http.MethodGet, "/metrics", Viewer}, s.cfg.Observer.Metrics().ServeHTTP)
}

// routeFiles serves what describes the interface.
func (s *Server) routeFiles() {
	s.raw(Route{http.MethodGet, "/schemas/{name}", Open}, func(w http.ResponseWriter, r *http.Request) {
		text, err := fs.ReadFile(contract.Schemas(), r.PathValue("name"))
		if err != nil {
			writeError(w, stet.Errorf(stet.NotFound, "unknown_schema", "there is no such schema; there are event-1.json, event-2.json and log-event-1.json"))
			return
		}
		writeMedia(w, "application/schema+json", text)
	})
	s.raw(Route{http.MethodGet, "/openapi.json", Open}, func(w http.ResponseWriter, r *http.Request) {
		s.document(w, r, "application/json", s.OpenAPI)
	})
	s.raw(Route{http.MethodGet, "/openapi.yaml", Open}, func(w http.ResponseWriter, r *http.Request) {
		s.document(w, r, "application/yaml", s.api.OpenAPI().YAML)
	})
}

func (s *Server) document(w http.ResponseWriter, r *http.Request, media string, make func() ([]byte, error)) {
	text, err := make()
	if err != nil {
		noteError(r.Context(), err)
		writeError(w, err)
		return
	}
	writeMedia(w, media, text)
}

func writeText(w http.ResponseWriter, text string) {
	writeMedia(w, "text/plain; charset=utf-8", []byte(text))
}

func writeMedia(w http.ResponseWriter, media string, text []byte) {
	w.Header().Set("Content-Type", media)
	_, _ = w.Write(text) // nobody is left to tell
}

// describeDoor writes the door into the document; it reads raw bytes, which no typed operation does.
func (s *Server) describeDoor() {
	text := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "header", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	event := &huma.MediaType{Schema: &huma.Schema{OneOf: []*huma.Schema{{Ref: "/schemas/event-1.json"}, {Ref: "/schemas/event-2.json"}}}}
	receipt := &huma.MediaType{Schema: s.api.OpenAPI().Components.Schemas.Schema(receiptType, true, "Receipt")}
	problems := &huma.MediaType{Schema: s.api.OpenAPI().Components.Schemas.Schema(problemType, true, "Problem")}
	responses := map[string]*huma.Response{
		"202": {Description: "Accepted, and on disk.", Content: map[string]*huma.MediaType{contract.MediaJSON: receipt}},
		"200": {Description: "The same version with the same content was accepted before; outcome says what became of it.",
			Content: map[string]*huma.MediaType{contract.MediaJSON: receipt}},
	}
	for status, doc := range map[string]string{
		"400": "Malformed; pointer says where.", "401": "The signature is missing, wrong or old.", "403": "The source is disabled, or may not touch this content or target.",
		"404": "There is no such source.", "409": "stale_version, version_conflict, version_jump or bad_resubmission.", "411": "The body has no Content-Length.",
		"413": "Larger than max_body of the source.", "415": "Another media type or a content coding.", "422": "idempotency_mismatch: the webhook-id or the idempotency key names something else.",
		"503": "It cannot be stored now; try again after Retry-After.",
	} {
		responses[status] = &huma.Response{Description: doc, Content: map[string]*huma.MediaType{mediaProblem: problems}}
	}
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "deliver-event", Method: http.MethodPost, Path: doorPath, Tags: []string{"door"},
		Summary: "Deliver an event", Description: "The door. Signed after Standard Webhooks over the raw bytes. The same webhook-id with the same bytes gets the " +
			"first answer again, byte for byte. Permanent refusals carry `webhook-delivery: abort-message`. CloudEvents 1.0 are taken in structured and binary mode.",
		Parameters: []*huma.Param{
			{Name: "source", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
			text(contract.HeaderID, "Equal for the repetitions of one delivery."),
			text(contract.HeaderTimestamp, "Seconds since 1970; five minutes of tolerance, where the source says nothing else."),
			text(contract.HeaderSignature, "v1, and the base64 HMAC-SHA256 of id.timestamp.body; several during a rotation, with spaces between them."),
			{Name: contract.HeaderResubmission, In: "header", Description: "The token of a report, to send a refused version once more with other text.",
				Schema: &huma.Schema{Type: huma.TypeString}},
		},
		RequestBody: &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{contract.MediaJSON: event,
			contract.MediaCloudEvent: {Schema: &huma.Schema{Type: huma.TypeObject, Description: "A CloudEvent whose data is the envelope."}}}},
		Responses: responses})
}

func (s *Server) describeExport() {
	query := func(name, kind, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: doc, Schema: &huma.Schema{Type: kind}}
	}
	s.api.OpenAPI().AddOperation(&huma.Operation{OperationID: "export-events", Method: http.MethodGet, Path: exportPath, Tags: []string{"log"},
		Summary: "Export the log", Description: "All events that the filter selects, one JSON object in each line.\n\nRole: viewer.",
		Security: []map[string][]string{{"token": {}}},
		Parameters: []*huma.Param{query("after", huma.TypeInteger, "Only events after this seq."), query("type", huma.TypeString, "Only events of this type."),
			query("content", huma.TypeString, "Only events of this content id."), query("target", huma.TypeString, "Only events of this target.")},
		Responses: map[string]*huma.Response{"200": {Description: "Lines of JSON.", Content: map[string]*huma.MediaType{
			"application/x-ndjson": {Schema: &huma.Schema{Ref: "/schemas/log-event-1.json"}}}}}})
}
